"""Signals that are made by rule: any length, and for each seed another one.

The first values of a long signal are those of a short one, so a signal can be made longer later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.series.equations import integrate_lorenz, integrate_mackey_glass

Floats = npt.NDArray[np.float64]

LONGEST = 1_000_000
"""Most values of a signal. A larger number is a slip of the hand."""


@dataclass(frozen=True)
class Signal:
    """A rule that makes numbers."""

    about: str
    """What it is, in a few words."""
    columns: tuple[str, ...]
    """Names of its C columns."""
    make: Callable[[int, np.random.Generator], Floats]
    """Returns the values (T, C) of the first T steps. All that is drawn comes from the generator,
    and what is drawn once comes before what is drawn for each step."""


def make_signal(name: str, length: int, seed: int) -> Floats:
    """Return the values of a signal, (T, C).

    Args:
        name: one of `SIGNALS`.
        length: T, number of values of each column.
        seed: decides all that is drawn.

    Raises:
        UserError: there is no such signal, or the length or the seed cannot be.
    """
    if name not in SIGNALS:
        raise UserError(f"there is no signal {name!r}; signals are {', '.join(SIGNALS)}")
    if not 1 <= length <= LONGEST:
        raise UserError(f"the length of a signal must lie between 1 and {LONGEST:,}, not {length}")
    if seed < 0:
        raise UserError(f"the seed of a signal cannot be negative: {seed}")
    return SIGNALS[name].make(length, np.random.default_rng(seed))


def _make_sines(length: int, random: np.random.Generator) -> Floats:
    """Return the sum of three sines, whose periods have no common multiple worth the name."""
    periods = np.array([17.0, 29.0, 71.0]) * random.uniform(0.9, 1.1, 3)
    phases = random.uniform(0, 2 * np.pi, 3)
    waves = np.sin(2 * np.pi * np.arange(length)[:, None] / periods + phases)
    found: Floats = waves @ np.array([1.0, 0.7, 0.5])
    return found[:, None]


def _make_chirp(length: int, random: np.random.Generator) -> Floats:
    """Return a sine whose period goes from 100 steps to 10 and back, again and again."""
    slowest, fastest, sweep = 1 / 100, 1 / 10, 600
    steps = np.arange(length) + random.integers(0, 2 * sweep)
    way = np.abs((steps % (2 * sweep)) - sweep) / sweep  # from 1 down to 0 and up again
    frequency = slowest * (fastest / slowest) ** (1 - way)
    return np.sin(2 * np.pi * (np.cumsum(frequency) + random.uniform()))[:, None]


def _make_square(length: int, random: np.random.Generator) -> Floats:
    """Return a wave that is 1 for half of its period and -1 for the other half."""
    half = int(random.integers(10, 31))
    start = int(random.integers(0, 2 * half))
    return np.where((np.arange(length) + start) // half % 2 == 0, 1.0, -1.0)[:, None]


def _make_mackey_glass(length: int, random: np.random.Generator) -> Floats:
    return integrate_mackey_glass(length, random.uniform(0.5, 1.3))[:, None]


def _make_lorenz(length: int, random: np.random.Generator) -> Floats:
    return integrate_lorenz(length, random.uniform(-1.0, 1.0, 3) + np.array([1.0, 1.0, 20.0]))


def _make_noisy_seasons(length: int, random: np.random.Generator) -> Floats:
    """Return days of 24 steps in weeks of 7 days, with noise that lasts and is greater by day.

    The swing of a day depends on the day of the week. The noise is an autoregression of order one,
    and its scale follows the hour: so a good forecast knows when it is less sure.
    """
    phases = random.uniform(0, 2 * np.pi, 2)
    steps = np.arange(length)
    day, week = 2 * np.pi * steps / 24 + phases[0], 2 * np.pi * steps / 168 + phases[1]
    swing = 5.0 * (1 + 0.4 * np.sin(week))
    clean = 20.0 + swing * (np.sin(day) + 0.35 * np.sin(2 * day + 0.8)) + 2.0 * np.cos(week)
    shocks = random.standard_normal(length) * (0.35 + 0.65 * (1 + np.sin(day)) / 2)
    noise, last = np.empty(length), 0.0
    for step, shock in enumerate(shocks.tolist()):
        noise[step] = last = 0.7 * last + shock
    found: Floats = clean + noise
    return found[:, None]


SIGNALS: Mapping[str, Signal] = MappingProxyType(
    {
        "sines": Signal("the sum of three sines", ("value",), _make_sines),
        "chirp": Signal(
            "a sine whose period goes from 100 to 10 and back", ("value",), _make_chirp
        ),
        "square": Signal("a wave of two values", ("value",), _make_square),
        "mackey_glass": Signal(
            "chaos of a delay equation, τ = 17 (Mackey and Glass 1977)",
            ("value",),
            _make_mackey_glass,
        ),
        "noisy_seasons": Signal(
            "days of 24 steps in weeks of 7, and noise that lasts", ("value",), _make_noisy_seasons
        ),
        "lorenz": Signal("chaos in three numbers (Lorenz 1963)", ("x", "y", "z"), _make_lorenz),
    }
)
"""The signals by name."""
