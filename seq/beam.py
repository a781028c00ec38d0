"""How wide a beam search may be; the search itself is in `seq.decoding`, which loads torch."""

from __future__ import annotations

from numbers import Integral

from corpora.errors import UserError

WIDEST_BEAM = 1000
"""Greatest width of a beam search."""


def check_width(width: object, name: str = "width") -> None:
    """Raise `UserError` unless `width` is a width of a beam search.

    Args:
        width: what was given; 1 is greedy search.
        name: what the caller calls it.
    """
    whole = isinstance(width, Integral) and not isinstance(width, bool)
    if not whole or not 1 <= width <= WIDEST_BEAM:  # type: ignore[operator]
        raise UserError(f"{name} must lie between 1 and {WIDEST_BEAM}, not {width!r}")
