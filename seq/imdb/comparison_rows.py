"""Results of the presets of a comparison, as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from charlm.experiments.comparison import has_diverged
from charlm.runs.files import CONFIG, read_json
from charlm.training.log import read_events
from corpora.labelled.texts import LabelledTexts


@dataclass(frozen=True)
class Row:
    """Results of the training with a preset; None for all of them if the training diverged."""

    preset: str
    """Name of the preset."""
    embedding_parameters: int | None = None
    """Number of parameters of the embedding."""
    other_parameters: int | None = None
    """Number of all other parameters."""
    epochs_to_best: float | None = None
    """Number of passes over the training texts up to the highest validation accuracy."""
    seconds_per_epoch: float | None = None
    """Seconds of training in a pass, without evaluations. None if the training was too short to
    measure them."""
    validation_accuracy: float | None = None
    """Validation accuracy of the saved model, which has the lowest validation loss."""
    test_accuracy: float | None = None
    """Test accuracy of the saved model."""


HEADINGS = (
    "preset",
    "parameters of the embedding",
    "other parameters",
    "epochs to the best validation accuracy",
    "seconds per epoch",
    "validation accuracy",
    "test accuracy",
)


def make_row(preset: str, folder: Path, test: LabelledTexts) -> Row:
    """Test the model of a finished run, and return its row of the table.

    Args:
        preset: name of the preset.
        folder: the run folder.
        test: test texts.

    Raises:
        UserError: the run cannot be read.
    """
    # Imported here, because they load torch.
    from seq.imdb.library import load
    from seq.imdb.metrics import report

    if has_diverged(folder):
        return Row(preset)
    classifier = load(str(folder))
    counts = classifier.model.parameter_counts()
    found = report(np.exp(classifier.log_probs(test.texts)), test.labels)
    events = list(read_events(folder))
    evaluations = [event for event in events if event.get("event") == "evaluated"]
    saved = [event for event in evaluations if event["best"]][-1]
    best = max(evaluations, key=lambda event: event["metrics"]["accuracy"])
    speeds = [event["units_per_second"] for event in events if event.get("event") == "step"]
    return Row(
        preset=preset,
        embedding_parameters=counts["embedding"],
        other_parameters=sum(counts.values()) - counts["embedding"],
        epochs_to_best=best["epoch"],
        seconds_per_epoch=_count_training_texts(folder) * float(np.mean(1 / np.array(speeds)))
        if speeds
        else None,
        validation_accuracy=saved["metrics"]["accuracy"],
        test_accuracy=found.accuracy,
    )


def _count_training_texts(folder: Path) -> int:
    """Return the number of texts in the training part of a run."""
    config = read_json(folder / CONFIG)
    texts = config["corpus"]["texts"]
    return int(texts - round(texts * config["training"]["validation_share"]))


def format_cells(row: Row) -> list[str]:
    """Return the cells of a row as text, in the order of `HEADINGS`."""
    if row.test_accuracy is None:
        return [row.preset, *["–"] * (len(HEADINGS) - 3), "diverged", "diverged"]
    return [
        row.preset,
        f"{row.embedding_parameters:,}",
        f"{row.other_parameters:,}",
        f"{row.epochs_to_best:.0f}",
        "–" if row.seconds_per_epoch is None else f"{row.seconds_per_epoch:.1f}",
        f"{row.validation_accuracy:.2%}",
        f"{row.test_accuracy:.2%}",
    ]
