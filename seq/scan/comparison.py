"""A comparison of translators: what is compared, where the runs are, and what comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from charlm.console.extras import can_draw
from charlm.drawing.panels import Panel
from charlm.experiments.comparison import format_markdown, write_tables
from charlm.experiments.curves import make_panels, read_curves
from charlm.parts import AttentionKind
from corpora.atomic import write_atomic
from corpora.scan import splits
from seq.scan import published
from seq.scan.comparison_rows import Column, Row, make_columns, make_row
from seq.scan.config import PairsConfig

PLAIN = "plain"


@dataclass(frozen=True)
class Variant:
    """What the models of a row have in common, besides their split."""

    attention: AttentionKind
    """Kind of attention."""
    pairs: PairsConfig
    """Which training pairs are held out, and which are made."""

    @property
    def idea(self) -> str:
        """What makes pairs, for people: `phrases ≤ 22` makes pairs of at most 22 actions."""
        limit = self.pairs.longest_made
        return f"{self.pairs.ideas} ≤ {limit}" if limit else self.pairs.ideas

    def name_folder(self, split: str, seed: int) -> str:
        """Return the name of a run folder. Plain runs have the name from before there were ideas.

        So the plain runs of a comparison of attention are those of a comparison of ideas as well.
        """
        limit = f"-{self.pairs.longest_made}" if self.pairs.longest_made else ""
        made = "" if self.pairs.ideas == PLAIN else f"-{self.pairs.ideas}{limit}"
        return f"{split}-{self.attention}{made}-{seed}"


def list_variants(
    kinds: Sequence[AttentionKind], choices: Sequence[PairsConfig], limits: Sequence[int]
) -> list[Variant]:
    """Return every kind of attention with every choice of pairs, and each choice with every limit.

    Args:
        kinds: kinds of attention.
        choices: choices of pairs. Where nothing is made, it does not matter how much of it: plain
            comes once.
        limits: most actions of a pair that is made; 0 for no limit.

    Raises:
        UserError: a limit cannot be.
    """
    made = [
        replace(pairs, made_share=PairsConfig().made_share, longest_made=0)
        if pairs.ideas == PLAIN
        else replace(pairs, longest_made=limit)
        for pairs in choices
        for limit in limits
    ]
    return list(dict.fromkeys(Variant(kind, pairs) for kind in kinds for pairs in made))


@dataclass(frozen=True)
class Comparison:
    """Splits, variants and seeds, each with each, in one folder."""

    folder: Path
    """Folder of the run folders and of the tables."""
    splits: tuple[str, ...]
    """Names of the splits."""
    variants: tuple[Variant, ...]
    """What is trained on each."""
    seeds: tuple[int, ...]
    """Seeds of the trainings of each variant."""

    @property
    def of_ideas(self) -> bool:
        """Whether there is more than plain training."""
        return any(variant.pairs.ideas != PLAIN for variant in self.variants)

    @property
    def kinds(self) -> int:
        """Number of kinds of attention."""
        return len({variant.attention for variant in self.variants})

    @property
    def columns(self) -> list[Column]:
        """The columns of the table."""
        return make_columns(attention=self.kinds > 1 or not self.of_ideas, ideas=self.of_ideas)

    @property
    def legend(self) -> list[str]:
        """What each variant is called beside its curves."""
        if not self.of_ideas:
            return [variant.attention for variant in self.variants]
        if self.kinds == 1:
            return [variant.idea for variant in self.variants]
        return [f"{variant.attention}, {variant.idea}" for variant in self.variants]

    def find_run(self, split: str, variant: Variant, seed: int) -> Path:
        """Return the run folder of a training."""
        return self.folder / variant.name_folder(split, seed)

    def test(self) -> list[Row]:
        """Test all models, whose trainings have ended, and return the rows of the table.

        Raises:
            UserError: a run cannot be read.
        """
        from seq.scan.origins import Origins, find_origins
        from seq.scan.trained_on import TrainedOn

        rows = []
        for name in self.splits:
            test = splits.load(name).test
            origins: dict[PairsConfig, Origins] = {}
            for variant in self.variants:
                pairs = variant.pairs
                if pairs not in origins:
                    origins[pairs] = find_origins(test, TrainedOn(split=name, pairs=pairs))
                folders = [self.find_run(name, variant, seed) for seed in self.seeds]
                about = (name, variant.attention, pairs.ideas, pairs.longest_made)
                rows.append(make_row(*about, folders, origins[pairs]))
        return rows

    def publish(self, rows: Sequence[Row]) -> dict[str, list[Panel]]:
        """Write the tables, and the curves of each split for the first seed.

        Returns:
            The panels of the curves, by split; none where every training diverged.
        """
        headings, cells = zip(*self.columns, strict=True)
        lines = [[cell(row) for cell in cells] for row in rows]
        write_tables(self.folder, "compare", headings, lines, [row.to_json() for row in rows])
        if self.of_ideas:
            path = self.folder / "compare.md"
            others = format_markdown(published.HEADINGS, published.list_others())
            text = f"{path.read_text(encoding='utf-8')}\n{published.NOTE}:\n\n{others}"
            write_atomic(path, text.encode())
        return {split: self._draw(split) for split in self.splits}

    def _draw(self, split: str) -> list[Panel]:
        """Draw the curves of a split into SPLIT.png, and return their panels."""
        names = self.legend
        runs = {
            name: self.find_run(split, variant, self.seeds[0])
            for name, variant in zip(names, self.variants, strict=True)
        }
        panels = make_panels(read_curves(runs))
        if panels and can_draw():
            from charlm.drawing.picture import draw_panels, save_picture

            what = "attention and idea" if self.of_ideas and self.kinds > 1 else "attention"
            what = "idea" if self.of_ideas and self.kinds == 1 else what
            title = f"SCAN, {split}, by {what}"
            save_picture(draw_panels(panels, names, title=title), self.folder / f"{split}.png")
        return panels
