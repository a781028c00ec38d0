"""Small series and trainings of a blink, shared by the tests of the forecaster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_helpers import QUICK, flags

from seq.forecast.config import ForecasterConfig, ForecasterTraining, SourceConfig
from seq.forecast.data import Source
from seq.forecast.training import ForecasterRequest

SIGNAL = SourceConfig(length=160)


def shape(**changes: Any) -> ForecasterConfig:
    return ForecasterConfig(hidden_size=8, context=12, horizon=4).replace(changes)


def training(**changes: Any) -> ForecasterTraining:
    return ForecasterTraining(epochs=2, batch_size=32).replace({**QUICK, **changes})


def request(run: Path | None, spec: str = "sines", **changes: Any) -> ForecasterRequest:
    source = Source(spec=spec, how=SIGNAL.replace(changes), inputs=changes.get("inputs", ()))
    return ForecasterRequest(
        model=shape(**changes), training=training(**changes), source=source, run=run
    )


def forecaster_flags(**changes: Any) -> list[str]:
    """The options that ask for the same."""
    return flags(shape(), training(), SIGNAL, **changes)
