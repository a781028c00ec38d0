"""What the pane Forecast compares: nothing looks ahead, and figures are those of the commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from series_helpers import shape

from corpora.errors import UserError
from corpora.series.load import load_series
from corpora.series.series import Series
from seq.forecast.config import ForecasterTraining, SourceConfig
from seq.forecast.data import Columns, Parts, Source
from seq.forecast.evaluation import Trial
from seq.forecast.library import SeriesForecaster
from seq.forecast.model import Forecaster
from seq.forecast.trained_on import TrainedOn
from tui.forecast.opening import Loaded, Wanted, open_study
from tui.forecast.remembered import Remembered
from tui.forecast.saving import draw_file, format_csv, name_file
from tui.forecast.study import Study, make_study

STEPS, ROWS = 4, 300


def made(columns: tuple[str, ...] = ("value",), **changes: object) -> SeriesForecaster:
    torch.manual_seed(1)
    scaling = Columns(columns, np.zeros(len(columns)), np.ones(len(columns)))
    model = Forecaster(shape(**changes), len(columns)).eval()
    return SeriesForecaster("made", scaling, model, torch.device("cpu"), "fp32")


def study_of(series: Series, **changes: object) -> Study:
    return make_study(series, made(**changes), name="made")


@pytest.fixture
def sines() -> Series:
    return load_series("sines", length=ROWS)


def test_what_is_said_from_an_origin_does_not_look_at_what_comes(sines: Series) -> None:
    """A marker put into the future of the origin moves no forecast, band or weight."""
    later = sines.values.copy()
    origin = 270
    later[origin:] = 1e6
    calm, moved = (
        study_of(one, attention="additive").look_ahead(origin)
        for one in (sines, replace(sines, values=later))
    )
    assert len(calm.views) == 4
    for one, other in zip(calm.views, moved.views, strict=True):
        assert one.name == other.name
        np.testing.assert_array_equal(one.point, other.point)
        if one.name == "made":  # the bands of the others are made of the errors before the test
            np.testing.assert_array_equal(one.lower, other.lower)
    assert calm.weights is not None
    assert moved.weights is not None
    np.testing.assert_array_equal(calm.weights, moved.weights)
    np.testing.assert_allclose(calm.weights.sum(1), 1, atol=1e-5)


def test_the_error_here_is_that_of_what_is_drawn(sines: Series) -> None:
    study = study_of(sines)
    outlook = study.look_ahead(250)
    for view in outlook.views:
        truth = study.target[250 : 250 + STEPS]
        assert view.error == pytest.approx(np.abs(view.point - truth).mean())
        assert view.compared == STEPS
        assert 0 <= view.inside <= STEPS


def test_beyond_the_end_nothing_is_compared(sines: Series) -> None:
    study = study_of(sines)
    first, last = study.origins
    assert (first, last) == (12, ROWS)
    future = study.look_ahead(last)
    assert all(view.compared == 0 and np.isnan(view.error) for view in future.views)
    assert [view.compared for view in study.look_ahead(last - 1).views] == [1] * 4
    assert study.name_part(last) == "the future"


def test_filled_values_are_not_judged(sines: Series) -> None:
    known = sines.known.copy()
    known[251] = False
    study = study_of(replace(sines, known=known))
    view = study.look_ahead(250).views[0]
    assert view.compared == STEPS - 1
    truth = study.target[[250, 252, 253]]
    assert view.error == pytest.approx(np.abs(view.point[[0, 2, 3]] - truth).mean())


def test_the_means_are_those_of_the_command_that_evaluates(
    sines: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the error by step has the mean error as its mean. What takes long to fit is left out."""
    monkeypatch.setattr("seq.forecast.baselines.find_spec", lambda name: None)
    study = study_of(sines)
    trial = Trial.prepare(
        sines, Parts.divide(ROWS, ForecasterTraining()), context=12, horizon=STEPS
    )
    rows = {row.name: row.measures for row in trial.measure_methods()}
    verdicts = [*study.judge()]
    assert verdicts[0].name == "made"
    for verdict in verdicts[1:]:
        assert verdict.measures == rows[verdict.name]
    for verdict in verdicts:
        assert verdict.by_step.mean() == pytest.approx(verdict.measures.mae)


def test_the_steps_are_those_that_can_be_judged(sines: Series) -> None:
    assert study_of(sines).horizon == STEPS
    assert make_study(sines, made(), horizon=50).horizon == 50
    assert make_study(sines, made(), horizon=10_000).horizon == 60  # the test part
    assert make_study(sines, made(strategy="direct"), horizon=50).horizon == STEPS
    assert make_study(sines, None).horizon == 24
    short = replace(sines, values=sines.values[:10], known=sines.known[:10])
    with pytest.raises(UserError, match="10 rows"):
        make_study(short, None)


# Opening


def loaded(spec: str = "sines", columns: tuple[str, ...] = ("value",)) -> Loaded:
    source = Source(
        spec=spec, target=columns[0], inputs=columns, how=SourceConfig(length=ROWS, data_seed=1)
    )
    return Loaded(made(columns), TrainedOn(source=source))


def test_a_series_by_rule_goes_on_beyond_the_training_and_has_seeds() -> None:
    own = open_study(Wanted("made"), loaded(), print)
    assert len(own.series) == ROWS + STEPS
    assert (own.seed, own.learned) == (1, True)
    assert own.trial.parts.validation == Parts.divide(ROWS, ForecasterTraining()).validation
    other = open_study(Wanted("made", seed=2), loaded(), print)
    assert (other.seed, other.learned) == (2, False)
    assert not np.array_equal(own.target, other.target)
    assert other.name_part(290) == "never seen"


def test_a_table_is_read_by_a_forecaster_that_knows_its_columns() -> None:
    lines = ["time,value,other"]
    lines += [f"{row},{'' if row == 7 else row % 5},{row % 3}" for row in range(100)]
    Path("own.csv").write_text("\n".join(lines))
    notices: list[str] = []
    study = open_study(Wanted("made", path="own.csv"), loaded(), notices.append)
    assert study.forecaster is not None
    assert study.series.columns == ("value",)
    assert "filled" in notices[0]
    stranger = loaded(columns=("else",))
    study = open_study(Wanted("made", path="own.csv"), stranger, print)
    assert study.forecaster is None
    assert study.why == "made reads a column else; the table has value, other"
    assert study.columns == ("value", "other")
    other = open_study(Wanted("made", path="own.csv", target="other"), stranger, print)
    assert other.series.columns == ("other",)
    alone = open_study(Wanted(None, path="own.csv"), None, print)
    assert alone.methods
    assert alone.why == "no forecaster is chosen"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(None), "no forecaster"),
        (Wanted("made", path="sines"), "no file sines"),
        (Wanted("made", path="a\0b"), "NUL"),
        (Wanted("made", path="text.csv"), "no column of numbers"),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_line(wanted: Wanted, said: str) -> None:
    Path("text.csv").write_text("a,b\nx,y\n")
    with pytest.raises(UserError, match=said):
        open_study(wanted, loaded() if wanted.model else None, print)


# Files and memory


def test_the_table_has_a_line_for_each_step(sines: Series) -> None:
    study = study_of(sines)
    outlook = study.look_ahead(ROWS - 1)
    head, first, *others = format_csv(study, outlook).splitlines()
    assert head.startswith("row,came,made,lower,upper,")
    cells = first.split(",")
    assert cells[0] == str(ROWS - 1)
    assert float(cells[1]) == pytest.approx(study.target[-1])
    assert float(cells[2]) == pytest.approx(outlook.views[0].point[0])
    assert [line.split(",")[1] for line in others] == [""] * (STEPS - 1)  # nobody knows yet
    assert name_file(study, outlook, "csv") == "sines-299.csv"
    assert draw_file(study, outlook, "csv").decode() == format_csv(study, outlook)


@pytest.mark.long
def test_the_picture_is_a_png(sines: Series) -> None:
    study = study_of(sines)
    assert draw_file(study, study.look_ahead(200), "png").startswith(b"\x89PNG")


def test_what_is_kept_comes_back_and_damage_is_left_out() -> None:
    kept = Remembered(model="made", path="a.csv", seed=3, horizon=7, origin=99, zoom=-2)
    assert Remembered.read(kept.write()) == kept
    damaged = {"model": 3, "seed": -1, "horizon": True, "origin": "x", "zoom": 99, "other": []}
    assert Remembered.read(damaged) == Remembered(zoom=9)
