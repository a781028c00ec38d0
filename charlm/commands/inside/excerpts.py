"""Excerpts of a text on one line each, with a part of them marked."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from charlm.commands.inside.output import shows_colors
from charlm.console.program import printable

MARK = "bold black on #ffcc66"
"""Style of the marked part where there are colours; otherwise it stands in brackets."""


def mark(console: Console, before: str, marked: str, after: str, *, longest: int = 0) -> Text:
    """Return an excerpt on one line, with the part in its middle marked; what comes after is dim.

    Args:
        console: where it will be printed; without colours, the part stands in brackets.
        before: the text before the part.
        marked: the part.
        after: the text after it.
        longest: characters of the part that are shown; the rest in its middle is left out. 0 shows
            all.
    """
    if longest and len(marked) > longest:
        head = longest // 2
        marked = f"{marked[:head]} … {marked[-(longest - head - 3) :]}"
    line = Text(flatten(before), no_wrap=True)
    if not shows_colors(console):
        line.append(f"[{flatten(marked)}]")
    else:
        line.append(flatten(marked), MARK)
    line.append(flatten(after), "dim")
    return line


def flatten(text: str) -> str:
    """Return a text for one line: line feeds as ↵, and nothing that a terminal would obey."""
    return printable(text.replace("\n", "↵").replace("\t", " "))
