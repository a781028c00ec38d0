"""Find what was typed in a text. This module uses no screen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right


def find_all(text: str, wanted: str) -> list[int]:
    """Return where a text has `wanted`; capitals count only if `wanted` has some.

    A line end in the text is found by a blank as well: the screen may show it as one.
    """
    if not wanted:
        return []
    shown = text.replace("\n", " ")
    if wanted == wanted.lower():
        # Letter by letter, so that places stay: "İ".lower() has two characters.
        lowered = shown.lower()
        shown = lowered if len(lowered) == len(shown) else "".join(map(_lower, shown))
    found, at = [], shown.find(wanted)
    while at >= 0:
        found.append(at)
        at = shown.find(wanted, at + 1)
    return found


def _lower(character: str) -> str:
    small = character.lower()
    return small if len(small) == 1 else character


def pick_next(places: list[int], cursor: int, steps: int) -> int | None:
    """Return the number of the next place after the cursor, or before it; round at the ends.

    Args:
        places: rising places of a text.
        cursor: index of a character.
        steps: 1 for the next place, -1 for the one before.
    """
    if not places:
        return None
    if steps > 0:
        return bisect_right(places, cursor) % len(places)
    return (bisect_left(places, cursor) - 1) % len(places)
