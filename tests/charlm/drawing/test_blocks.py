"""Pictures of characters: every pixel has its colour, and what is lit is what is looked at."""

from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color
from rich.style import Style
from rich.text import Text

from charlm.drawing.blocks import dim, draw_blocks, draw_maps, enlarge, shrink

PIXELS = np.random.default_rng(1).integers(0, 256, (12, 10, 3)).astype(np.uint8)


def colors(line: Text) -> list[tuple[Color | None, Color | None]]:
    styles = [Style.parse(str(span.style)) for span in line.spans]
    return [(style.color, style.bgcolor) for style in styles]


def test_each_character_holds_two_pixels() -> None:
    lines = draw_blocks(PIXELS)
    assert [line.plain for line in lines] == ["▀" * 10] * 6
    for row, line in enumerate(lines):
        for column, (upper, lower) in enumerate(colors(line)):
            assert upper is not None
            assert lower is not None
            assert upper.triplet == tuple(PIXELS[2 * row, column])
            assert lower.triplet == tuple(PIXELS[2 * row + 1, column])


def test_without_colours_a_shape_stands_out_of_its_ground() -> None:
    for ground, shape in ((20, 220), (220, 20)):
        pixels = np.full((8, 8, 3), ground, dtype=np.uint8)
        pixels[2:6, 3:5] = shape
        drawn = [line.plain for line in draw_blocks(pixels, color=False)]
        assert drawn == [" " * 8, "   ██   ", "   ██   ", " " * 8]


def test_a_smaller_picture_is_the_mean_and_a_larger_grid_the_same() -> None:
    small = shrink(PIXELS, 2)
    assert small.shape == (6, 5, 3)
    assert small[1, 2].tolist() == PIXELS[2:4, 4:6].mean(axis=(0, 1)).round().tolist()
    weights = np.arange(4.0).reshape(2, 2)
    assert enlarge(weights, 4, 6).tolist() == [[0, 0, 0, 1, 1, 1]] * 2 + [[2, 2, 2, 3, 3, 3]] * 2


def test_what_is_looked_at_most_is_as_it_is_and_the_rest_is_darker() -> None:
    weights = np.array([[0.1, 0.9], [0.0, 0.0]])
    lit = dim(PIXELS, weights)
    assert np.array_equal(lit[:6, 5:], PIXELS[:6, 5:])
    assert (lit[6:] <= 0.2 * PIXELS[6:] + 1).all()


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize("width", [10, 35, 100])
def test_maps_stand_side_by_side_as_far_as_they_fit(color: bool, width: int) -> None:
    maps = [(f"word{n}", np.eye(2)) for n in range(5)]
    lines = draw_maps(PIXELS, maps, width, color=color).plain.splitlines()
    across = max(1, (width + 2) // 12)
    assert max(map(len, lines)) <= max(width, 10)
    assert len(lines) == -(-5 // across) * 7
    assert "word4" in lines[-7]
