"""What a captioner was trained on, as its folder records it."""

from __future__ import annotations

from dataclasses import dataclass, field

from charlm.runs.registry import CAPTIONER, find
from charlm.runs.run_folder import RunFolder
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
    path = find(name, CAPTIONER)
    about = RunFolder(path).read_config(CAPTIONER) if path.is_dir() else {}
    corpus, training = about.get("corpus"), about.get("training")
    if not isinstance(corpus, dict) or not isinstance(training, dict):
        return TrainedOn()
    return TrainedOn(
        source=Source.from_record(corpus), training=CaptionerTraining.from_json(training)
    )
