"""Pictures with captions to learn from: scenes that are drawn as they are needed, or one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from corpora.scenes.drawing import Pictures, draw_scenes
from corpora.scenes.grammar import describe, split_words
from corpora.scenes.scene import Scene
from corpora.scenes.splits import Part, Split, find_scene
from seq.padding import Ids

Captions: TypeAlias = tuple[tuple[str, ...], ...]
"""The captions of a picture, each as words."""


@dataclass(frozen=True)
class Shown:
    """Some pictures with their captions."""

    pictures: Pictures
    """(N, S, S, 3)."""
    captions: list[Captions]
    """Captions of each."""
    scenes: list[Scene] | None = None
    """What the pictures were drawn from; None for pictures of the user's own."""


class Examples(Protocol):
    """Pictures and their captions."""

    def __len__(self) -> int:
        """Return how many pictures a pass has."""

    def take(self, rows: Ids, epoch: int = 0) -> Shown:
        """Return pictures and the captions of each.

        Args:
            rows: which ones, (N,), each below the length.
            epoch: the pass.
        """


@dataclass(frozen=True)
class MadeExamples:
    """Scenes of a part of a split."""

    split: Split
    part: Part
    seed: int
    count: int
    """Scenes of a pass."""
    fresh: bool = False
    """Whether every pass has other scenes."""

    def __len__(self) -> int:
        return self.count

    def find(self, rows: Ids, epoch: int = 0) -> list[Scene]:
        """Return scenes; see `Examples.take`."""
        first = epoch * self.count * self.fresh
        return [find_scene(self.split, self.part, self.seed, first + row) for row in rows.tolist()]

    def take(self, rows: Ids, epoch: int = 0) -> Shown:
        """Return pictures and captions; see `Examples.take`."""
        scenes = self.find(rows, epoch)
        said = [tuple(split_words(caption) for caption in describe(scene)) for scene in scenes]
        return Shown(draw_scenes(scenes), said, scenes)


@dataclass(frozen=True)
class GivenExamples:
    """Pictures of the user's own."""

    pictures: Pictures
    """(N, S, S, 3)."""
    captions: Sequence[Captions]
    """Captions of each of the N pictures, one at least."""

    def __len__(self) -> int:
        return len(self.captions)

    def take(self, rows: Ids, epoch: int = 0) -> Shown:
        """Return pictures and captions; see `Examples.take`."""
        return Shown(self.pictures[rows], [self.captions[row] for row in rows.tolist()])
