"""Find where a training begins to learn its texts by heart. This module uses no screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tui.train.log import Evaluation

STILL = 0.005
"""Share of its value by which a validation loss that stands still may yet fall."""
FALLS = 0.02
"""Share of its value by which the training loss then falls, at least."""
LEAST = 3
"""Evaluations after that point, at least: one or two may be chance."""


def find_learning_by_heart(evaluations: Sequence[Evaluation]) -> Evaluation | None:
    """Return the first evaluation from which on only the training loss falls; None for none.

    From there on the validation loss stands still or rises: nothing after it is lower by more than
    `STILL`. Meanwhile the training loss falls by `FALLS` or more. What the model gains is then
    knowledge of the very texts that it reads.
    """
    lowest_after = math.inf
    found = None
    last = next((one for one in reversed(evaluations) if not math.isnan(one.train_loss)), None)
    if last is None:
        return None
    for number in range(len(evaluations) - 1, -1, -1):
        one = evaluations[number]
        stands = lowest_after >= one.loss - STILL * abs(one.loss)
        falls = last.train_loss < one.train_loss - FALLS * abs(one.train_loss)
        if number < len(evaluations) - LEAST and stands and falls:
            found = one
        lowest_after = min(lowest_after, one.loss)
    return found
