"""What came of each preset of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm.runs.files import CONFIG, read_json
from charlm.training.log import read_events
from corpora.labelled.texts import LabelledTexts


@dataclass(frozen=True)
class Row:
    """What became of a preset."""

    preset: str
    embedding_parameters: int
    other_parameters: int
    epochs_to_best: float
    """Passes over the training texts until the validation accuracy was at its highest."""
    seconds_per_epoch: float | None
    """Training alone, without evaluations; None if it was too short to be measured."""
    validation_accuracy: float
    """Of the model that was kept, the one with the lowest validation loss."""
    test_accuracy: float


HEADINGS = (
    "preset",
    "parameters of the embedding",
    "other parameters",
    "epochs to the best validation accuracy",
    "seconds per epoch",
    "validation accuracy",
    "test accuracy",
)


def row(preset: str, folder: Path, test: LabelledTexts) -> Row:
    """Return the figures of a finished run; this is where the test texts are read.

    Raises:
        UserError: the run cannot be read.
    """
    # Late: they load torch.
    from seq.imdb.library import load
    from seq.imdb.metrics import report

    classifier = load(str(folder))
    counts = classifier.model.parameter_counts()
    found = report(np.exp(classifier.log_probs(test.texts)), test.labels)
    events = list(read_events(folder))
    evaluations = [event for event in events if event.get("event") == "evaluated"]
    kept = [event for event in evaluations if event["best"]][-1]
    best = max(evaluations, key=lambda event: event["metrics"]["accuracy"])
    speeds = [event["units_per_second"] for event in events if event.get("event") == "step"]
    return Row(
        preset=preset,
        embedding_parameters=counts["embedding"],
        other_parameters=sum(counts.values()) - counts["embedding"],
        epochs_to_best=best["epoch"],
        seconds_per_epoch=_trained_on(folder) * float(np.mean(1 / np.array(speeds)))
        if speeds
        else None,
        validation_accuracy=kept["metrics"]["accuracy"],
        test_accuracy=found.accuracy,
    )


def _trained_on(folder: Path) -> int:
    """Return the number of texts in the training part of a run."""
    config = read_json(folder / CONFIG)
    texts = config["corpus"]["texts"]
    return int(texts - round(texts * config["training"]["validation_share"]))


def cells(row: Row) -> list[str]:
    """Return the figures of a row as they are printed, in the order of `HEADINGS`."""
    return [
        row.preset,
        f"{row.embedding_parameters:,}",
        f"{row.other_parameters:,}",
        f"{row.epochs_to_best:.0f}",
        "–" if row.seconds_per_epoch is None else f"{row.seconds_per_epoch:.1f}",
        f"{row.validation_accuracy:.2%}",
        f"{row.test_accuracy:.2%}",
    ]
