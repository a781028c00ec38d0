"""Parts of a text around a place, in one line. This module uses no screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from charlm.console.program import printable

SIGNS = {"\n": "↵", "\t": "⇥"}
"""What is written for characters that would break a line."""

Excerpt = tuple[str, str, str]
"""What stands before a place, what stands there, and what comes after it."""


def write_label(label: str) -> str:
    """Return a character, word or action as it is written in a line."""
    return SIGNS.get(label) or printable(label).replace("\n", SIGNS["\n"]).replace("\t", " ")


def cut_excerpt(labels: Sequence[str], place: int, width: int, joint: str = "") -> Excerpt:
    """Return what stands around a place, in at most `width` cells; two thirds are for what is left.

    Args:
        labels: the characters, words or actions of the text.
        place: index of the one that is marked.
        width: cells of the whole.
        joint: what stands between two labels: nothing, or a blank.
    """
    here = write_label(labels[place])
    room = max(0, width - cell_len(here))
    following = labels[place + 1 : place + 1 + room]  # each takes a cell at least
    preceding = labels[max(0, place - room) : place][::-1]
    after, right = _collect(following, room // 3, joint, before=False)
    before, left = _collect(preceding, room - right, joint, before=True)
    if left + right < room:  # at the start of a text there is more room for what comes after
        after, _ = _collect(following, room - left, joint, before=False)
    return before, here, after


def _collect(labels: Sequence[str], room: int, joint: str, *, before: bool) -> tuple[str, int]:
    """Return as many labels as fit, the nearest first, and the cells that they take."""
    parts: list[str] = []
    used = 0
    for label in labels:
        written = write_label(label) + joint if before else joint + write_label(label)
        used += cell_len(written)
        if used > room:
            used -= cell_len(written)
            break
        parts.append(written)
    return "".join(reversed(parts) if before else parts), used
