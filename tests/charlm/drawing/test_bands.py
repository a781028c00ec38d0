"""Bands behind lines, lines without markers, and labels at the edge."""

from __future__ import annotations

from rich.text import Text

from charlm.drawing.braille import draw_panel
from charlm.drawing.panels import Band, Line, Panel, Points
from charlm.drawing.picture import draw_panels

LOW: Points = [(0.0, 0.0), (10.0, 2.0)]
HIGH: Points = [(0.0, 4.0), (10.0, 6.0)]


def drawn(panel: Panel, rows: int = 12) -> list[str]:
    return [line.plain for line in draw_panel(panel, 50, rows)]


def dots(lines: list[str]) -> int:
    return sum(
        (ord(one) - 0x2800).bit_count() for one in "".join(lines) if "\u2800" < one < "\u2900"
    )


def test_a_band_is_lighter_than_a_line_and_stays_inside() -> None:
    band = Panel("", "", "", [], bands=[Band(1, LOW, HIGH)])
    assert band.ranges() == ((0.0, 10.0), (0.0, 6.0))
    whole = dots(drawn(band))
    assert 0.15 < whole / (46 * 2 * 12 * 4) * 6 / 4 < 0.35  # a quarter of its dots
    cut = Panel("", "", "", [], bands=[Band(1, LOW, HIGH)], y_range=(5.0, 6.0), x_range=(4.0, 9.0))
    assert 0 < dots(drawn(cut)) < whole
    above = Panel("", "", "", [], bands=[Band(1, LOW, HIGH)], y_range=(7.0, 9.0))
    assert dots(drawn(above)) == 0


def test_a_line_lies_over_its_band_in_its_own_colour() -> None:
    lines = [Line(0, [(0.0, 2.0), (10.0, 4.0)], marked=False)]
    both = list(draw_panel(Panel("", "", "", lines, bands=[Band(1, LOW, HIGH)]), 50, 12))
    colors = {str(span.style) for text in both if isinstance(text, Text) for span in text.spans}
    assert len(colors) == 2


def test_only_marked_points_are_marked() -> None:
    points: Points = [(0.0, 1.0), (5.0, 3.0), (10.0, 2.0)]
    marked, plain = (drawn(Panel("", "", "", [Line(0, points, marked=m)])) for m in (True, False))
    assert sum(line.count("●") for line in marked) == 3
    assert sum(line.count("●") for line in plain) == 0
    assert dots(plain) >= dots(marked)


def test_a_long_label_at_the_left_edge_is_drawn() -> None:
    panel = Panel(
        "", "", "", [Line(0, [(0.0, 1.0), (9.0, 2.0)])], x_ticks={0.0: "2024-01-01 00:00:00"}
    )
    assert drawn(panel)[-1].strip() == "2024-01-01 00:00:00"


def test_a_picture_has_the_band_too() -> None:
    figure = draw_panels([Panel("", "", "", [], bands=[Band(1, LOW, HIGH)])], ["a", "b"])
    (axes,) = figure.axes
    assert len(axes.collections) == 1
    assert figure.to_png().startswith(b"\x89PNG")
