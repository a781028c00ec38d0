"""A comparison of forecasters: what is compared, where the runs are, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from charlm.config import Cell
from charlm.experiments.comparison import has_diverged, write_tables
from charlm.parts import AttentionKind
from corpora.errors import UserError
from corpora.series.series import Series
from seq.forecast.config import ForecasterConfig, ForecasterTraining, Strategy
from seq.forecast.data import Parts
from seq.forecast.evaluation import Trial
from seq.forecast.metrics import Measures
from seq.forecast.report import HEADINGS, format_measures


@dataclass(frozen=True)
class Variant:
    """What the forecasters of a row have in common, besides their series."""

    model: ForecasterConfig

    @property
    def name(self) -> str:
        """What tables and folders call it: `decoder-gru-scaled_dot`."""
        attention = f"-{self.model.attention}" if self.model.attention != "none" else ""
        return f"{self.model.strategy}-{self.model.cell}{attention}"


def list_variants(
    model: ForecasterConfig,
    strategies: Sequence[Strategy],
    cells: Sequence[Cell],
    attentions: Sequence[AttentionKind],
) -> list[Variant]:
    """Return every strategy with every cell, and each decoder with every kind of attention.

    Args:
        model: all else that the forecasters have.
        strategies: strategies; those other than decoder have no attention.
        cells: recurrent cells.
        attentions: kinds of attention, `none` among them perhaps.
    """
    found = [
        Variant(
            replace(
                model,
                strategy=strategy,
                cell=cell,
                attention=attention if strategy == "decoder" else "none",
                bidirectional=model.bidirectional and strategy != "recursive",
            )
        )
        for strategy, cell, attention in product(strategies, cells, attentions)
    ]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Outcome:
    """A row of the table: a method, and its measures from each seed."""

    steps: int
    """Steps of each forecast."""
    method: str
    measures: tuple[Measures, ...]
    diverged: int = 0
    """Trainings that came to nothing."""

    def to_json(self) -> dict[str, Any]:
        """Return the row as an object for JSON."""
        found = [one.to_json() for one in self.measures]
        about = {"steps": self.steps, "method": self.method, "diverged": self.diverged}
        return {**about, "measures": found}

    def list_cells(self) -> list[str]:
        """Return the cells of the row below `COLUMNS`."""
        seeds = str(len(self.measures)) if len(self.measures) > 1 else ""
        cells = format_measures(self.measures) if self.measures else ["diverged"] * len(HEADINGS)
        return [self.method, f"{self.steps:,}", *cells, seeds]


COLUMNS = ("method", "steps", *HEADINGS, "seeds")


@dataclass(frozen=True)
class Comparison:
    """Variants and seeds on one series, each with each, in one folder."""

    folder: Path
    """Folder of the run folders and of the table."""
    series: Series
    training: ForecasterTraining
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...]
    """Seeds of the trainings of each variant."""
    steps: tuple[int, ...]
    """Steps of the forecasts that are compared."""
    period: int | None = None
    """Steps of a season; None to find it."""
    origins: int = 200
    """Most forecasts; 0 for one from every row."""

    def find_run(self, variant: Variant, seed: int) -> Path:
        """Return the run folder of a training."""
        return self.folder / f"{self.series.name}-{variant.name}-{seed}"

    def check(self) -> None:
        """Raise `UserError` unless every variant can forecast all of `steps`."""
        for steps, variant in product(self.steps, self.variants):
            if steps < 1:
                raise UserError(f"--steps must be at least 1, not {steps}")
            if variant.model.strategy == "direct" and steps > variant.model.horizon:
                raise UserError(
                    f"a direct forecaster with --horizon {variant.model.horizon} cannot forecast "
                    f"{steps} steps"
                )

    def test(self) -> Iterator[Outcome]:
        """Test all forecasters, whose trainings have ended, and the simple methods.

        Raises:
            UserError: a run cannot be read, or the test part is too short.
        """
        from seq.forecast.library import load

        context = max(variant.model.context for variant in self.variants)
        for steps in self.steps:
            trial = Trial.prepare(
                self.series,
                Parts.divide(len(self.series), self.training),
                context=context,
                horizon=steps,
                period=self.period,
                most=self.origins,
            )
            for variant in self.variants:
                folders = [self.find_run(variant, seed) for seed in self.seeds]
                good = [folder for folder in folders if not has_diverged(folder)]
                found = [
                    trial.measure(
                        load(str(folder)).forecast_from(trial.values, trial.origins, steps)
                    )
                    for folder in good
                ]
                yield Outcome(steps, variant.name, tuple(found), len(folders) - len(good))
            for row in trial.measure_methods():
                yield Outcome(steps, row.name, (row.measures,))

    def publish(self, outcomes: Sequence[Outcome]) -> None:
        """Write the table to compare.md and compare.json in the folder."""
        lines = [one.list_cells() for one in outcomes]
        write_tables(self.folder, "compare", COLUMNS, lines, [one.to_json() for one in outcomes])
