"""What a captioner was trained on, as its folder records it."""

from __future__ import annotations

from dataclasses import dataclass, field

from charlm.runs.about import read_training
from charlm.runs.registry import CAPTIONER
from seq.caption.config import CaptionerTraining
from seq.caption.data import Source


@dataclass(frozen=True, kw_only=True)
class TrainedOn:
    """The pictures and the settings of a training; scenes for a model file by itself."""

    source: Source = field(default_factory=Source)
    training: CaptionerTraining = field(default_factory=CaptionerTraining)


def find_trained_on(name: str) -> TrainedOn:
    """Return what the captioner called `name` was trained on.

    Raises:
        UserError: there is no such model, or its record is damaged.
    """
    found = read_training(name, CAPTIONER)
    if found is None:
        return TrainedOn()
    return TrainedOn(
        source=Source.from_record(found.corpus),
        training=CaptionerTraining.from_json(found.training),
    )
