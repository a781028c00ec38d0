"""Signals made by rule: their laws, seeds and lengths, and the order of the method behind them."""

from __future__ import annotations

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.series.equations import integrate_lorenz, integrate_mackey_glass
from corpora.series.load import load_series
from corpora.series.signals import SIGNALS, make_signal


@pytest.mark.parametrize("name", SIGNALS)
def test_a_seed_makes_one_signal_and_a_longer_one_begins_with_it(name: str) -> None:
    short, long = make_signal(name, 120, 3), make_signal(name, 150, 3)
    assert short.shape == (120, len(SIGNALS[name].columns))
    assert np.array_equal(long[:120], short)
    assert np.isfinite(long).all()
    assert long.std() > 0.1
    assert not np.array_equal(make_signal(name, 120, 4), short)


def test_mackey_glass_follows_its_equation() -> None:
    x = integrate_mackey_glass(400, 1.2, substeps=10)
    # Between the values the slope is the one of the equation, to the order of the differences.
    slope = (x[18:] - x[16:-2]) / 2  # at 17, 18, …, from neighbours one unit apart
    delayed, here = x[: len(slope)], x[17:-1]
    wanted = 0.2 * delayed / (1 + delayed**10) - 0.1 * here
    assert np.abs(slope - wanted).max() < 0.02
    assert np.abs(wanted).max() > 0.05
    assert 0.2 < x.min() < x.max() < 1.5  # the attractor for a delay of 17


def test_the_method_is_of_the_fourth_order() -> None:
    """Halving its step divides the error by about 16, before chaos takes over."""

    def errors(solve: object, coarse: int) -> float:
        ends = [solve(n) for n in (coarse, 2 * coarse, 16 * coarse)]  # type: ignore[operator]
        return float(np.abs(ends[0] - ends[2]).max() / np.abs(ends[1] - ends[2]).max())

    def mackey_glass(substeps: int) -> object:
        # From a constant history the solution has kinks at multiples of the delay: look before.
        return integrate_mackey_glass(17, 1.2, substeps=substeps, transient=0)

    def lorenz(substeps: int) -> object:
        return integrate_lorenz(20, np.array([1.0, 1.0, 20.0]), substeps=substeps, transient=0)

    assert 12 < errors(mackey_glass, 1) < 22
    assert 12 < errors(lorenz, 4) < 22


def test_square_has_two_values_and_noisy_seasons_a_day() -> None:
    assert set(np.unique(make_signal("square", 300, 1))) == {-1.0, 1.0}
    values = make_signal("noisy_seasons", 2400, 1)[:, 0]
    by_hour = values.reshape(-1, 24).mean(axis=0)
    assert np.ptp(by_hour) > 6


@pytest.mark.parametrize(
    ("name", "length", "seed", "why"),
    [
        ("sinus", 10, 1, "there is no signal 'sinus'; signals are sines"),
        ("sines", 0, 1, "length of a signal must lie between 1"),
        ("sines", 10, -1, "cannot be negative"),
    ],
)
def test_what_cannot_be_made_is_said(name: str, length: int, seed: int, why: str) -> None:
    with pytest.raises(UserError, match=why):
        make_signal(name, length, seed)


def test_a_signal_is_loaded_by_name_with_the_columns_that_are_wanted() -> None:
    found = load_series("lorenz", length=30, columns=["z", "x"])
    assert found.columns == ("z", "x")
    assert np.array_equal(found.values, make_signal("lorenz", 30, 1)[:, [2, 0]])
    assert found.known.all()
