"""A drawing of a forecast is as wide as its panel, and tells the same."""

from __future__ import annotations

import re

import numpy as np
import pytest

from seq.forecast.figure import draw_sample
from tui.train.drawn_sample import describe, is_drawing, narrow

BRAILLE = re.compile("[⠀-⣿●]")


def draw(seed: int = 0) -> str:
    values = np.sin(np.arange(100) / 5) * 120
    noise = np.random.default_rng(seed).normal(0, 20, 24)
    return draw_sample(values[:76], values[76:], values[76:] + noise)


def list_filled(drawing: str) -> list[list[int]]:
    """Return the places from the axis on that are not empty, line by line."""
    inside = [re.split("[┤│]", line, maxsplit=1)[-1] for line in drawing.splitlines()[2:-2]]
    return [[at for at, one in enumerate(line) if BRAILLE.match(one)] for line in inside]


@pytest.mark.parametrize("width", [20, 38, 55, 75])
def test_a_narrow_drawing_holds_every_part_of_the_wide_one(width: int) -> None:
    wide = draw()
    thin = narrow(wide, width)
    assert max(map(len, thin.splitlines()[2:])) <= width
    assert len(thin.splitlines()) == len(wide.splitlines())
    axis = thin.splitlines()[2].index("┤") + 1
    longest = max(map(len, wide.splitlines())) - axis
    for before, after in zip(list_filled(wide), list_filled(thin), strict=True):
        moved = {int(at * (width - axis) / longest) for at in before}
        assert all(moved & {at - 1, at, at + 1} for at in after)
        assert all({*after} & {at - 1, at, at + 1} for at in moved)
    ticks = [int(word) for word in thin.splitlines()[-1].split()]
    assert ticks == sorted(ticks)


def test_with_room_a_drawing_stays_as_it_is() -> None:
    assert narrow(draw(), 76) == draw()
    assert narrow("words\n  alone", 3) == "words\n  alone"


def test_a_sample_is_described_in_a_line() -> None:
    assert is_drawing(draw())
    assert describe(draw()).startswith("a forecast of 24 steps is off by")
    assert not is_drawing("two\nlines")
    assert describe("two\nlines") == "two\nlines"
