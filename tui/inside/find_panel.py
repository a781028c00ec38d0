"""Find units that go with something: a feature by rule, or a pattern of the user's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from charlm.inside.traces import Unit
from charlm.inside.units.correlations import Fit
from tui.inside.cards import MUTED, name_long
from tui.inside.equations import write_number
from tui.inside.findings import Ranking
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

NOTHING = "no feature"
HINT = "Units that go with it."
"""What stands where nothing is found yet."""


class FindPanel(Panel):
    """A feature or a pattern, and the units that go with it, the best first."""

    @dataclass
    class Asked(Message):
        """Units that go with something are to be found."""

        feature: str
        """Name of a feature by rule; empty for the pattern."""
        pattern: str
        """A regular expression."""

    @dataclass
    class Chosen(Message):
        """A unit of the list was chosen."""

        unit: Unit

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Find units", tab="Find", id=id)
        self.ranking: Ranking | None = None
        self.features: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out feature, pattern and list."""
        yield WordStepper("with", [NOTHING], id="feature")
        yield Input(placeholder="or a pattern: [0-9]+", compact=True, id="pattern")
        yield Caption(Content(HINT).stylize(MUTED), id="found")
        yield OptionList(id="ranking", compact=True, markup=False)

    @property
    def feature(self) -> str:
        """The feature that is chosen; empty where the text has none."""
        return self.query_one("#feature", WordStepper).word if self.features else ""

    def show_features(self, names: Iterable[str], chosen: str) -> None:
        """Offer the features that the text has."""
        names = list(names)
        if names == self.features:
            return
        self.features = names
        stepper = self.query_one("#feature", WordStepper)
        with self.prevent(Stepper.Changed):
            stepper.offer_words(names or [NOTHING], chosen)

    def show_ranking(self, ranking: Ranking | None, line: str = "") -> None:
        """Show the units that go with something; None empties the list, and says why."""
        self.ranking = ranking
        listed = self.query_one("#ranking", OptionList)
        listed.clear_options()
        found = self.query_one("#found", Caption)
        if ranking is None:
            found.update(Content(line).stylize(MUTED))
            self.foot = ""
            return
        share = "" if ranking.share is None else f"{ranking.share:.0%} "
        found.update(Content(f"{share}{ranking.about}").stylize(MUTED))
        listed.add_options([Option(_draw_fit(fit)) for fit in ranking.fits])
        self.foot = "r by half · enter"

    @on(Stepper.Changed, "#feature")
    def choose_feature(self, event: Stepper.Changed) -> None:
        """Find the units of another feature."""
        event.stop()
        if self.feature:
            self.post_message(self.Asked(self.feature, ""))

    @on(Input.Submitted, "#pattern")
    def choose_pattern(self, event: Input.Submitted) -> None:
        """Find the units of a pattern; of the feature, if there is no pattern."""
        event.stop()
        self.post_message(self.Asked("" if event.value else self.feature, event.value))

    @on(OptionList.OptionSelected, "#ranking")
    def choose_unit(self, event: OptionList.OptionSelected) -> None:
        """Show the unit that was chosen."""
        event.stop()
        if self.ranking is not None:
            self.post_message(self.Chosen(self.ranking.fits[event.option_index].unit))


def _draw_fit(fit: Fit) -> Content:
    first, second = (write_number(r).rjust(5) for r in (fit.first, fit.second))
    return Content.assemble(
        (name_long(fit.unit), "bold"),
        (f"  r {first} {second}", MUTED if abs(fit.second) < 0.2 else ""),
    )
