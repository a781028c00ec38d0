"""The values that the arrows of a field step through. This module uses no screen."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from charlm.training.config import MAX_SIZE
from corpora.errors import UserError
from tui.train.settings import NO, YES, Setting

SIZES = (
    "hidden_size", "embedding_size", "dense_size", "batch_size", "window", "channels",
    "picture_size",
)  # fmt: skip
"""Settings that go up by powers of two and their halves: kernels like them."""
OF_TEN = (1, 1.5, 2, 3, 4, 5, 6, 8)
"""Values within a decade, for other whole numbers from ten on and for small numbers."""
SHARE_STEP = 0.05


def step_value(setting: Setting, typed: str, steps: int) -> str:
    """Return the value that lies some steps beside another one, within the range.

    Args:
        setting: what is stepped.
        typed: value now; one that cannot be read counts as the default.
        steps: number of steps, up or down.
    """
    if setting.kind in ("choice", "switch"):
        choices = setting.choices or (NO, YES)
        at = choices.index(typed) if typed in choices else 0
        return choices[(at + steps) % len(choices)]
    if setting.is_text:
        return typed
    try:
        value = setting.parse(typed)
    except UserError:
        return setting.format(setting.default)
    if value is None:  # nothing is typed: steps begin at the first value
        value = 0
    if setting.name == "seed":
        series: Sequence[float] = ()
        stepped = value + steps
    else:
        series = list_values(setting)
        stepped = _step_in(series, value, steps)
        while not _accepts(setting, stepped):  # such as an odd size of two directions
            further = _step_in(series, stepped, 1 if steps > 0 else -1)
            if further == stepped:
                return typed
            stepped = further
    return setting.format(_round(setting, max(setting.low, min(stepped, setting.high))))


def _round(setting: Setting, value: float) -> int | float:
    return int(value) if setting.kind == "whole" else float(value)


def _accepts(setting: Setting, value: float) -> bool:
    """Return whether a configuration takes a value, with all others as they usually are."""
    if setting.config is None:
        return True
    try:
        setting.config(**{setting.name: _round(setting, value)})
    except UserError:
        return False
    return True


def _step_in(series: Sequence[float], value: float, steps: int) -> float:
    if steps > 0:
        at = bisect_right(series, value) + steps - 1
    else:
        at = bisect_left(series, value) + steps
    if not 0 <= at < len(series):
        return series[-1] if at > 0 else series[0]
    return series[at]


def list_values(setting: Setting) -> list[float]:
    """Return the values that a number steps through, in rising order."""
    if setting.kind == "whole":
        values = [1.0, *_grow_sizes()] if setting.name in SIZES else [*_grow_counts()]
    elif setting.high <= 1 and setting.low >= 0:
        values = [round(index * SHARE_STEP, 2) for index in range(round(1 / SHARE_STEP) + 1)]
        values += [0.001, 0.01, 0.02]
    else:
        values = [round(digit * 10.0**power, 12) for power in range(-5, 5) for digit in OF_TEN]
    values = sorted({*values, *(0.0,) * (setting.low == 0)})
    return [one for one in values if setting.low <= one <= setting.high]


def _grow_sizes() -> list[float]:
    powers = range(1, int(math.log2(MAX_SIZE)) + 1)
    return [2.0**power * half for power in powers for half in (1, 1.5)]


def _grow_counts() -> list[float]:
    return [*range(1, 11), *(int(digit * 10.0**power) for power in range(1, 9) for digit in OF_TEN)]
