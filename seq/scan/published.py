"""Figures that others have published for SCAN: exact match on the test commands.

`OTHERS` was not read in the sources: the figures were taken over from a list, rounded as they stand
there, and authors and years were not looked up either. Read the source before you quote one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BEST_OF_LAKE_AND_BARONI = {
    "simple": 0.998,
    "length": 0.208,
    "addprim_jump": 0.012,
    "addprim_turn_left": 0.903,
}
"""Exact match of the best models of Lake and Baroni (2018), each chosen for one split."""


@dataclass(frozen=True)
class Published:
    """What a method reached on some splits, in percent; None where the list has no figure."""

    method: str
    """What the method is called."""
    source: str
    """Authors and year."""
    jump: float | None
    """Exact match on `addprim_jump`."""
    around_right: float | None
    """Exact match on `template_around_right`."""
    length: float | None
    """Exact match on `length`."""


OTHERS = (
    Published("syntactic attention", "Russin et al. 2019", 91.0, 28.9, 15.2),
    Published("CGPS, primitive substitution", "Li et al. 2019", 98.8, 83.2, 20.3),
    Published("equivariant networks", "Gordon et al. 2020", 99.1, 92.0, 15.9),
    Published("GECA", "Andreas 2020", 87.0, 82.0, None),
    Published("LexSym", "Akyürek and Andreas 2022", 100.0, 99.5, None),
    Published("SpanSub", "Li et al. 2023", 100.0, 99.9, None),
    Published("neural QCFG", "Kim 2021", 96.8, 98.7, 95.7),
    Published("program synthesis", "Nye et al. 2020", 100.0, 100.0, 100.0),
    Published("stack machines", "Chen et al. 2020", 100.0, 100.0, 100.0),
)
"""Methods beside which the ideas stand. Not read in the sources; see above."""

HEADINGS = ("method", "source", "addprim_jump", "template_around_right", "length")
NOTE = "published by others; taken over from a list, not read in the sources"
"""What is said of the table wherever it is shown."""


def list_others() -> list[Sequence[str]]:
    """Return the cells of `OTHERS` as text, in the order of `HEADINGS`."""
    return [
        [one.method, one.source, *map(_format, (one.jump, one.around_right, one.length))]
        for one in OTHERS
    ]


def _format(share: float | None) -> str:
    return "–" if share is None else f"{share:.1f}%"
