"""What is looked at: the captioner, and which scene."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal

from charlm.runs.registry import CAPTIONER
from tui.caption.remembered import Remembered
from tui.caption.subject import COUNTS, MOST_NUMBER, SPLITS
from tui.widgets.choice import ModelChoice
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

MOST_SEED, MOST_WIDTH = 9999, 20


class ChoicesPanel(Panel):
    """The captioner, the split, number and seed of the scene, how many shapes, and the beam."""

    def __init__(self, kept: Remembered, *, id: str) -> None:
        super().__init__(title="Captioner and scene", tab="Scene", id=id)
        self._kept = kept

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        kept = self._kept
        yield ModelChoice(CAPTIONER, none="no captioner", id="captioner")
        with Horizontal(classes="line"):
            numbers, seeds = range(MOST_NUMBER + 1), range(MOST_SEED + 1)
            limits = (0, MOST_NUMBER)
            yield Stepper("scene", numbers, kept.number, limits=limits, id="number")
            yield WordStepper("shapes", COUNTS, kept.shapes, id="shapes")
            yield Stepper("seed", seeds, kept.seed, limits=(0, MOST_SEED), id="seed")
        with Horizontal(classes="line"):
            yield WordStepper("split", SPLITS, kept.split, id="split")
            widths = range(1, MOST_WIDTH + 1)
            yield Stepper("beam", widths, kept.width, limits=(1, MOST_WIDTH), id="beam-width")

    @property
    def model_choice(self) -> ModelChoice:
        """The captioner that is chosen."""
        return self.query_one(ModelChoice)

    def show(self, kept: Remembered) -> None:
        """Show what is looked at now, without a message."""
        with self.prevent(Stepper.Changed):
            self.query_one("#number", Stepper).value = kept.number
            for name, word in (("shapes", kept.shapes), ("split", kept.split)):
                self.query_one(f"#{name}", WordStepper).word = word
