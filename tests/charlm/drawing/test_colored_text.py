from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color

from charlm.drawing.colored_text import (
    LEVELS,
    ON_DARK,
    ON_LIGHT,
    PLAIN,
    color_html,
    color_text,
    draw_text_figure,
    find_level,
    pick_style,
    wrap_text,
)
from charlm.drawing.unit_rows import draw_rows

HOSTILE = "a\x1b[31m<b>&\u202e評🎉\té\n"


@given(st.floats(-2, 2))
def test_levels_are_odd_and_rise_with_the_number(value: float) -> None:
    assert find_level(-value) == -find_level(value)
    assert abs(find_level(value)) <= LEVELS
    assert find_level(value) <= find_level(value + 0.1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, 0.05])
def test_what_is_near_zero_or_no_number_has_the_ground_of_the_page(value: float) -> None:
    assert pick_style(find_level(value), ON_DARK) == ""


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [part / 255 for part in Color.parse(color).triplet or (0, 0, 0)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scale", [ON_DARK, ON_LIGHT])
def test_letters_can_be_read_on_every_ground(scale: tuple[tuple[str, ...], ...]) -> None:
    for style in (*scale[0], *scale[1]):
        ink, ground = sorted(map(luminance, style.split(" on ")))
        assert (ground + 0.05) / (ink + 0.05) >= 4.5, style


def test_little_is_near_the_ground() -> None:
    for side in ON_LIGHT:
        light = [luminance(style.split(" on ")[1]) for style in side]
        assert light == sorted(light, reverse=True)
    for side in ON_DARK:
        light = [luminance(style.split(" on ")[1]) for style in side]
        assert light == sorted(light)


@pytest.mark.parametrize("scale", [ON_DARK, PLAIN])
def test_a_text_stays_whole_and_safe(scale: tuple[tuple[str, ...], ...]) -> None:
    values = np.linspace(-1, 1, len(HOSTILE))
    drawn = color_text(HOSTILE, values, scale)
    assert len(drawn.plain) == len(HOSTILE)
    assert "\x1b" not in drawn.plain
    assert "\u202e" not in drawn.plain
    page = color_html(HOSTILE, values, ["<i>"] * len(HOSTILE))
    assert "<b>" not in page
    assert "<i>" not in page
    assert draw_text_figure(HOSTILE, values, title="$\\frac{$").to_png().startswith(b"\x89PNG")


@given(st.text(st.sampled_from("ab \n評"), max_size=80), st.integers(2, 12))
def test_lines_hold_the_text_in_order_and_fit(text: str, width: int) -> None:
    lines = wrap_text(text, width)
    assert [place for line in lines for place in line] == list(range(len(text)))
    assert all(cell_len(text[line.start : line.stop].rstrip("\n")) <= width for line in lines)


@pytest.mark.parametrize("width", [10, 30, 80])
def test_rows_stand_under_their_letters(width: int) -> None:
    text, names = "abcdefghijklmnopqrstuvwxyz" * 2, ["1.3", "12.107"]
    values = np.sign(np.random.default_rng(0).normal(size=(2, len(text))))
    blocks = draw_rows(text, values, names, width).plain.split("\n\n")
    heads = "".join(block.split("\n")[0][7:] for block in blocks)
    assert heads == text
    for index, name in enumerate(names):
        signs = "".join(block.split("\n")[1 + index][7:] for block in blocks)
        assert signs == "".join("+" if value > 0 else "-" for value in values[index])
        assert blocks[0].split("\n")[1 + index].startswith(name.rjust(6))
