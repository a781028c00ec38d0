"""The sentences that say a scene: all that they say is true, and every shape is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, permutations
from types import MappingProxyType

from corpora.scenes.scene import COLORS, KINDS, SIZES, Scene, Shape, is_above, is_left

PLURALS = dict(zip(KINDS, ("circles", "squares", "triangles", "crosses", "rings"), strict=True))
"""The noun for several shapes of a kind."""
NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3}
"""Words for numbers."""
RELATIONS: Mapping[str, Callable[[Shape, Shape], bool]] = MappingProxyType(
    {
        "above": is_above,
        "below": lambda one, other: is_above(other, one),
        "left of": is_left,
        "right of": lambda one, other: is_left(other, one),
    }
)
"""Words for relations of a shape to another, and when they hold."""
WORDS = (
    *(*NUMBERS, *SIZES, *COLORS, *KINDS, *PLURALS.values()),
    *("above", "below", "left", "right", "of", "and", ",", "there", "is", "are"),
)
"""Every word of the grammar; the comma is one as well."""


def split_words(sentence: str) -> tuple[str, ...]:
    """Return the words of a sentence in lower case; a comma is a word, other marks are left out."""
    return tuple(re.findall(r"[^\W_]+(?:['-][^\W_]+)*|,", sentence.lower()))


def join_words(words: Iterable[str]) -> str:
    """Return a sentence of words as people write it."""
    return " ".join(words).replace(" ,", ",")


def name_kind(kind: str, number: int) -> str:
    """Return the noun of a kind, in the plural if there are several."""
    return kind if number == 1 else PLURALS[kind]


def describe(scene: Scene) -> tuple[str, ...]:
    """Return the true sentences that the grammar knows for a scene: the same ones for ever.

    Each names all shapes. Shapes of one kind and colour are counted, if there are others with
    them. Else lists from left to right and from top to bottom say them, or the relations of the
    first shape in such an order to each of the others.
    """
    groups = _group(scene.shapes)
    found = [*_describe_groups(groups)]
    if len(groups) == len(scene.shapes) or len(scene.shapes) == 2:
        found += _describe_singles(scene.shapes)
    return tuple(dict.fromkeys(found))


def _group(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Return the shapes, those of one kind and colour together."""
    order = sorted(shapes, key=lambda shape: (shape.kind, shape.color, shape.x, shape.y))
    return [list(group) for _, group in groupby(order, lambda shape: (shape.kind, shape.color))]


def _describe_groups(groups: list[list[Shape]]) -> Iterator[str]:
    """Yield sentences in which shapes that look alike are counted."""
    if len(groups) == 1:
        (group,) = groups
        said = _name(group)
        yield said
        yield f"there {'is' if len(group) == 1 else 'are'} {said}"
        if len(group) == 1:
            yield said.replace("a ", "one ", 1)
    elif any(len(group) > 1 for group in groups):
        for one, other in permutations(groups):
            yield f"{_name(one)} and {_name(other)}"
            for relation, holds in RELATIONS.items():
                if all(holds(shape, than) for shape in one for than in other):
                    yield f"{_name(one)} {relation} {_name(other)}"


def _describe_singles(shapes: Sequence[Shape]) -> Iterator[str]:
    """Yield sentences in which each shape is named by itself, in one of two orders."""
    names = {shape: _name([shape]) for shape in shapes}
    across = sorted(shapes, key=lambda shape: (shape.x, shape.y))
    down = sorted(shapes, key=lambda shape: (shape.y, shape.x))
    for order in (across, down):
        *first, last = (names[shape] for shape in order)
        if first:
            yield f"{', '.join(first)} and {last}"
    for one, *others in (across, down):
        for said in _relate(one, others, names):
            yield f"{names[one]} {said}"


def _relate(one: Shape, others: Sequence[Shape], names: Mapping[Shape, str]) -> Iterator[str]:
    """Yield how one shape lies to each of the others: `above a small blue ring and left of …`."""
    if not others:
        return
    for relation, holds in RELATIONS.items():
        if holds(one, others[0]):
            said = f"{relation} {names[others[0]]}"
            if len(others) == 1:
                yield said
            for more in _relate(one, others[1:], names):
                yield f"{said} and {more}"


def _name(group: Sequence[Shape]) -> str:
    """Return the words for shapes that look alike: `two small red circles`, with all that holds."""
    sizes = {shape.size for shape in group}
    size = f"{group[0].size} " if len(sizes) == 1 else ""
    number = ("a", "two", "three")[len(group) - 1]
    return f"{number} {size}{group[0].color} {name_kind(group[0].kind, len(group))}"
