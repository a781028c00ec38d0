"""Which scenes are for training and which for testing: by lot, or by what was never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from corpora.scenes.draws import make_key
from corpora.scenes.scene import COLORS, KINDS, Scene, make_scene

Split = Literal["random", "pairs", "counts"]
Part = Literal["training", "validation", "test"]

HELD_PAIRS = frozenset(
    (color, KINDS[(index * 2) % len(KINDS)]) for index, color in enumerate(COLORS)
)
"""Colours and kinds that the split `pairs` never shows together in training: a kind of each colour.
Each of the colours and kinds is seen with others."""
HELD_COUNTS = frozenset({(2, "triangle"), (2, "ring"), (3, "circle"), (3, "cross"), (3, "square")})
"""Numbers of shapes that look alike, and their kind, that the split `counts` never shows in
training. Each number is seen with other kinds, and each kind with other numbers."""

PARTS: tuple[Part, ...] = ("training", "validation", "test")


def _holds_pair(scene: Scene) -> bool:
    return any((shape.color, shape.kind) in HELD_PAIRS for shape in scene.shapes)


def _holds_count(scene: Scene) -> bool:
    alike = Counter((shape.kind, shape.color) for shape in scene.shapes)
    return any((number, kind) in HELD_COUNTS for (kind, _), number in alike.items())


HELD: Mapping[Split, Callable[[Scene], bool] | None] = MappingProxyType(
    {"random": None, "pairs": _holds_pair, "counts": _holds_count}
)
"""Says of a scene, for each split, whether it is kept from training; None where the lot decides."""


def find_scene(split: Split, part: Part, seed: int, number: int) -> Scene:
    """Return a scene of a part of a split; it is the same for ever.

    The test parts of `pairs` and `counts` hold only scenes with what training never shows. Their
    validation parts are like their training parts: choosing a model must not look at the test.

    Args:
        split: how scenes are divided.
        part: which part.
        seed: tells one data set from another.
        number: which scene of the part, from 0 on: there is no last one.
    """
    series = make_key(seed, PARTS.index(part), number)
    held = HELD[split]
    tried = 0
    while True:
        scene = make_scene(series, tried)
        if held is None or held(scene) == (part == "test"):
            return scene
        tried += 1
