"""The charts of the pane Forecast, without a screen."""

from __future__ import annotations

import numpy as np
import pytest

from corpora.series.load import load_series
from tui.forecast.drawing import ORIGIN, Look, draw_forecast, draw_steps, draw_whole, thin_out
from tui.forecast.gaze_view import condense, describe, draw_map
from tui.forecast.study import Study, make_study
from tui.widgets.weight_scale import make_scale

LOOK = Look("white", "yellow", "green", "cyan", "grey")
SIZES = [(20, 3), (58, 7), (76, 12), (140, 40)]


@pytest.fixture(scope="module")
def study() -> Study:
    return make_study(load_series("noisy_seasons", length=600), None)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("zoom", [-9, 0, 9])
def test_a_chart_fits_its_room(study: Study, width: int, height: int, zoom: int) -> None:
    first, last = study.origins
    for origin in (first, 300, last):
        outlook = study.look_ahead(origin)
        chart = draw_forecast(study, outlook, "last value", width, height, LOOK, zoom)
        assert 0 < len(chart.lines) <= height
        assert all(line.cell_len <= width for line in chart.lines)
        whole = draw_whole(study, origin, width, height, LOOK)
        assert all(line.cell_len <= width for line in whole.lines)


def test_an_upright_line_stands_where_the_forecast_begins(study: Study) -> None:
    chart = draw_forecast(study, study.look_ahead(500), "", 120, 30, LOOK)
    columns = {line.plain.index(ORIGIN) for line in chart.lines if ORIGIN in line.plain}
    assert len(columns) == 1
    assert abs(chart.find_row(columns.pop()) - 499.5) <= 1
    assert chart.find_row(-50) == chart.first
    assert chart.find_row(500) == chart.last


def test_what_is_drawn_is_named(study: Study) -> None:
    def words(beside: str) -> str:
        drawn = draw_forecast(study, study.look_ahead(500), beside, 140, 40, LOOK)
        return "\n".join(line.plain for line in drawn.lines)

    assert "what came" in words("")
    assert study.methods[0].name in words("")
    assert "last value" in words("last value")
    assert "last value" not in words("")


def test_a_long_series_keeps_its_heights_and_depths() -> None:
    values = np.zeros(10_000)
    values[4321], values[8765] = 7.0, -3.0
    points = thin_out(values, 50)
    assert len(points) == 100
    assert max(points, key=lambda point: point[1])[1] == 7
    assert min(points, key=lambda point: point[1])[1] == -3
    assert [y for _, y in thin_out(values[4320:4323], 50)] == [0, 7, 0]


def test_the_error_by_step_is_drawn_for_every_method(study: Study) -> None:
    verdicts = [*study.judge()]
    lines = draw_steps(verdicts, 70, 20, ["red", "blue", "green"], "grey")
    drawn = "\n".join(line.plain for line in lines)
    assert "last value" in drawn
    assert {span.style for line in lines for span in line.spans} >= {"red", "blue", "green"}


def test_a_map_is_fuller_where_a_step_looks_more() -> None:
    weights = np.full((6, 30), 0.5 / 29)
    weights[range(6), range(0, 30, 5)] = 0.5
    lines = draw_map(weights, 36, 7, make_scale("#000000", dark=True))
    assert len(lines) == 7
    for step, line in enumerate(lines[1:]):
        assert line.plain.startswith(f"+{step + 1}")
        assert line.plain.index("█") - len("+1 ") == 5 * step
        assert line.plain.count("█") == 1
    assert describe(weights) == "█ 50.0% of a step's look · even: 3.3%"


def test_even_weights_are_even_in_any_room() -> None:
    weights = np.full((24, 72), 1 / 72)
    for rows, columns in ((5, 41), (24, 72), (7, 3)):
        found = condense(weights, rows, columns)
        assert found.shape == (rows, columns)
        np.testing.assert_allclose(found, 1 / 72)
