"""A forecaster that needs no training, for the pane Forecast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from series_helpers import shape
from shipped_names import ship

from charlm.runs.registry import FORECASTER
from seq.forecast.config import SourceConfig
from seq.forecast.data import Columns, Source
from seq.forecast.library import SeriesForecaster
from seq.forecast.model import Forecaster
from seq.forecast.trained_on import TrainedOn
from tui.forecast.opening import Loaded

NAMES = ("waves", "without")
"""The first one has attention, the other one none."""


def load(path: str) -> Loaded:
    """A forecaster of 400 hours of noisy seasons, with random weights: it forecasts badly."""
    torch.manual_seed(1)
    attention = "additive" if path.endswith(NAMES[0]) else "none"
    model = Forecaster(shape(attention=attention, horizon=12, context=24), 1).eval()
    columns = Columns(("value",), np.array([20.0]), np.array([5.0]))
    how = SourceConfig(length=400)
    return Loaded(
        SeriesForecaster(Path(path).name, columns, model, torch.device("cpu"), "fp32"),
        TrainedOn(source=Source(spec="noisy_seasons", target="value", inputs=("value",), how=how)),
    )


@pytest.fixture
def forecasters(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app two forecasters."""
    ship(monkeypatch, tmp_path, FORECASTER, NAMES, {})
    monkeypatch.setattr("tui.forecast.pane.load_forecaster", load)
