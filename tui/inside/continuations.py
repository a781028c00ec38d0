"""The text written on with a unit held, and without. This module uses no screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from charlm.generation.hold import check_value
from charlm.generation.sampling import Sampling
from charlm.language_model import LanguageModel
from corpora.errors import UserError

BEFORE = 500
"""Characters before the cursor that are read: further back the states hardly reach."""
LENGTH = 160
"""Characters that are written."""
TEMPERATURE = 0.7


@dataclass(frozen=True)
class Plan:
    """What is held while the text is written on."""

    layer: int
    """The layer, from 0."""
    unit: int
    """The unit, from 0."""
    field: str
    """What of it."""
    value: float
    """The value that it is held at."""
    seed: int = 1
    """Seed of both texts: what differs comes of the unit alone."""

    def write_hold(self) -> str:
        """Return the hold as `charlm generate --hold` takes it."""
        return f"{self.layer + 1}.{self.unit}.{self.field}={self.value:g}"


def read_value(typed: str, field: str) -> float:
    """Return the value that was typed.

    Raises:
        UserError: it is no number, or none that the field can be held at.
    """
    try:
        value = float(typed.strip().replace("\N{MINUS SIGN}", "-"))
    except ValueError as error:
        raise UserError("a unit is held at a number, such as 1 or -0.5") from error
    if value != value:  # NaN
        raise UserError("a unit is held at a number, such as 1 or -0.5")
    check_value(value, field)
    return value


def write_on(model: LanguageModel, text: str, plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the next character of the text as it is, and of the text with the unit held.

    Both have the same seed, so they are the same up to the first place where the unit matters. As
    with `charlm generate --hold`, the unit is held while the end of the text is read as well.

    Args:
        model: the model.
        text: the text up to the cursor.
        plan: what is held.

    Raises:
        UserError: the model has no such unit, or it cannot be held at that value.
    """
    sampling = Sampling(temperature=TEMPERATURE)
    free, held = (
        one.stream(text[-BEFORE:], length=LENGTH, sampling=sampling, seed=plan.seed)
        for one in (model, model.hold(plan.write_hold()))
    )
    for one, other in zip(free, held, strict=True):
        yield one.character, other.character


def join_line_ends(text: str) -> str:
    """Return a text of the same length whose single line ends are blanks, to be wrapped anew."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def count_equal(one: str, other: str) -> int:
    """Return how many characters two texts begin with that are the same."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
