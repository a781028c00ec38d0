"""Minimal pairs of the user's own, read from a file."""

from __future__ import annotations

import json
from typing import Any

from charlm.inside.agreement.minimal_pairs import Pair
from corpora.errors import UserError

MOST_PAIRS = 100_000
LONGEST = 10_000
"""Most characters of a prefix."""
FORM = "prefix<TAB>right<TAB>wrong, or an object of JSON with these names"
KNOWN = ("prefix", "right", "wrong", "distance", "dependency", "attractor")


def parse_pairs(text: str, name: str = "the file") -> list[Pair]:
    """Read pairs, one on each line; empty lines count for nothing.

    A line is `prefix<TAB>right<TAB>wrong`, or an object of JSON with `prefix`, `right`, `wrong`
    and, if one likes, `distance` (characters; by default the length of the prefix), `dependency`
    and `attractor` (any words). The prefix ends with the space before the form, if there is one.

    Args:
        text: the text of the file.
        name: its name, for messages.

    Raises:
        UserError: a line is neither, there are none, or too many.
    """
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not lines:
        raise UserError(f"{name} holds no pairs; a line is {FORM}")
    if len(lines) > MOST_PAIRS:
        raise UserError(f"{name} holds {len(lines):,} pairs; {MOST_PAIRS:,} are the most")
    return [_parse(line, f"{name}, line {number:,}") for number, line in lines]


def _parse(line: str, place: str) -> Pair:
    found = _parse_json(line, place) if line.lstrip().startswith("{") else _split(line, place)
    prefix, right, wrong = (found.get(part) for part in KNOWN[:3])
    if not (isinstance(prefix, str) and isinstance(right, str) and isinstance(wrong, str)):
        raise UserError(f"{place}: prefix, right and wrong must be texts; a line is {FORM}")
    if not (prefix and right and wrong):
        raise UserError(f"{place}: prefix, right and wrong must not be empty")
    if right == wrong:
        raise UserError(f"{place}: the right and the wrong form are the same")
    if max(len(prefix), len(right), len(wrong)) > LONGEST:
        raise UserError(f"{place}: a part has more than {LONGEST:,} characters")
    distance = found.get("distance", len(prefix))
    if isinstance(distance, bool) or not isinstance(distance, int) or not 0 <= distance <= 10**9:
        raise UserError(f"{place}: distance must be a whole number of characters")
    words = found.get("dependency", "own"), found.get("attractor", "none")
    if not all(isinstance(word, str) and word for word in words):
        raise UserError(f"{place}: dependency and attractor must be words")
    return Pair(prefix, right, wrong, distance, *words)


def _split(line: str, place: str) -> dict[str, Any]:
    parts = line.removesuffix("\r").split("\t")
    if len(parts) != 3:
        raise UserError(f"{place}: 3 parts are needed, not {len(parts)}; a line is {FORM}")
    return dict(zip(KNOWN, parts, strict=False))


def _parse_json(line: str, place: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not an object of JSON") from error
    if not isinstance(found, dict):
        raise UserError(f"{place}: not an object of JSON")
    if strange := sorted(set(found) - set(KNOWN)):
        raise UserError(f"{place}: unknown {', '.join(strange)}; known are {', '.join(KNOWN)}")
    return found
