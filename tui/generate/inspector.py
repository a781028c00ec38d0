"""The likeliest characters at a position of a text, with entropy and surprisal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from charlm.console.colors import EDGES
from tui.widgets.bars import Bar, Bars

if TYPE_CHECKING:
    from tui.generate.manuscript import Manuscript

CANDIDATES = 10
"""Number of characters that are shown."""
DIGITS = "1234567890"
"""Keys that take a candidate, the likeliest first."""
NAMES = {" ": "␣ space", "\n": "⏎ line", "\t": "⇥ tab"}
"""Names of characters that cannot be seen."""


class Inspector(Vertical):
    """The ten likeliest characters as bars; below them entropy, surprisal and speed."""

    def compose(self) -> ComposeResult:
        """Lay out the column."""
        yield Static("", id="where", markup=False)
        yield Bars(id="candidates")
        yield Static("", id="inside", markup=False)
        yield Static("", id="legend")

    def show_position(
        self, manuscript: Manuscript, position: int, *, at_end: bool, speed: float
    ) -> None:
        """Show the probabilities of the model at `position`.

        Args:
            manuscript: the text; the thread must not write at that position.
            position: index of a character, or the length of the text.
            at_end: whether `position` is the end of the text on the screen.
            speed: speed of writing, in characters per second.
        """
        inside = position < len(manuscript)
        there = manuscript.tokens[position].character if inside else ""
        bars = [
            Bar(f"{key} {NAMES.get(symbol, symbol)}", share, symbol == there)
            for key, (symbol, _, share) in zip(
                DIGITS, manuscript.candidates(position, CANDIDATES), strict=False
            )
        ]
        self.query_one("#candidates", Bars).show_bars(bars)
        what = "what may come next" if at_end else f"at {position + 1:,}"
        self.query_one("#where", Static).update(what, layout=False)
        lines = [f"entropy  {manuscript.entropy(position) / math.log(2):6.2f} bits"]
        if inside:
            lines += [f"surprise {manuscript.surprisals[position] / math.log(2):6.2f} bits"]
        if len(manuscript):
            mean = sum(manuscript.surprisals) / len(manuscript.surprisals)
            lines += [f"text     {mean / math.log(2):6.2f} bits each"]
        if speed:
            lines += [f"speed    {speed:6,.0f} characters/s"]
        self.query_one("#inside", Static).update("\n".join(lines), layout=False)

    def show_legend(self, scale: Sequence[str] | None) -> None:
        """Show which surprisal each colour stands for; None shows no legend."""
        legend = Text()
        for style, edge in zip(scale or (), (*EDGES, None), strict=bool(scale)):
            bits = (edge or EDGES[-1]) / math.log(2)
            legend.append(f" <{bits:.1f} " if edge is not None else f" {bits:.1f}+ ", style)
        if scale:
            legend = Text.assemble("surprise in bits\n", legend)
        self.query_one("#legend", Static).update(legend)
