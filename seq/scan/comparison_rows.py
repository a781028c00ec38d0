"""Results of a comparison, as rows of a table: exact match by split and attention."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm.experiments.comparison import has_diverged
from charlm.training.log import read_events
from corpora.scan.grammar import Pair

PUBLISHED = {"simple": 0.998, "length": 0.208, "addprim_jump": 0.012, "addprim_turn_left": 0.903}
"""Exact match of the best models of Lake and Baroni (2018)."""


@dataclass(frozen=True)
class Row:
    """Results of a model on a split, over several seeds."""

    split: str
    """Name of the split."""
    attention: str
    """Kind of attention."""
    exact_match: tuple[float, ...]
    """Exact match on the test commands, from 0 to 1, for each seed that did not diverge."""
    diverged: int
    """Number of seeds whose training diverged."""
    parameters: int | None
    """Number of parameters of the model; None if every training diverged."""
    minutes: float
    """Mean duration of a training, in minutes."""

    @property
    def mean(self) -> float | None:
        """Mean of the exact match over the seeds; None if every training diverged."""
        return statistics.mean(self.exact_match) if self.exact_match else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the exact match over the seeds; None for one seed."""
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


def make_row(split: str, attention: str, folders: Sequence[Path], test: Sequence[Pair]) -> Row:
    """Test the models of finished runs, and return their row of the table.

    Args:
        split: name of the split.
        attention: kind of attention.
        folders: run folders, one for each seed.
        test: test pairs of the split.

    Raises:
        UserError: a run cannot be read.
    """
    # Imported here, because they load torch.
    from seq.scan.library import load
    from seq.scan.metrics import report

    translators = [load(str(folder)) for folder in folders if not has_diverged(folder)]
    models = [translator.model for translator in translators[:1]]
    return Row(
        split=split,
        attention=attention,
        exact_match=tuple(report(translator, test).exact_match for translator in translators),
        diverged=len(folders) - len(translators),
        parameters=sum(p.numel() for p in models[0].parameters()) if models else None,
        minutes=statistics.mean(_read_minutes(folder) for folder in folders),
    )


def _read_minutes(folder: Path) -> float:
    seconds = [
        event["elapsed"] for event in read_events(folder) if event.get("event") == "finished"
    ]
    return float(seconds[-1]) / 60


def format_cells(row: Row) -> list[str]:
    """Return the cells of a row as text, in the order of `HEADINGS`."""
    spread = "" if row.deviation is None else f" ± {row.deviation:.2%}"
    published = PUBLISHED.get(row.split)
    found = row.exact_match
    return [
        row.split,
        row.attention,
        "diverged" if row.mean is None else f"{row.mean:.2%}{spread}",
        f"{min(found):.2%} – {max(found):.2%}" if found else "–",
        f"{len(found)}, {row.diverged} diverged" if row.diverged else str(len(found)),
        "–" if published is None else f"{published:.1%}",
        "–" if row.parameters is None else f"{row.parameters:,}",
        f"{row.minutes:.1f}",
    ]
