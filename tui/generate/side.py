"""One of the texts that are laid beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from charlm.console.program import format_name
from tui.generate.comparing import LETTERS, Setup
from tui.generate.controls import LIMITS, STEPS
from tui.generate.desk import FRAME
from tui.generate.flow import Flow
from tui.generate.scale import DISAGREEMENT, DISAGREEMENT_PLAIN, make_readable
from tui.generate.surprises import find_levels, mean_bits
from tui.generate.text_panel import TextPanel
from tui.widgets.caption import Caption
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

if TYPE_CHECKING:
    from tui.generate.author import Author


class Side(TextPanel):
    """A text of one model at one temperature, and how the others read it."""

    @dataclass
    class Changed(Message):
        """Another model or temperature was chosen for a side."""

        side: Side

    @dataclass
    class Finished(Message):
        """The text of a side is written."""

        side: Side

    def __init__(self, number: int, setup: Setup, models: Sequence[str]) -> None:
        super().__init__(title=LETTERS[number], id=f"side-{number}")
        self.number, self._setup, self._models = number, setup, models
        self.author: Author | None = None
        self._was_busy = self._disagreeing = False

    def compose(self) -> ComposeResult:
        """Lay out what writes, the text, and how the others read it."""
        setup = self._setup
        with Flow(classes="setup"):
            yield WordStepper("model", self._models, setup.model, classes="model")
            yield Stepper(
                "T",
                STEPS["temperature"],
                setup.temperature,
                limits=LIMITS["temperature"],
                classes="temperature",
            )
        yield from super().compose()
        yield Caption("", id="opinions", markup=False)

    def on_mount(self) -> None:
        """Start the timer that shows new characters."""
        self.set_interval(FRAME, self._drain)
        self._show_title()

    def on_unmount(self) -> None:
        """Stop the thread."""
        if self.author is not None:
            self.author.writer.stop()

    @property
    def setup(self) -> Setup:
        """What writes this side."""
        model = self.query_one(WordStepper).word
        return Setup(model, float(self.query_one(".temperature", Stepper).value or 0.0))

    @property
    def finished(self) -> bool:
        """Whether the text is written."""
        return self.author is not None and not self.author.writer.busy and not self._was_busy

    def use(self, author: Author) -> None:
        """Show the text that an author has begun."""
        self.author, self._was_busy = author, True
        self.view.show_text("", (), author.manuscript.prompt_length)
        self.show_opinions("")
        self._show_title()

    def stop(self) -> None:
        """Stop writing."""
        if self.author is not None:
            self.author.writer.stop()

    def show_opinions(self, lines: str) -> None:
        """Show how the other models read this text."""
        self.query_one("#opinions", Caption).update(lines)

    def show_disagreement(self, levels: bytes | None) -> None:
        """Colour the text by what A and B disagree on; None colours it no longer."""
        if levels is None and not self._disagreeing:
            return
        if levels is None and self.author is not None:
            self.view.show_levels(find_levels(self.author.manuscript.surprisals))
        elif levels is not None:
            self.view.show_levels(levels)
        self._disagreeing = self.view.colored = levels is not None
        self.recolor()

    def recolor(self) -> None:
        """Choose colours that are readable on the background of the theme."""
        super().recolor()
        if not self._disagreeing:
            return
        plain = self.app.no_color or self.app.settings.scale == "marks"
        ground = self.background_colors[1]
        scale = DISAGREEMENT_PLAIN if plain else [make_readable(s, ground) for s in DISAGREEMENT]
        self.view.use_scale(scale)
        legend = Text.assemble("expected more by ", ("A", scale[0]), "  by ", ("B", scale[-1]))
        self.query_one("#legend", Caption).update(legend)

    def toggle_colors(self) -> None:
        """Switch the colours of surprisal on or off; what A and B disagree on is not shown then."""
        if self._disagreeing:
            self.show_disagreement(None)
        super().toggle_colors()

    def _show_title(self) -> None:
        setup = self.setup
        name = f"{LETTERS[self.number]} · {format_name(setup.model)} · T {setup.temperature:g}"
        self.title = name

    @on(Stepper.Changed)
    def change(self, event: Stepper.Changed) -> None:
        """Tell that something else is to write."""
        event.stop()
        self._show_title()
        self.post_message(self.Changed(self))

    def _drain(self) -> None:
        """Show the characters that were written since the last call."""
        if self.author is None:
            return
        busy, characters, levels = self.take_written(self.author.writer)
        if characters:
            self.view.extend(characters, levels)
        if characters or busy != self._was_busy:
            bits = mean_bits(self.author.manuscript.surprisals)
            self.foot = f"{bits:.2f} bits/char · {self.author.writer.speed:,.0f} chars/s"
        if self._was_busy and not busy:
            self.post_message(self.Finished(self))
        self._was_busy = busy
