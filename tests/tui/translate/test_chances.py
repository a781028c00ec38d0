"""Probabilities as figures and on a logarithmic scale; weights as colours."""

from __future__ import annotations

import pytest
from textual.color import Color

from tui.themes import measure_contrast
from tui.widgets.chances import draw_ticks, find_floor, format_log, format_share, scale_log
from tui.widgets.weight_scale import LEVELS, choose_ink, find_level, make_scale


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (1.0, "100%"),
        (0.9994, "100%"),
        (0.663, "66%"),
        (0.1, "10%"),
        (0.0994, "9.9%"),
        (0.0014, "0.1%"),
        (0.00021, "2e-4"),
        (9.4e-5, "9e-5"),
        (3e-11, "3e-11"),
        (0.0, "0"),
    ],
)
def test_figures(share: float, shown: str) -> None:
    assert format_share(share) == shown
    assert len(shown) <= 5


def test_logarithms() -> None:
    assert format_log(-0.00123) == "-0.0012"
    assert format_log(-12.3456) == "-12.35"


@pytest.mark.parametrize(("least", "floor"), [(0.4, -3), (2e-4, -6), (9e-8, -9), (1e-30, -9)])
def test_a_scale_reaches_down_to_what_is_shown(least: float, floor: int) -> None:
    assert find_floor(least) == floor
    assert find_floor(0.0) == -9
    assert scale_log(1.0, floor) == 1
    assert scale_log(0.0, floor) == 0
    assert 0 <= scale_log(least, floor) < 1
    assert scale_log(10 ** (floor / 2), floor) == pytest.approx(0.5)


def test_ticks_stand_where_the_bars_end() -> None:
    line = draw_ticks(-9, 40)
    assert line.split() == ["1e-9", "1e-6", "1e-3", "1"]
    assert line.index("1e-6") + 2 == pytest.approx(40 / 3, abs=1)
    assert len(line) <= 40
    assert draw_ticks(-12, 8).split()[0] == "1e-12"
    assert draw_ticks(-3, 2).strip() in ("", "1")


@pytest.mark.parametrize(
    ("ground", "dark"),
    [("#121212", True), ("#1e1e2e", True), ("#e0e0e0", False), ("#fdf6e3", False)],
)
def test_little_is_near_the_ground_and_every_figure_can_be_read(ground: str, dark: bool) -> None:
    scale = make_scale(ground, dark)
    behind = Color.parse(ground)
    grounds = [Color.parse(str(style.bgcolor.name)) for style in scale if style.bgcolor]
    assert grounds[0] == behind
    away = [measure_contrast(one, behind) for one in grounds]
    assert away == sorted(away)
    assert away[-1] > 5
    for style, ground_ in zip(scale, grounds, strict=True):
        assert style.color is not None
        assert measure_contrast(Color.parse(str(style.color.name)), ground_) >= 4.5


def test_weights_have_levels() -> None:
    assert [find_level(weight) for weight in (-0.1, 0.0, 0.999, 1.0, 1.1)] == [
        0,
        0,
        *[LEVELS - 1] * 3,
    ]
    assert choose_ink("#dce318") == "#000000"
