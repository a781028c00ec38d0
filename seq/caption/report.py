"""Measures of captions as a table."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev

from seq.caption.metrics import Report

HEADINGS = ("true", "all shapes named", "exact", "BLEU-4", "attention in the box", "box")


def format_measures(found: Sequence[Report]) -> list[str]:
    """Return the cells of a row below `HEADINGS`: means, and deviations if there are several.

    Args:
        found: the reports of one model, of several seeds perhaps; at least one.
    """
    return [
        format_shares([_share(one.true, one) for one in found]),
        format_shares([_share(one.whole, one) for one in found]),
        format_shares([one.exact / one.pictures for one in found]),
        format_numbers([one.bleu for one in found]),
        format_shares([one.looks.inside if one.looks else None for one in found]),
        format_shares([one.looks.boxes if one.looks else None for one in found]),
    ]


def format_shares(values: Sequence[float | None]) -> str:
    """Return shares in hundredths, their mean and deviation if there are several."""
    return format_numbers([None if value is None else 100 * value for value in values], "%")


def format_numbers(values: Sequence[float | None], unit: str = "") -> str:
    """Return numbers with one decimal, their mean and deviation if there are several."""
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    text = f"{mean(known):.1f}{unit}"
    return text if len(known) == 1 else f"{text} ± {stdev(known):.1f}{unit}"


def _share(count: int | None, one: Report) -> float | None:
    return None if count is None else count / one.pictures
