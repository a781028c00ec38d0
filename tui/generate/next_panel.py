"""The panel of the likeliest characters at the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from charlm.console.program import format_name
from charlm.generation.sampling import Sampling
from tui.generate.candidate_bars import CandidateBars, format_symbol
from tui.generate.prediction import Prediction, name_cut
from tui.generate.typist import DIGITS
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

CANDIDATES = len(DIGITS)
"""Number of characters that are shown."""
AFTER = 10
"""Characters before the place that the title shows."""
STEPPING = "any letter · 1–0 take one · \\1 is 1"
EMPTY = "Here will stand what the model expects."
WAITING = "^t you choose each character"


class NextPanel(Panel):
    """The ten likeliest characters, with entropy and surprisal."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Next character", tab="Next", id=id)
        self.prediction: Prediction | None = None
        self.hint = ""

    def compose(self) -> ComposeResult:
        """Lay out the bars and a line below."""
        yield CandidateBars(id="candidates")
        yield Caption(
            "Here will stand what the model expects at the cursor.", id="hint", markup=False
        )

    def show(
        self, prediction: Prediction, sampling: Sampling, before: str, *, stepping: bool
    ) -> None:
        """Show what the model expects at a place.

        Args:
            prediction: what it expects.
            sampling: how characters are drawn.
            before: the text before that place.
            stepping: whether the user chooses the characters.
        """
        self.stale, self.prediction = False, prediction
        there = prediction.there
        self.query_one(CandidateBars).show(
            prediction.candidates,
            None if there is None else there.id,
            heading=describe_sampling(sampling),
            cut=name_cut(sampling),
        )
        after = before[-AFTER:].replace("\n", "⏎")
        what = "Next character" if there is None else "At the cursor"
        self.title = f'{what} · after "{format_name(after)}"' if after else what
        parts = [f"entropy {prediction.entropy:.1f} bits"]
        if there is not None:
            parts.append(f"{format_symbol(there.symbol)}: surprise {prediction.surprisal:.1f}")
        self.foot = " · ".join(parts)
        self._show_hint(prediction, stepping=stepping)

    def _show_hint(self, prediction: Prediction, *, stepping: bool) -> None:
        there = prediction.there
        if there is not None and prediction.rank >= CANDIDATES:
            line = (
                f"▸ {format_symbol(there.symbol)} {there.share:.2%}, number {prediction.rank + 1}"
            )
        else:
            line = STEPPING if stepping else WAITING
        self.query_one("#hint", Caption).update(line)

    def clear(self, why: str) -> None:
        """Show no candidates, and say why."""
        self.prediction = None
        self.query_one(CandidateBars).show((), None, heading="", cut="")
        self.query_one("#hint", Caption).update(why)
        self.title, self.foot = "Next character", ""


def describe_sampling(sampling: Sampling) -> str:
    """Return how characters are drawn, in a few words."""
    parts: Sequence[str | None] = (
        f"T {sampling.temperature:g}",
        None if sampling.top_k is None else f"k {sampling.top_k}",
        None if sampling.top_p is None else f"p {sampling.top_p:g}",
    )
    return "as sampled, " + " ".join(part for part in parts if part)
