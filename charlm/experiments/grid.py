"""A grid of trainings with one recipe: what each is, what came of it, and one table of all."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from charlm.config import Cell, ModelConfig, TrainingConfig
from charlm.generation.network import shapes
from charlm.runs.files import METRICS, exists, read_json, write_json
from charlm.training.log import read_events
from corpora.errors import UserError

TEST = "test.json"
"""File in a run folder that keeps its test loss, so that it is read once."""

Axes = tuple[Sequence[int], Sequence[int], Sequence[Cell]]
"""Layers, hidden sizes, cells."""


@dataclass(frozen=True)
class Trial:
    """One training of a grid."""

    model: ModelConfig
    training: TrainingConfig
    folder: Path

    @property
    def name(self) -> str:
        """For people: `gru 2 × 128`."""
        return f"{self.model.cell} {self.size}"

    @property
    def size(self) -> str:
        """Layers × hidden size."""
        return f"{self.model.num_layers} × {self.model.hidden_size}"


def grid(
    axes: Axes,
    model: ModelConfig,
    training: TrainingConfig,
    folder: Path,
    *,
    embedding_size: int | None = None,
) -> list[Trial]:
    """Return the trainings of a grid, each line of its table after the one above.

    Args:
        axes: layers, hidden sizes and cells; what is named twice counts once.
        model: what they share of their shape.
        training: how all are trained.
        folder: of the run folders.
        embedding_size: of all models; by default of each its hidden size.

    Raises:
        UserError: there is no such model.
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
    """A cross-entropy."""

    nats_per_character: float
    crlf_equivalent: float
    """Nats per byte of the text with CRLF line ends; see `scoring.Score`."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a training that has ended."""

    cell: str
    num_layers: int
    hidden_size: int
    parameters: int
    ended: str
    """Why: finished, no improvement, out of time, diverged."""
    passes: float
    """Over the training part."""
    minutes: float
    characters_per_second: float | None
    """Of training, the median; None for what is too short to be timed."""
    validation: Loss | None
    """The best; None for what diverged before it was evaluated."""
    test: Loss | None
    """Of the model that is best on validation, if it has been read."""

    @property
    def diverged(self) -> bool:
        """Whether there is no result but that."""
        return self.ended == "diverged"


def result(trial: Trial, vocabulary_size: int) -> Result | None:
    """Return what came of a training, by its log; None while it has not come to its end.

    Raises:
        UserError: its folder cannot be read, or is damaged.
    """
    events = list(read_events(trial.folder))
    ends = [event for event in events if event.get("event") == "finished"]
    if not ends or ends[-1].get("reason") == "interrupted":
        return None
    weights = shapes(trial.model, vocabulary_size).values()
    try:
        return Result(
            cell=trial.model.cell,
            num_layers=trial.model.num_layers,
            hidden_size=trial.model.hidden_size,
            parameters=sum(map(math.prod, weights)),
            test=_kept_test(trial),
            **_logged(events, ends[-1]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{trial.folder / METRICS} is damaged; remove the folder") from error


def _logged(events: Sequence[Mapping[str, Any]], end: Mapping[str, Any]) -> dict[str, Any]:
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


def _kept_test(trial: Trial) -> Loss | None:
    path = trial.folder / TEST
    return Loss(**read_json(path)) if exists(path) else None


def keep_test(trial: Trial, loss: Loss) -> None:
    """Keep the test loss of a training in its folder."""
    write_json(trial.folder / TEST, vars(loss))


def line(trial: Trial, found: Result) -> str:
    """Return what came of a training in words."""
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


def rows(
    trials: Iterable[Trial], results: Mapping[Trial, Result], *, test: bool
) -> tuple[list[str], list[list[str]]]:
    """Return the headings and lines of one table: layers × hidden size by cell.

    Its figures are the CRLF-equivalents, as in the tables of Karpathy, Johnson and Li (2015), of
    the validation part or of the test part.
    """
    lines: dict[str, dict[str, str]] = {}
    for trial in trials:
        shown = _shown(results.get(trial), test)
        lines.setdefault(trial.size, {})[trial.model.cell] = shown
    cells = list(next(iter(lines.values())))
    return ["layers × hidden", *cells], [[size, *row.values()] for size, row in lines.items()]


def _shown(found: Result | None, test: bool) -> str:
    if found is None:
        return "–"
    loss = found.test if test else found.validation
    return "diverged" if found.diverged else "–" if loss is None else f"{loss.crlf_equivalent:.3f}"
