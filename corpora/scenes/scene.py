"""Scenes: up to three shapes on a ground, none over another, and how they are made by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpora.scenes.draws import Draws, make_key

SIZE = 48
"""Width and height of a picture, in pixels."""
KINDS = ("circle", "square", "triangle", "cross", "ring")
COLORS = {
    "red": (220, 45, 45),
    "green": (55, 175, 70),
    "blue": (60, 95, 235),
    "yellow": (245, 225, 60),
    "purple": (160, 60, 195),
    "white": (245, 245, 245),
}
"""Colours, red, green and blue from 0 to 255. The shade of a shape is a little darker or not."""
SIZES = {"small": (4, 5), "large": (8, 10)}
"""Least and greatest distance of the edge of a shape from its middle, in pixels."""
MOST_SHAPES = 3
GAP = 2
"""Least pixels between the boxes of two shapes, from left to right or from top to bottom."""
TRIES = 40
"""Tries to find a place for a shape before the whole scene is drawn anew."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a box, in pixels; the last two lie just outside."""
Color = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """A shape of a scene."""

    kind: str
    """One of `KINDS`."""
    color: str
    """One of `COLORS`."""
    size: str
    """One of `SIZES`."""
    x: int
    """Its middle, in pixels from the left."""
    y: int
    """Its middle, in pixels from the top."""
    radius: int
    """Distance of its edge from its middle, in pixels."""
    shade: int = 100
    """How bright it is, in hundredths of its colour."""

    @property
    def box(self) -> Box:
        """The smallest box around it."""
        radius = self.radius
        return self.x - radius, self.y - radius, self.x + radius, self.y + radius


@dataclass(frozen=True)
class Scene:
    """Shapes on a ground."""

    shapes: tuple[Shape, ...]
    """One to three shapes, in no order that means anything."""
    ground: Color = (40, 40, 40)
    """Colour of the ground."""
    noise: int = 0
    """Key of the noise that lies over all."""


def is_left(one: Shape, other: Shape) -> bool:
    """Return whether the whole of one shape lies further to the left than the whole of another."""
    return one.box[2] <= other.box[0]


def is_above(one: Shape, other: Shape) -> bool:
    """Return whether the whole of one shape lies higher than the whole of another."""
    return one.box[3] <= other.box[1]


def make_scene(seed: int, number: int) -> Scene:
    """Return a scene; it is the same for ever.

    A third of the scenes with two shapes or three has shapes of one kind and colour, which a
    sentence can count.

    Args:
        seed: tells one series of scenes from another.
        number: which scene of the series, from 0 on.
    """
    draws = Draws(make_key(seed, number))
    count = (1, 2, 2, 3, 3)[draws.below(5)]
    looks = _draw_looks(draws, count)
    shapes = None
    while shapes is None:
        shapes = _place(draws, looks)
    grey = draws.between(15, 85)
    red, green, blue = (grey + draws.between(-8, 8) for _ in range(3))
    return Scene(shapes, (red, green, blue), make_key(seed, number, 1))


def _draw_looks(draws: Draws, count: int) -> list[tuple[str, str]]:
    """Draw the kind and the colour of each of `count` shapes."""
    looks = [_draw_look(draws) for _ in range(count)]
    if count > 1 and draws.below(3) == 0:
        alike = draws.between(2, count)
        looks[:alike] = looks[:1] * alike
    return looks


def _draw_look(draws: Draws) -> tuple[str, str]:
    return KINDS[draws.below(len(KINDS))], tuple(COLORS)[draws.below(len(COLORS))]


def _place(draws: Draws, looks: Sequence[tuple[str, str]]) -> tuple[Shape, ...] | None:
    """Draw sizes and places; None if no place is left for a shape."""
    placed: list[Shape] = []
    for kind, color in looks:
        size = tuple(SIZES)[draws.below(len(SIZES))]
        radius, shade = draws.between(*SIZES[size]), draws.between(78, 102)
        for _ in range(TRIES):
            x, y = (draws.between(radius + 1, SIZE - radius - 1) for _ in range(2))
            shape = Shape(kind, color, size, x, y, radius, shade)
            if all(_lie_apart(shape, other) for other in placed):
                placed.append(shape)
                break
        else:
            return None
    return tuple(placed)


def _lie_apart(one: Shape, other: Shape) -> bool:
    room = one.radius + other.radius + GAP
    return abs(one.x - other.x) >= room or abs(one.y - other.y) >= room
