"""Pictures of scenes, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from corpora.scenes.draws import draw_bytes
from corpora.scenes.scene import COLORS, KINDS, MOST_SHAPES, SIZE, Scene

Pictures = npt.NDArray[np.uint8]
"""Pictures (N, height, width, 3): red, green and blue, rows from the top."""
Field = npt.NDArray[np.float32]
"""A number for each pixel of a patch of each picture, (N, height, width)."""

NOISE = 10
"""Greatest change of a colour by noise, up or down."""
PATCH = 24
"""Width and height of the part of a picture that is painted for a shape: none is larger."""


def draw_scenes(scenes: Sequence[Scene]) -> Pictures:
    """Return the pictures of scenes, (N, 48, 48, 3). The edges of shapes are smooth.

    Only sums, products and square roots are computed, so the pictures are the same everywhere.
    """
    grounds = np.array([scene.ground for scene in scenes], dtype=np.float32).reshape(-1, 1, 1, 3)
    canvas = np.broadcast_to(grounds, (len(scenes), SIZE, SIZE, 3)).copy()
    for slot in range(MOST_SHAPES):
        for kind in KINDS:
            rows = [
                row
                for row, scene in enumerate(scenes)
                if len(scene.shapes) > slot and scene.shapes[slot].kind == kind
            ]
            if rows:
                _paint(canvas, scenes, rows, slot, kind)
    keys = np.array([scene.noise for scene in scenes], dtype=np.uint64)
    bytes_ = draw_bytes(keys, SIZE * SIZE * 3).reshape(canvas.shape).astype(np.int16)
    noise = (bytes_ * (2 * NOISE + 1) >> 8) - NOISE
    return np.clip(np.floor(canvas).astype(np.int16) + noise, 0, 255).astype(np.uint8)


def _paint(
    canvas: npt.NDArray[np.float32], scenes: Sequence[Scene], rows: list[int], slot: int, kind: str
) -> None:
    """Paint the shapes number `slot` of these scenes, all of one kind, on the canvas."""
    shapes = [scenes[row].shapes[slot] for row in rows]
    middles = np.array([(shape.x, shape.y) for shape in shapes])
    radius = np.array([shape.radius for shape in shapes], dtype=np.float32)[:, None, None]
    start = np.clip(middles - PATCH // 2, 0, SIZE - PATCH)
    across, down = (start[:, axis, None] + np.arange(PATCH) for axis in (0, 1))
    x = np.abs(across + 0.5 - middles[:, :1]).astype(np.float32)[:, None, :]
    y = (down + 0.5 - middles[:, 1:]).astype(np.float32)[:, :, None]
    cover = np.clip(np.float32(0.5) - DISTANCES[kind](x, y, radius), 0, 1)[..., None]
    colors = np.array(
        [[part * shape.shade / 100 for part in COLORS[shape.color]] for shape in shapes],
        dtype=np.float32,
    )
    inside = np.array(rows)[:, None, None], down[:, :, None], across[:, None, :]
    under = canvas[inside]
    canvas[inside] = under + cover * (colors[:, None, None, :] - under)


def _circle(x: Field, y: Field, radius: Field) -> Field:
    found: Field = np.sqrt(x * x + y * y) - radius
    return found


def _square(x: Field, y: Field, radius: Field) -> Field:
    found: Field = np.maximum(x, np.abs(y)) - radius
    return found


def _triangle(x: Field, y: Field, radius: Field) -> Field:
    """Its tip is above, its base below."""
    side: Field = (x * 2 - (y + radius)) / np.sqrt(np.float32(5))
    found: Field = np.maximum(side, y - radius)
    return found


def _cross(x: Field, y: Field, radius: Field) -> Field:
    arm, y = radius * np.float32(0.32), np.abs(y)
    found: Field = np.minimum(np.maximum(x - arm, y - radius), np.maximum(x - radius, y - arm))
    return found


def _ring(x: Field, y: Field, radius: Field) -> Field:
    middle = radius * np.float32(0.74)
    found: Field = np.abs(np.sqrt(x * x + y * y) - middle) - radius * np.float32(0.26)
    return found


DISTANCES: Mapping[str, Callable[[Field, Field, Field], Field]] = MappingProxyType(
    {
        "circle": _circle,
        "square": _square,
        "triangle": _triangle,
        "cross": _cross,
        "ring": _ring,
    }
)
"""How far each pixel lies outside of a shape (inside: below 0), from its distance to the middle:
from left to right without sign, and from top to bottom."""
