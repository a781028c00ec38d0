"""What a forecaster is trained on, and how it is evaluated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from series_helpers import shape, training

from charlm.training.distributed import World
from corpora.errors import UserError
from corpora.series.load import load_series
from corpora.series.series import Series
from seq.forecast.data import Columns, Parts
from seq.forecast.model import Forecaster
from seq.forecast.task import Forecasting

CPU = torch.device("cpu")


def task(series: Series | None = None, model: Any = None, **changes: Any) -> Forecasting:
    torch.manual_seed(1)
    series = series or load_series("lorenz", length=200)
    config = training(**changes)
    parts = Parts.divide(len(series), config)
    columns = Columns.fit(series.columns, series.values[: parts.training])
    made = Forecaster(model or shape(), len(series.columns))
    return Forecasting(
        made, columns, series, parts, config, precision="fp32", world=World(device=CPU)
    )


def test_a_pass_holds_every_window_of_the_training_part_once() -> None:
    made = task()
    batches = list(made.batches(0, 0))
    assert len(batches) == made.steps_per_epoch
    assert sum(map(made.units, batches)) == 140 - 12 - 4 + 1
    firsts = torch.cat([batch.context[0] for batch in batches])
    assert len({tuple(row.tolist()) for row in firsts}) == 125
    later = list(made.batches(0, 2))
    assert torch.equal(later[0].context, batches[2].context)
    assert not torch.equal(next(made.batches(1, 0)).context, batches[0].context)
    for batch in batches:  # what is forecast follows what is read
        whole = torch.cat([batch.context, batch.future])
        row = int(np.flatnonzero((made.training.values == whole[0, 0].numpy()).all(axis=1))[0])
        assert np.array_equal(whole[:, 0].numpy(), made.training.values[row : row + 16])


def test_nothing_behind_the_training_part_moves_a_training() -> None:
    """Neither its scaling nor a batch nor a loss; and the test part moves no evaluation."""
    calm = load_series("lorenz", length=200)
    later, test = calm.values.copy(), calm.values.copy()
    later[140:] = 1e6
    test[160:] = 1e6
    one, two, three = (
        task(calm),
        task(replace(calm, values=later)),
        task(replace(calm, values=test)),
    )
    assert one.columns.to_json() == two.columns.to_json()
    for a, b in zip(one.batches(0, 0), two.batches(0, 0), strict=True):
        assert torch.equal(a.context, b.context)
        assert torch.equal(a.future, b.future)
    assert one.evaluate() == three.evaluate()
    assert one.evaluate() != two.evaluate()


def test_values_that_were_filled_count_for_nothing() -> None:
    calm = load_series("lorenz", length=200)
    known = calm.known.copy()
    known[::3] = False
    wrong = calm.values.copy()
    made = task(replace(calm, known=known))
    batch = next(made.batches(0, 0))
    before = made.loss(made.model, batch, torch.Generator().manual_seed(1))
    moved = replace(batch, future=torch.where(batch.known > 0, batch.future, 1e3))
    # What is fed back would see it; what is compared does not.
    after = made._mean_surprisal(made.model.forecast(batch.context, 4), moved)
    again = made._mean_surprisal(made.model.forecast(batch.context, 4), batch)
    assert torch.equal(after, again)
    assert before.isfinite()
    assert wrong.shape == calm.values.shape


def test_the_share_of_teacher_forcing_decides_what_is_read() -> None:
    batch = next(task().batches(0, 0))
    known, free = task(teacher_forcing=1.0), task(teacher_forcing=0.0)
    loss = known.loss(known.model, batch, torch.Generator())
    given = known.model.forecast_known(batch.context, batch.future)
    assert torch.equal(loss, known._mean_surprisal(given, batch))
    own = free.model.forecast(batch.context, 4)
    assert torch.equal(
        free.loss(free.model, batch, torch.Generator()), free._mean_surprisal(own, batch)
    )


def test_a_sample_draws_a_forecast_and_says_how_good_it_is() -> None:
    shown = task().sample(7)
    first, *drawn = shown.split("\n")
    assert first.startswith("a forecast of 4 steps is off by ")
    assert sum("●" in line for line in drawn) >= 1
    assert any("\u2800" < character <= "\u28ff" for character in shown)
    assert max(map(len, drawn)) <= 76


def test_a_part_that_is_too_short_is_said() -> None:
    with pytest.raises(UserError, match="20 rows are too few: the training part holds no window"):
        task(load_series("sines", length=20))
