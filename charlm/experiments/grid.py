"""A grid of trainings with one recipe: the trainings, their results, and one table of all."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from charlm.config import Cell, ModelConfig, TrainingConfig, is_own
from charlm.generation.weights import list_shapes
from charlm.runs.files import METRICS, exists, read_json, write_json
from charlm.training.log import read_events
from corpora.errors import UserError

TEST = "test.json"
"""File in a run folder that stores its test loss, so that the test part is read once."""

Axes = tuple[Sequence[int], Sequence[int], Sequence[Cell]]
"""Numbers of layers, hidden sizes, and cells."""


@dataclass(frozen=True)
class Trial:
    """One training of a grid."""

    model: ModelConfig
    training: TrainingConfig
    folder: Path
    """Run folder of the training."""

    @property
    def name(self) -> str:
        """Name of the model, as shown to people: `gru 2 × 128`."""
        return f"{self.model.cell} {self.size}"

    @property
    def size(self) -> str:
        """Size of the model, as shown to people: layers × hidden size."""
        return f"{self.model.num_layers} × {self.model.hidden_size}"


def make_grid(
    axes: Axes,
    model: ModelConfig,
    training: TrainingConfig,
    folder: Path,
    *,
    embedding_size: int | None = None,
) -> list[Trial]:
    """Return the trainings of a grid, line by line of its table.

    Args:
        axes: layers, hidden sizes and cells; a value that is named twice counts once.
        model: the configuration that all models share, apart from the axes.
        training: the configuration of every training.
        folder: the folder for the run folders.
        embedding_size: embedding size of all models; by default the hidden size of each.

    Raises:
        UserError: a number is out of its range.
    """
    made = []
    for layers, hidden, cell in product(*map(dict.fromkeys, axes)):
        own = {"cell": cell, "num_layers": layers, "hidden_size": hidden}
        size = hidden if embedding_size is None else embedding_size
        shape = model.replace({**own, "embedding_size": size})
        made.append(Trial(shape, training, folder / f"{cell}-{layers}x{hidden}"))
    return made


@dataclass(frozen=True)
class Loss:
    """The cross-entropy of a part of a text."""

    nats_per_character: float
    """Cross-entropy in nats per character."""
    crlf_equivalent: float
    """Cross-entropy in nats per byte of the text with CRLF line ends; see `evaluation.Score`."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of a training that has ended."""

    cell: str
    num_layers: int
    hidden_size: int
    parameters: int
    """Number of parameters of the model."""
    ended: str
    """Reason of the end: finished, no improvement, out of time or diverged."""
    passes: float
    """Number of passes over the training part."""
    minutes: float
    """Minutes of training."""
    characters_per_second: float | None
    """Median speed of training; None if the training was too short to measure it."""
    validation: Loss | None
    """Lowest validation loss; None if the training diverged before its first evaluation."""
    test: Loss | None
    """Test loss of the model with that validation loss; None if it has not been computed."""

    @property
    def diverged(self) -> bool:
        """Whether the training ended because its loss was no longer finite."""
        return self.ended == "diverged"


def _count_parameters(shape: ModelConfig, vocabulary_size: int) -> int:
    if is_own(shape.cell):
        from charlm.stepped_network import count_parameters  # loads torch, as its cell does

        return count_parameters(shape, vocabulary_size)
    return sum(map(math.prod, list_shapes(shape, vocabulary_size).values()))


def read_result(trial: Trial, vocabulary_size: int) -> Result | None:
    """Return the result of a training from its log; None if the training has not ended.

    Raises:
        UserError: the run folder cannot be read, or is damaged.
    """
    events = list(read_events(trial.folder))
    ends = [event for event in events if event.get("event") == "finished"]
    if not ends or ends[-1].get("reason") == "interrupted":
        return None
    try:
        return Result(
            cell=trial.model.cell,
            num_layers=trial.model.num_layers,
            hidden_size=trial.model.hidden_size,
            parameters=_count_parameters(trial.model, vocabulary_size),
            test=_read_test(trial),
            **_summarize(events, ends[-1]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{trial.folder / METRICS} is damaged; remove the folder") from error


def _summarize(events: Sequence[Mapping[str, Any]], end: Mapping[str, Any]) -> dict[str, Any]:
    steps = [event for event in events if event.get("event") == "step"]
    evaluated = [event for event in events if event.get("event") == "evaluated"]
    best = min(evaluated, key=lambda event: float(event["loss"]), default=None)
    speeds = [float(event["units_per_second"]) for event in steps]
    return {
        "ended": str(end["reason"]),
        "passes": max((float(event["epoch"]) for event in (*steps, *evaluated)), default=0.0),
        "minutes": float(end["elapsed"]) / 60,
        "characters_per_second": statistics.median(speeds) if speeds else None,
        "validation": best and Loss(float(best["loss"]), float(best["metrics"]["crlf_equivalent"])),
    }


def _read_test(trial: Trial) -> Loss | None:
    path = trial.folder / TEST
    return Loss(**read_json(path)) if exists(path) else None


def write_test(trial: Trial, loss: Loss) -> None:
    """Store the test loss of a training in its run folder."""
    write_json(trial.folder / TEST, vars(loss))


def describe_result(trial: Trial, found: Result) -> str:
    """Return the result of a training as a line of text."""
    passes = f"{found.passes:.3g} pass{'es' * (found.passes != 1)}"
    figures = [f"{found.parameters:,} parameters", passes, f"{found.minutes:.1f} minutes"]
    if found.characters_per_second is not None:
        figures.append(f"{found.characters_per_second:,.0f} characters/s")
    parts = {"validation": found.validation, "test": found.test}
    losses = [
        f"{part} {loss.nats_per_character:.4f} nats (CRLF-equivalent {loss.crlf_equivalent:.4f})"
        for part, loss in parts.items()
        if loss is not None
    ]
    ended = "diverged" if found.diverged else ", ".join(losses)
    return f"{trial.name}: {ended}; {', '.join(figures)}"


def make_rows(
    trials: Iterable[Trial], results: Mapping[Trial, Result], *, test: bool
) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the lines of one table: layers × hidden size by cell.

    Its figures are CRLF-equivalents, as in the tables of Karpathy, Johnson and Li (2015).

    Args:
        trials: the trainings of the grid.
        results: the results of those that have ended.
        test: whether to show the test loss instead of the validation loss.
    """
    lines: dict[str, dict[str, str]] = {}
    for trial in trials:
        shown = _format_cell(results.get(trial), test)
        lines.setdefault(trial.size, {})[trial.model.cell] = shown
    cells = list(next(iter(lines.values())))
    return ["layers × hidden", *cells], [[size, *row.values()] for size, row in lines.items()]


def _format_cell(found: Result | None, test: bool) -> str:
    if found is None:
        return "–"
    loss = found.test if test else found.validation
    return "diverged" if found.diverged else "–" if loss is None else f"{loss.crlf_equivalent:.3f}"
