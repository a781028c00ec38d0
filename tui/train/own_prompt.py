"""A prompt of one's own: what the model of a run makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.widgets.stepper import Stepper

LENGTH = 300
"""Characters that are written after the prompt."""
TEMPERATURES = [round(0.1 * step, 1) for step in range(16)]
USUAL = 0.7
HOTTEST = 100.0
"""Highest temperature that can be typed."""
PLACEHOLDER = "a prompt of yours: enter has the model write"


class OwnPrompt(Horizontal):
    """A line for a prompt, and the temperature."""

    @dataclass
    class Given(Message):
        """A prompt was given."""

        prompt: str
        temperature: float

    def __init__(self) -> None:
        super().__init__(id="own")
        self.prompt, self.temperature = "", USUAL

    def compose(self) -> ComposeResult:
        """Lay out the line and the temperature."""
        yield Input(self.prompt, placeholder=PLACEHOLDER, id="own-prompt", compact=True)
        yield Stepper(
            "T", TEMPERATURES, self.temperature, limits=(0.0, HOTTEST), id="own-temperature"
        )

    def restore(self, kept: object) -> None:
        """Begin with what the last session had, if it is a prompt and a temperature."""
        if isinstance(kept, list) and len(kept) == 2 and isinstance(kept[0], str):
            self.prompt, temperature = kept
            if type(temperature) in (int, float) and 0 <= temperature <= HOTTEST:
                self.temperature = float(temperature)
        for line in self.query(Input):
            line.value = self.prompt
        for stepper in self.query(Stepper):
            stepper.value = self.temperature

    @on(Input.Changed)
    def keep_prompt(self, event: Input.Changed) -> None:
        """Keep what was typed."""
        self.prompt = event.value

    @on(Stepper.Changed)
    def keep_temperature(self, event: Stepper.Changed) -> None:
        """Keep the temperature."""
        self.temperature = event.stepper.value or 0.0

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(self.Given(event.value, self.temperature))


def write_sample(folder: Path, prompt: str, temperature: float) -> str:
    """Return what the best model of a run so far writes after a prompt; for a thread.

    Args:
        folder: the run folder.
        prompt: how the text begins.
        temperature: 0 takes the likeliest character each time.

    Raises:
        UserError: the run has no model that writes, or does not know a character of the prompt.
    """
    from charlm.language_model import load

    model = load(str(folder))
    return prompt + model.generate(prompt, length=LENGTH, temperature=temperature)
