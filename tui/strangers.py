"""Show text that is not ours: names and texts of strangers, in which nothing may be a command."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual.color import Color
from textual.filter import LineFilter

from charlm.console.program import CONTROLS, format_name

DROPPED = {
    code: "" if cell_len(chr(code)) == 0 else "\N{REPLACEMENT CHARACTER}"
    for code in (*CONTROLS, *map(ord, "\n\t"))
}
"""What a screen shows of a control character: as many cells as a widget gave it, mostly none."""


def format_label(name: str) -> Text:
    """Return a name as a text that no widget takes for markup."""
    return Text(format_name(name), no_wrap=True)


class NoControls(LineFilter):
    """A filter that keeps control characters out of everything that the app draws.

    Panes replace them where they show texts of others. This filter also covers what a widget of
    Textual draws by itself, such as text that was pasted into an input.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without control characters."""
        if all(text.isprintable() for text, _, _ in segments):
            return segments
        return [
            Segment(text.translate(DROPPED), style, control) for text, style, control in segments
        ]


NO_CONTROLS = NoControls()
