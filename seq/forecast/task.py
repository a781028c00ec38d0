"""Forecasting as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from charlm.arrays import Floats, Ints, Singles
from charlm.nn.transfer import move
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import FORECASTER
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from corpora.errors import UserError
from corpora.series.series import Flags, Series
from seq.forecast.config import ForecasterTraining
from seq.forecast.data import Columns, Parts, list_origins
from seq.forecast.distribution import Distribution
from seq.forecast.figure import draw_sample
from seq.forecast.model import Forecaster

EVALUATION_BATCH = 256
MOST_VALIDATION = 512
"""Most windows of the validation part, spread evenly over it: neighbours say nearly the same."""


@dataclass(frozen=True)
class Batch:
    """Windows of a series: what is read, and what comes then."""

    context: Tensor
    """Scaled values that are read, (C, B, K), on the device."""
    future: Tensor
    """Scaled values that are forecast, (H, B, K), on the device."""
    known: Tensor
    """1 where a value of `future` is known, 0 where it was filled, (H, B, K), on the device."""


@dataclass(frozen=True)
class Windows:
    """Windows of one series, by the rows at which their forecasts begin."""

    values: Singles
    """Scaled values of the series, (T, K)."""
    known: Flags
    """Which of them are known, (T, K)."""
    origins: Ints
    """First row of each forecast, (N,)."""
    context: int
    horizon: int

    def __len__(self) -> int:
        """Return the number of windows."""
        return len(self.origins)

    def batch(self, chosen: Ints, device: torch.device) -> Batch:
        """Return the windows with these numbers as a batch."""
        rows = self.origins[chosen][None, :] + np.arange(-self.context, self.horizon)[:, None]
        values = move(torch.from_numpy(self.values[rows]), device)
        known = torch.from_numpy(self.known[rows[self.context :]]).float()
        return Batch(values[: self.context], values[self.context :], move(known, device))


class Forecasting(Task[Batch]):
    """The training of a `Forecaster` (see `charlm.training.task.Task`).

    Args:
        model: the forecaster, on the world's device.
        columns: columns and scaling, which are written into the model file.
        series: the whole series; of its test part nothing is read.
        parts: its parts in time.
        config: settings of the training.
        precision: arithmetic of the evaluations, the same as in training.
        world: this process alone.

    Raises:
        UserError: a part is too short for a window.
    """

    model: Forecaster
    unit = "windows"

    def __init__(
        self,
        model: Forecaster,
        columns: Columns,
        series: Series,
        parts: Parts,
        config: ForecasterTraining,
        *,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.columns, self.config = model, columns, config
        self.precision, self.device = precision, world.device
        context, horizon = model.config.context, model.config.horizon
        # What lies behind the validation part is cut off here, so nothing below can look at it.
        values = columns.apply(series.values[: parts.validation])
        known = series.known[: parts.validation]
        self.training, self.validation = (
            Windows(values, known, origins, context, horizon)
            for origins in (
                list_origins(0, parts.training, context, horizon),
                list_origins(parts.training, parts.validation, context, horizon, MOST_VALIDATION),
            )
        )
        for name, windows in (("training", self.training), ("validation", self.validation)):
            if not len(windows.origins):
                raise UserError(
                    f"{len(series):,} rows are too few: the {name} part holds no window of "
                    f"{context} + {horizon} rows; take a smaller --context or --horizon"
                )
        self.steps_per_epoch = -(-len(self.training.origins) // config.batch_size)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on. Seed and epoch decide them."""
        order = np.random.default_rng([self.config.seed, epoch]).permutation(
            len(self.training.origins)
        )
        for number in range(start, self.steps_per_epoch):
            first = number * self.config.batch_size
            yield self.training.batch(order[first : first + self.config.batch_size], self.device)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean surprisal of the known values, in nats per value."""
        if self.config.teacher_forcing == 1:
            found = self.model.forecast_known(batch.context, batch.future, generator)
        else:
            shape = batch.future.shape[:2]
            share = torch.full(shape, self.config.teacher_forcing)
            given = move(torch.bernoulli(share, generator=generator).bool(), self.device)
            found = self._forecast_mixed(batch, given[..., None], generator)
        surprisal = self._mean_surprisal(found, batch)
        # Beside a scale that shrinks, the gradient of the surprisal grows without bound, and where
        # the scale is large it hardly moves the point. Weighted by the scale (Seitzer et al. 2022,
        # β = 1/2) it does neither. The value that is reported stays that of the surprisal.
        weighted = self._mean_surprisal(found, batch, found.scale.detach())
        return surprisal.detach() + weighted - weighted.detach()

    def _forecast_mixed(
        self, batch: Batch, given: Tensor, generator: torch.Generator | None
    ) -> Distribution:
        """Return the distributions where the true value is read after the steps `given`."""

        def feed(step: int, found: Distribution) -> Tensor:
            truth = batch.future[step : step + 1, :, : self.model.predicted]
            return torch.where(given[step : step + 1], truth, found.mean)

        return self.model.forecast(batch.context, len(batch.future), feed, generator)

    def _mean_surprisal(
        self, found: Distribution, batch: Batch, weights: Tensor | float = 1.0
    ) -> Tensor:
        known = batch.known[..., : self.model.predicted]
        surprisal = found.surprisal(batch.future[..., : self.model.predicted])
        return (surprisal * known * weights).sum() / known.sum().clamp_min(1)

    def units(self, batch: Batch) -> int:
        """Return the number of windows in the batch."""
        return batch.context.shape[1]

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per value) and mean absolute error on the validation part.

        The loss is that of a forecaster that reads the true values before each step if it is
        trained so alone, and else its own forecasts. The error is always that of its own forecasts,
        in the unit of the target.
        """
        own = self.config.teacher_forcing < 1
        total = count = error = targets = 0.0
        self.model.eval()
        with torch.inference_mode(), autocast(self.device, self.precision):
            for start in range(0, len(self.validation.origins), EVALUATION_BATCH):
                rows = np.arange(start, len(self.validation.origins))[:EVALUATION_BATCH]
                batch = self.validation.batch(rows, self.device)
                found = self.model.forecast(batch.context, len(batch.future))
                known = batch.known[..., : self.model.predicted]
                missed = (found.mean - batch.future[..., : self.model.predicted]).abs() * known
                error += float(missed[..., 0].sum())
                targets += float(known[..., 0].sum())
                if not own:
                    found = self.model.forecast_known(batch.context, batch.future)
                weight = float(known.sum())
                total += float(self._mean_surprisal(found, batch)) * weight
                count += weight
        self.model.train()
        scale = float(self.columns.scale[0])
        return {"loss": total / max(1.0, count), "mae": error / max(1.0, targets) * scale}

    def sample(self, step: int) -> str:
        """Return a drawing of a forecast over the truth. Another window comes at each step."""
        number = (step * 7919) % len(self.validation.origins)
        batch = self.validation.batch(np.array([number]), self.device)
        self.model.eval()
        with torch.inference_mode(), autocast(self.device, self.precision):
            found = self.model.forecast(batch.context, len(batch.future))
        self.model.train()
        before, truth, forecast = (
            self._unscale(part[:, 0, 0]) for part in (batch.context, batch.future, found.mean)
        )
        return draw_sample(before, truth, forecast)

    def _unscale(self, values: Tensor) -> Floats:
        return self.columns.undo(values.double().cpu().numpy())

    def model_file(self) -> ModelFile:
        """Return the contents of the model file."""
        config = self.model.config.to_json()
        return ModelFile(FORECASTER, config, self.columns.to_json(), copy_weights(self.model))
