"""The lines around a text on the screen: its title, its foot, and where it was rewritten.

This module uses no screen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from charlm.console.live import draw_sparkline
from charlm.console.program import format_name
from tui.generate.surprises import chunk_means, mean_bits

if TYPE_CHECKING:
    from tui.generate.author import Author
    from tui.generate.manuscript import Manuscript

SPARKS = 12
"""Parts of the text that the sparkline in its foot shows."""


def make_title(author: Author) -> str:
    """Return the title of the text: its length, the model, and how it was written."""
    manuscript = author.manuscript
    parts = [f"{len(manuscript):,} chars", format_name(manuscript.model.name)]
    if manuscript.temperature is not None:
        parts[-1] += f" T {manuscript.temperature:g}"
    if manuscript.seed is not None:
        parts[-1] += f" seed {manuscript.seed}"
    if author.stepping:
        parts.insert(0, "step by step")
    return " · ".join(["Text", *parts])


def make_foot(manuscript: Manuscript, cursor: int, text: str) -> str:
    """Return the foot of a text that is not written now: line, mean surprisal, and its course.

    Args:
        manuscript: the text.
        cursor: index of the character at the cursor.
        text: the text again: nobody has to decode it.
    """
    if not len(manuscript):
        return "empty"
    surprisals = manuscript.surprisals
    line = text.count("\n", 0, cursor) + 1
    course = draw_sparkline(chunk_means(surprisals, SPARKS), SPARKS)
    return f"Ln {line:,} · {mean_bits(surprisals):.2f} bits/char · {course}"


def describe_endings(manuscript: Manuscript, text: str) -> str:
    """Return the line that says where a text was rewritten, and how to come back; "" for none."""
    endings = manuscript.endings
    if len(endings) < 2:
        return ""
    branch = endings.find_branch(manuscript.list_pages())
    line = text.count("\n", 0, branch) + 1
    return (
        f"┄ rewritten from line {line:,} · ending {endings.at + 1} of {len(endings)}, "
        f"the others are kept · [ ] ┄"
    )
