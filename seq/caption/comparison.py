"""A comparison of captioners: splits, with and without attention, from several seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charlm.experiments.comparison import has_diverged, write_tables
from charlm.parts import AttentionKind
from corpora.scenes.splits import Split
from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig
from seq.caption.data import Source
from seq.caption.metrics import Report
from seq.caption.report import HEADINGS, format_measures, format_shares

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

COLUMNS = ("split", "attention", "true, as in training", *HEADINGS, "seeds")


@dataclass(frozen=True)
class Variant:
    """What the captioners of a row have in common."""

    split: Split
    attention: AttentionKind

    @property
    def name(self) -> str:
        """What folders call it: `pairs-scaled_dot`."""
        return f"{self.split}-{self.attention}"


@dataclass(frozen=True)
class Outcome:
    """A row of the table: its reports from each seed."""

    variant: Variant
    seen: tuple[Report, ...]
    """Reports of the validation part, which is like what was trained on."""
    test: tuple[Report, ...]
    """Reports of the test part."""
    diverged: int = 0
    """Trainings that came to nothing."""

    @property
    def true(self) -> float:
        """Mean share of true captions of the test part; 0 if nothing was trained."""
        shares = [(one.true or 0) / one.pictures for one in self.test]
        return sum(shares) / len(shares) if shares else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the row as an object for JSON, without the mistakes."""

        def brief(found: Sequence[Report]) -> list[dict[str, Any]]:
            return [replace(one, mistakes=()).to_json() for one in found]

        about: dict[str, Any] = {**vars(self.variant), "diverged": self.diverged}
        return {**about, "seen": brief(self.seen), "test": brief(self.test)}

    def list_cells(self) -> list[str]:
        """Return the cells of the row below `COLUMNS`."""
        about = [self.variant.split, self.variant.attention]
        if not self.test:
            return [*about, *["diverged"] * (len(HEADINGS) + 1), ""]
        seen = format_shares([(one.true or 0) / one.pictures for one in self.seen])
        return [*about, seen, *format_measures(self.test), str(len(self.test))]


@dataclass(frozen=True)
class Comparison:
    """Splits, kinds of attention and seeds, each with each, in one folder."""

    folder: Path
    """Folder of the run folders and of the table."""
    model: CaptionerConfig
    training: CaptionerTraining
    scenes: SceneConfig
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...]
    """Seeds of the trainings of each variant."""
    count: int
    """Scenes of each test."""

    def find_run(self, variant: Variant, seed: int) -> Path:
        """Return the run folder of a training."""
        return self.folder / f"{variant.name}-{seed}"

    def find_source(self, variant: Variant) -> Source:
        """Return the scenes of a variant."""
        return Source(how=replace(self.scenes, split=variant.split))

    def test(self) -> Iterator[Outcome]:
        """Test all captioners, whose trainings have ended.

        Raises:
            UserError: a run cannot be read.
        """
        from seq.caption.library import load
        from seq.caption.metrics import report

        for variant in self.variants:
            data = self.find_source(variant).read(self.model.picture_size)
            folders = [self.find_run(variant, seed) for seed in self.seeds]
            good = [load(str(folder)) for folder in folders if not has_diverged(folder)]
            seen, test = (
                tuple(report(one, data.part(part, self.training, self.count)) for one in good)
                for part in ("validation", "test")
            )
            yield Outcome(variant, seen, test, len(folders) - len(good))

    def publish(self, outcomes: Sequence[Outcome]) -> None:
        """Write the table to compare.md and compare.json in the folder."""
        lines = [one.list_cells() for one in outcomes]
        write_tables(self.folder, "compare", COLUMNS, lines, [one.to_json() for one in outcomes])


def list_variants(
    splits: Sequence[Split], attentions: Sequence[AttentionKind]
) -> tuple[Variant, ...]:
    """Return every split with every kind of attention, each once."""
    return tuple(dict.fromkeys(Variant(*pair) for pair in product(splits, attentions)))


def draw_outcomes(outcomes: Sequence[Outcome]) -> Picture:
    """Return the shares of true captions as bars: a group for each split, a bar for each kind."""
    import numpy as np

    from charlm.drawing.bars import draw_bar_groups

    splits = list(dict.fromkeys(one.variant.split for one in outcomes))
    kinds = list(dict.fromkeys(one.variant.attention for one in outcomes))
    values = np.zeros((len(splits), len(kinds)))
    for one in outcomes:
        values[splits.index(one.variant.split), kinds.index(one.variant.attention)] = one.true
    names = ["no attention" if kind == "none" else f"{kind} attention" for kind in kinds]
    return draw_bar_groups(
        values, splits, names, x_label="share of true captions of what training never showed"
    )
