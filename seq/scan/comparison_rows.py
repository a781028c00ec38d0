"""Results of a comparison, as rows of a table: exact match by split, attention and idea."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlm.experiments.comparison import has_diverged
from charlm.training.log import read_events
from seq.scan.published import BEST_OF_LAKE_AND_BARONI

if TYPE_CHECKING:
    from seq.scan.origins import Origins


@dataclass(frozen=True, kw_only=True)
class Row:
    """Results of a variant on a split, over several seeds."""

    split: str
    """Name of the split."""
    attention: str
    """Kind of attention."""
    ideas: str
    """What made pairs."""
    longest_made: int
    """Most actions of a pair that was made; 0 for no limit."""
    exact_match: tuple[float, ...]
    """Exact match on the test commands, from 0 to 1, for each seed that did not diverge."""
    test_made: float
    """Share of the test commands that were made for the training, from 0 to 1."""
    on_made: tuple[float, ...]
    """Exact match on these, by seed; empty if there are none."""
    on_not_made: tuple[float, ...]
    """Exact match on the other test commands, by seed; empty if there are none."""
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

    def to_json(self) -> dict[str, Any]:
        """Return the row as an object for JSON."""
        return asdict(self)


def make_row(
    split: str,
    attention: str,
    ideas: str,
    longest_made: int,
    folders: Sequence[Path],
    origins: Origins,
) -> Row:
    """Test the models of finished runs, and return their row of the table.

    Args:
        split: name of the split.
        attention: kind of attention.
        ideas: what made pairs.
        longest_made: most actions of a pair that was made; 0 for no limit.
        folders: run folders, one for each seed.
        origins: the test pairs of the split, and which of them were made.

    Raises:
        UserError: a run cannot be read.
    """
    # Imported here, because they load torch.
    from seq.scan.library import load
    from seq.scan.metrics import report

    translators = [load(str(folder)) for folder in folders if not has_diverged(folder)]
    models = [translator.model for translator in translators[:1]]
    reports = [report(translator, origins.test) for translator in translators]
    counts = [
        {share.origin: share.right / share.commands for share in origins.count(found.wrong)}
        for found in reports
    ]
    return Row(
        split=split,
        attention=attention,
        ideas=ideas,
        longest_made=longest_made,
        exact_match=tuple(found.exact_match for found in reports),
        test_made=origins.test_made,
        on_made=tuple(count["made"] for count in counts if "made" in count),
        on_not_made=tuple(count["not made"] for count in counts if "not made" in count),
        diverged=len(folders) - len(translators),
        parameters=sum(p.numel() for p in models[0].parameters()) if models else None,
        minutes=statistics.mean(_read_minutes(folder) for folder in folders),
    )


def _read_minutes(folder: Path) -> float:
    seconds = [
        event["elapsed"] for event in read_events(folder) if event.get("event") == "finished"
    ]
    return float(seconds[-1]) / 60


Column = tuple[str, Callable[[Row], str]]
"""A heading, and what stands below it."""


def make_columns(*, attention: bool, ideas: bool) -> list[Column]:
    """Return the columns of the table.

    Args:
        attention: whether there is a column of the kinds of attention.
        ideas: whether there are columns of ideas, and of what they made.
    """
    shared: list[Column] = [
        ("exact match, mean ± standard deviation", _format_mean),
        ("lowest – highest", _format_span),
    ]
    of_ideas: list[Column] = [
        ("test made", lambda row: f"{row.test_made:.2%}"),
        ("on made", lambda row: _format_average(row.on_made)),
        ("on not made", lambda row: _format_average(row.on_not_made)),
    ]
    return [
        ("split", lambda row: row.split),
        *([("attention", lambda row: row.attention)] if attention else []),
        *([("ideas", _format_idea)] if ideas else []),
        *shared,
        *(of_ideas if ideas else []),
        ("seeds", _format_seeds),
        ("published", _format_published),
        ("parameters", lambda row: "–" if row.parameters is None else f"{row.parameters:,}"),
        ("minutes each", lambda row: f"{row.minutes:.1f}"),
    ]


def _format_idea(row: Row) -> str:
    return f"{row.ideas} ≤ {row.longest_made}" if row.longest_made else row.ideas


def _format_mean(row: Row) -> str:
    spread = "" if row.deviation is None else f" ± {row.deviation:.2%}"
    return "diverged" if row.mean is None else f"{row.mean:.2%}{spread}"


def _format_span(row: Row) -> str:
    found = row.exact_match
    return f"{min(found):.2%} – {max(found):.2%}" if found else "–"


def _format_average(shares: Sequence[float]) -> str:
    return f"{statistics.mean(shares):.2%}" if shares else "–"


def _format_seeds(row: Row) -> str:
    ended = len(row.exact_match)
    return f"{ended}, {row.diverged} diverged" if row.diverged else str(ended)


def _format_published(row: Row) -> str:
    known = BEST_OF_LAKE_AND_BARONI.get(row.split)
    return "–" if known is None else f"{known:.1%}"
