"""Load a forecaster by shipped name, run folder or file, and forecast with it."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
import torch

from charlm.arrays import Floats, Ints
from charlm.runs.registry import FORECASTER
from charlm.training.config import Device, Precision
from charlm.training.device import autocast
from corpora.errors import UserError
from seq.forecast.config import ForecasterConfig
from seq.forecast.data import Columns
from seq.forecast.metrics import BAND, Forecasts
from seq.forecast.model import Forecaster, draw_paths
from seq.model_file import open_model

DEFAULT_FORECASTER = "noisy_seasons"
PATHS = 100
"""Paths that are drawn for a distribution."""
MOST_ROWS = 4096
"""Most paths that are drawn side by side: more of them need much memory and are not faster."""
LONGEST = 10_000
"""Most steps of a forecast."""


@dataclass(frozen=True)
class Forecast:
    """How a series goes on, in the unit of the target."""

    point: Floats
    """The point forecast of each of the H steps, (H,)."""
    lower: Floats
    """Lower end of the 80 % band, (H,)."""
    upper: Floats
    """Upper end of the 80 % band, (H,)."""


@dataclass(frozen=True)
class SeriesForecaster:
    """A loaded forecaster. It keeps no state between calls."""

    name: str
    """Name of the model, to show to people."""
    columns: Columns
    """What it reads, and how that is scaled. The first column is the target."""
    model: Forecaster
    """The network, on `device`."""
    device: torch.device
    precision: Precision
    """Arithmetic of the recurrent layers: fp32 or bf16."""

    def forecast(self, values: Floats, steps: int | None = None, *, seed: int = 1) -> Forecast:
        """Return how a series goes on.

        Args:
            values: the last rows of the series, (T, K) as `columns` names them, or (T,) if there is
                one column. Only the last `context` rows are read.
            steps: H; by default those that it was trained for.
            seed: of the paths that the band is taken from.

        Raises:
            UserError: there are too few rows, or a value is missing.
        """
        rows = np.asarray(values, dtype=np.float64)
        rows = rows[:, None] if rows.ndim == 1 else rows
        if rows.ndim != 2 or rows.shape[1] != len(self.columns.names):
            raise UserError(
                f"{self.name} reads rows of {len(self.columns.names)} values "
                f"({', '.join(self.columns.names)})"
            )
        found = self.forecast_from(rows, np.array([len(rows)]), steps, seed=seed)
        (lower,), (upper,) = found.band(BAND)
        return Forecast(found.point[0], lower, upper)

    def forecast_from(
        self, values: Floats, origins: Ints, steps: int | None = None, *, seed: int = 1
    ) -> Forecasts:
        """Return a forecast from each of several rows of a series, and what it is drawn from.

        Args:
            values: the series, (T, K).
            origins: first row of each forecast, (N,). Nothing from there on is read.
            steps: H; by default those that it was trained for.
            seed: of the paths.

        Raises:
            UserError: an origin has too few rows before it, a value is missing, or H or the seed
                cannot be.
        """
        if not 0 <= seed < 2**63:
            raise UserError(f"a seed must be a whole number from 0 to 2^63 - 1, not {seed}")
        steps, context = self.check_steps(steps), self.model.config.context
        if len(origins) == 0 or origins.min() < context:
            fewest = int(origins.min()) if len(origins) else 0
            raise UserError(f"{self.name} reads {context:,} rows, and there are {fewest:,}")
        if not np.isfinite(values).all():
            raise UserError("a value is missing; fill it first")
        scaled = self.columns.apply(values)
        generator = torch.Generator().manual_seed(seed)
        points, paths = [], []
        size = max(1, MOST_ROWS // PATHS)
        with torch.inference_mode(), autocast(self.device, self.precision):
            for start in range(0, len(origins), size):
                rows = origins[start : start + size] + np.arange(-context, 0)[:, None]
                read = torch.from_numpy(scaled[rows]).to(self.device)
                points.append(self.model.forecast(read, steps).mean[..., 0].t())
                drawn = draw_paths(self.model, read, steps, PATHS, generator)
                paths.append(drawn.transpose(0, 1))
        point, path = (
            self.columns.undo(torch.cat(parts).double().cpu().numpy()) for parts in (points, paths)
        )
        return Forecasts(point, path)

    def look(self, values: Floats, steps: int | None = None) -> Floats | None:
        """Return how much each step of the point forecast looks at each row that is read.

        Args:
            values: the last rows of the series, (T, K); the last `context` of them are read.
            steps: H; by default those that it was trained for.

        Returns:
            The attention weights, (H, context), which sum to 1 in each step; None for a forecaster
            without attention.
        """
        steps = self.check_steps(steps)
        read = torch.from_numpy(self.columns.apply(values[-self.model.config.context :]))
        with torch.inference_mode(), autocast(self.device, self.precision):
            found = self.model.look(read[:, None].to(self.device), steps)
        return None if found is None else found[:, 0].double().cpu().numpy()

    def check_steps(self, steps: int | None) -> int:
        """Return how many steps are forecast.

        Raises:
            UserError: the forecaster cannot forecast so many.
        """
        config = self.model.config
        if steps is None:
            return config.horizon
        most = config.horizon if config.strategy == "direct" else LONGEST
        if not isinstance(steps, Integral) or not 1 <= steps <= most:
            beyond = config.strategy == "direct" and isinstance(steps, Integral) and steps > most
            why = "; a direct forecaster has learned no more" if beyond else ""
            raise UserError(f"the steps must lie between 1 and {most:,}, not {steps!r}{why}")
        return int(steps)


def load(
    name: str = DEFAULT_FORECASTER, *, device: Device = "auto", precision: Precision = "fp32"
) -> SeriesForecaster:
    """Load a forecaster by shipped name, run folder or `.safetensors` file.

    Args:
        name: a shipped name (`noisy_seasons`), a run folder or a file.
        device: device to compute on.
        precision: fp32 gives the same figures in any batch, to 1e-5. bf16 is faster on some
            processors and gives figures close to these.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """

    def build(config: object, vocabulary: str) -> tuple[Columns, Forecaster]:
        columns = Columns.from_json(vocabulary)
        return columns, Forecaster(ForecasterConfig.from_json(config), len(columns.names))

    found = open_model(name, FORECASTER, build, device, precision)
    return SeriesForecaster(found.name, found.about, found.model, found.device, found.precision)
