"""Pictures of what is long: bounded in time and memory, and honest about what is left out."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from charlm.drawing import picture
from charlm.drawing.colored_text import LINES, draw_text_figure, wrap_text
from charlm.drawing.picture import Picture
from charlm.drawing.unit_rows import MOST_ROWS, draw_unit_rows


@pytest.mark.parametrize("size", [(40.0, 30.0), (90.0, 1.0), (1.0, 90.0)])
def test_a_picture_has_a_bounded_number_of_pixels(
    monkeypatch: pytest.MonkeyPatch, size: tuple[float, float]
) -> None:
    monkeypatch.setattr(picture, "MOST_PIXELS", 250_000)
    monkeypatch.setattr(picture, "LONGEST_SIDE", 1_000)
    width, height = struct.unpack(">II", Picture(figsize=size, dpi=150).to_png()[16:24])
    assert width * height <= 250_000
    assert 500 <= max(width, height) <= 1_000


def test_a_long_text_has_its_first_lines() -> None:
    text = "ab\n" * (10 * LINES)
    figure = draw_text_figure(text, np.zeros(len(text)), title="x")
    assert figure.get_suptitle() == f"x (the first {3 * LINES} of {30 * LINES:,} characters)"
    assert len(figure.axes[0].texts) == 2 * LINES


def test_the_first_lines_are_those_of_the_whole() -> None:
    text = "one two  three\n\nfour" * 20
    lines = wrap_text(text, 9)
    assert [wrap_text(text, 9, most) for most in (1, 7, 999)] == [lines[:1], lines[:7], lines]


def test_many_units_of_a_long_text_are_cut() -> None:
    figure = draw_unit_rows(
        "a" * 9_000, np.zeros((2 * MOST_ROWS, 9_000)), ["1.0"] * 2 * MOST_ROWS, title="x"
    )
    assert figure.get_suptitle().startswith(f"x (the first {MOST_ROWS} of them) (the first ")
    assert figure.get_size_inches()[1] < 70
