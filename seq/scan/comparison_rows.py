"""What came of the trainings of a comparison: exact match by split and attention."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm.training.log import read_events
from corpora.scan.grammar import Pair

PUBLISHED = {"simple": 0.998, "length": 0.208, "addprim_jump": 0.012, "addprim_turn_left": 0.903}
"""Exact match of the best models of Lake and Baroni (2018)."""


@dataclass(frozen=True)
class Row:
    """A model on a split, over several seeds."""

    split: str
    attention: str
    exact_match: tuple[float, ...]
    """On the test commands, of each seed, from 0 to 1."""
    parameters: int
    minutes: float
    """Of training, the mean."""

    @property
    def mean(self) -> float:
        """Of the exact match."""
        return statistics.mean(self.exact_match)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the exact match over the seeds; None for a single one."""
        return statistics.stdev(self.exact_match) if len(self.exact_match) > 1 else None


HEADINGS = (
    "split",
    "attention",
    "exact match, mean ± standard deviation",
    "lowest – highest",
    "seeds",
    "published",
    "parameters",
    "minutes each",
)


def row(split: str, attention: str, folders: Sequence[Path], test: Sequence[Pair]) -> Row:
    """Return the figures of finished runs; this is where the test commands are read.

    Raises:
        UserError: a run cannot be read.
    """
    # Late: they load torch.
    from seq.scan.library import load
    from seq.scan.metrics import report

    translators = [load(str(folder)) for folder in folders]
    return Row(
        split=split,
        attention=attention,
        exact_match=tuple(report(translator, test).exact_match for translator in translators),
        parameters=sum(p.numel() for p in translators[0].model.parameters()),
        minutes=statistics.mean(_minutes(folder) for folder in folders),
    )


def _minutes(folder: Path) -> float:
    seconds = [
        event["elapsed"] for event in read_events(folder) if event.get("event") == "finished"
    ]
    return float(seconds[-1]) / 60


def cells(row: Row) -> list[str]:
    """Return the figures of a row as they are printed, in the order of `HEADINGS`."""
    spread = "" if row.deviation is None else f" ± {row.deviation:.2%}"
    published = PUBLISHED.get(row.split)
    return [
        row.split,
        row.attention,
        f"{row.mean:.2%}{spread}",
        f"{min(row.exact_match):.2%} – {max(row.exact_match):.2%}",
        str(len(row.exact_match)),
        "–" if published is None else f"{published:.1%}",
        f"{row.parameters:,}",
        f"{row.minutes:.1f}",
    ]
