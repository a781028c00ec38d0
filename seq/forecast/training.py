"""Make a training of a forecaster from a series and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from charlm.runs.place import PLACE
from charlm.runs.registry import FORECASTER
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job, Request
from corpora.errors import UserError
from seq.forecast.config import ForecasterConfig, ForecasterTraining
from seq.forecast.data import Columns, Parts, Source
from seq.forecast.model import Forecaster
from seq.forecast.task import Forecasting


@dataclass(frozen=True, kw_only=True)
class ForecasterRequest(Request):
    """A request for the training of a forecaster."""

    kind: ClassVar[str] = FORECASTER
    place: ClassVar[frozenset[str]] = PLACE

    model: ForecasterConfig
    """Shape of the forecaster."""
    training: ForecasterTraining
    """Settings of the training."""
    source: Source
    """The series."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read the series, fit the scaling on its training part, and return the job.

        Series and strategy make its name.
        """
        series = self.source.read(hooks.notice, hooks.progress)
        parts = Parts.divide(len(series), self.training)
        if parts.training < 2:
            raise UserError(f"{len(series):,} rows of {series.name} are too few to learn from")
        if vocabulary is None:
            columns = Columns.fit(series.columns, series.values[: parts.training])
        else:
            columns = Columns.from_json(vocabulary)

        def task(world: World, precision: Precision) -> Forecasting:
            network = Forecaster(self.model, len(columns.names))
            return Forecasting(
                network.to(world.device),
                columns,
                series,
                parts,
                self.training,
                precision=precision,
                world=world,
            )

        return Job(
            kind=self.kind,
            name=f"forecast-{series.name}-{self.model.strategy}",
            training=self.training,
            model=self.model.to_json(),
            vocabulary=columns.to_json(),
            about={"corpus": self.source.record(series)},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded.

        Args:
            signed: what the last checkpoint says of the run.
            moved: `spec`, if the series is now somewhere else, or `given`, if Python has it.

        Raises:
            UserError: the record is damaged.
        """
        return cls(
            model=ForecasterConfig.from_json(signed["model"]),
            training=ForecasterTraining.from_json(signed["training"]),
            source=Source.from_record(signed["corpus"], **moved),
        )
