"""Samples that are drawings, such as a forecast over what came: as wide as there is room.

This module uses no screen.
"""

from __future__ import annotations

import re

EMPTY, LAST = 0x2800, 0x28FF
"""The first and the last character of Braille: a drawing has a dot for each bit of the number."""
DOTS = ((0, 1, 2, 6), (3, 4, 5, 7))
"""Bits of the dots in the left and in the right column of a character, from top to bottom."""
AXIS = re.compile("[┤│└]")


def is_drawing(text: str) -> bool:
    """Return whether a sample is a drawing, which must not wrap."""
    return any(_is_braille(one) for one in text)


def describe(text: str) -> str:
    """Return a sample in words: those above a drawing, or all of it."""
    return text.partition("\n")[0] if is_drawing(text) else text


def narrow(text: str, width: int) -> str:
    """Return a drawing in no more cells than there is room for: its dots move together.

    Args:
        text: lines of words; lines with a vertical axis, and Braille right of it; the horizontal
            axis and its labels.
        width: cells.
    """
    lines = text.splitlines()
    axis = next((found.end() for line in lines if (found := AXIS.search(line))), 0)
    room, longest = width - axis, max(map(len, lines), default=0) - axis
    if not axis or longest <= room or room < 1:
        return text
    share, narrowed = room / longest, []
    for number, line in enumerate(lines):
        if AXIS.match(line, axis - 1):
            narrowed.append(line[:axis] + _narrow_inside(line[axis:], share, room))
        elif number and AXIS.match(lines[number - 1], axis - 1):
            narrowed.append(_move_labels(line, axis, share, width))
        else:
            narrowed.append(line)
    return "\n".join(narrowed)


def _is_braille(character: str) -> bool:
    return EMPTY <= ord(character) <= LAST


def _narrow_inside(inside: str, share: float, room: int) -> str:
    """Return one line right of the axis: dots are joined, and a marker or a tick wins."""
    dots, marks = [0] * room, [" "] * room
    if "─" in inside:
        marks = ["─"] * room
    for at, one in enumerate(inside):
        if _is_braille(one):
            for side in (0, 1):
                column = min(2 * room - 1, int((2 * at + side) * share))
                dots[column // 2] |= _move_column(ord(one) - EMPTY, side, column % 2)
        elif one not in " ─":
            marks[min(room - 1, int(at * share))] = one
    pairs = zip(dots, marks, strict=True)
    return "".join(
        chr(EMPTY + dot) if dot and mark == " " else mark for dot, mark in pairs
    ).rstrip()


def _move_column(bits: int, side: int, to: int) -> int:
    """Return the dots of one column of a character, as the left or the right column of another."""
    return sum(1 << DOTS[to][row] for row, bit in enumerate(DOTS[side]) if bits >> bit & 1)


def _move_labels(line: str, axis: int, share: float, width: int) -> str:
    """Return the labels of the horizontal axis under their ticks; one without room is left out."""
    moved = ""
    for found in re.finditer(r"\S+", line):
        begin, label = found.start(), found.group()
        middle = begin + (len(label) - 1) / 2 - axis
        place = max(0, min(round(axis + middle * share - (len(label) - 1) / 2), width - len(label)))
        if place > len(moved) or not moved:
            moved = f"{moved:<{place}}{label}"
    return moved
