from __future__ import annotations

import numpy as np
import pytest

from charlm.drawing.colored_text import ON_DARK, PLAIN
from charlm.drawing.signed_cells import draw_signed_cells, table_signed_html
from charlm.drawing.symbol_map import SymbolMap, draw_map, draw_map_figure, place_labels


def make_map(count: int, seed: int = 0, longest: int = 8) -> SymbolMap:
    random = np.random.default_rng(seed)
    labels = tuple("x" * int(size) for size in random.integers(1, longest, count))
    return SymbolMap(labels, random.normal(size=(count, 2)), (0, 1) * (count // 2), ("a", "b"), 0)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [10, 80, 400])
def test_no_label_covers_another_or_leaves_the_grid(seed: int, count: int) -> None:
    drawn = make_map(count, seed)
    widths = [len(label) for label in drawn.labels]
    places = place_labels(widths, drawn.points, 60, 20)
    taken: set[tuple[int, int]] = set()
    for width, place in zip(widths, places, strict=True):
        if place is not None:
            row, column = place
            cells = {(row, column + step) for step in range(width)}
            assert not cells & taken
            taken |= cells
            assert 0 <= row < 20
            assert 0 <= column <= 60 - width


def test_where_there_is_room_nothing_moves() -> None:
    points = np.array([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])
    assert place_labels([1, 1, 1], points, 11, 11) == [(10, 0), (0, 10), (5, 5)]


def test_labels_at_one_point_stand_side_by_side_as_long_as_there_is_room() -> None:
    places = place_labels([3] * 500, np.zeros((500, 2)), 40, 10)
    found = [place for place in places if place is not None]
    assert places[0] is not None
    assert len(set(found)) == len(found)
    assert 5 < len(found) < 500


def test_the_map_shows_all_that_found_a_place() -> None:
    drawn = make_map(60)
    text, hidden = draw_map(drawn, 70, 18)
    legend, *lines = text.plain.split("\n")
    assert ("a" in legend, "b" in legend, len(lines)) == (True, True, 18)
    assert max(map(len, lines)) <= 70
    assert sum(line.count("x") > 0 for line in lines) > 3
    assert sum(len(line.split()) for line in lines) == 60 - hidden


def test_a_map_is_drawn_as_a_figure() -> None:
    figure = draw_map_figure(make_map(30), title="$x$", axes_names=("one", "two"))
    assert figure.to_png().startswith(b"\x89PNG")


def test_signed_cells_have_one_width_and_the_numbers() -> None:
    values = np.array([[1.0, -0.5], [0.0, 0.25]])
    for scale in (ON_DARK, PLAIN):
        lines = draw_signed_cells(values, ["1.100", "2.3"], ["A", "LONG"], scale)
        assert len({line.cell_len for line in lines}) == 1
        assert [line.plain.split() for line in lines] == [
            ["1.100", "2.3"], ["A", "+100", "-50"], ["LONG", "+0", "+25"],
        ]  # fmt: skip


def test_a_page_shows_names_as_text() -> None:
    page = table_signed_html(np.array([[1.0]]), ["<b>"], ["<end>"], "<i>")
    assert "<b>" not in page.replace("<body>", "")
    assert page.count("&lt;") == 3
    assert "1.00" in page
