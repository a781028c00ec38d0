"""What a forecaster was trained on, as its folder records it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from charlm.runs.about import read_training
from charlm.runs.registry import FORECASTER
from corpora.errors import UserError
from corpora.known.download import Progress
from corpora.notice import Notice, silent
from corpora.series.load import is_made
from corpora.series.series import Fill, Series
from seq.forecast.config import ForecasterTraining
from seq.forecast.data import Source


@dataclass(frozen=True, kw_only=True)
class TrainedOn:
    """The series and the settings of a training; None for a model file by itself."""

    source: Source | None = None
    training: ForecasterTraining = field(default_factory=ForecasterTraining)

    def read(
        self,
        model: str,
        columns: tuple[str, ...],
        data: str | None = None,
        *,
        fill: Fill | None = None,
        time: str | None = None,
        longer: int = 0,
        notice: Notice = silent,
        progress: Progress | None = None,
    ) -> Series:
        """Return the series that a forecaster was trained on, or another one with its columns.

        Args:
            model: names the forecaster, for messages.
            columns: the columns that it reads, the target first.
            data: path or name of the series; None for the one that it was trained on.
            fill: how gaps are filled; None for the way of the training.
            time: column with the times; None for that of the training.
            longer: values by which a series that is made by rule is longer than in training.
            notice: told what the user should know of the series.
            progress: shows a download.

        Raises:
            UserError: there is no such series, or nobody knows what the model was trained on.
        """
        if self.source is None and data is None:
            raise UserError(f"{model} does not say what it was trained on; name a series")
        known = self.source or Source(spec="", target=columns[0], inputs=columns)
        same = data is None or data == known.spec
        how = known.how.replace({"fill": fill})
        if is_made(known.spec) and same:
            how = replace(how, length=how.length + longer)
        if data is not None and not same:
            known = replace(known, spec=data, time=None)
        return replace(known, how=how, time=time or known.time).read(notice, progress)


def find_trained_on(name: str) -> TrainedOn:
    """Return what the forecaster called `name` was trained on.

    Raises:
        UserError: there is no such model, or its record is damaged.
    """
    found = read_training(name, FORECASTER)
    if found is None:
        return TrainedOn()
    return TrainedOn(
        source=Source.from_record(found.corpus),
        training=ForecasterTraining.from_json(found.training),
    )
