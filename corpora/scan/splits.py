"""The splits of SCAN into training and test commands, each by its rule.

Lake and Baroni (2018) for simple, length and the primitives; Loula, Baroni and Lake (2018),
"Rearranging the familiar" (arXiv 1807.07545), for the templates. But for simple, which was drawn at
random, the rules give the official files, as sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from corpora.errors import UserError
from corpora.known.fetch import Unavailable
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair, Words, pairs
from corpora.scan.official import official

LONGEST_TRAINED = 22
"""Actions of the longest commands that the training part of `length` has."""
ONE_IN = 10
"""One training example in so many is the lone primitive, in the splits that add one."""
TEST_SHARE = 0.2
"""Of the draw that stands in for the official simple split."""


@dataclass(frozen=True)
class Split:
    """Training and test pairs."""

    name: str
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    official: bool = True
    """Whether it is the split that the published figures are for."""


def load(name: str, *, notice: Notice = silent) -> Split:
    """Return a split by name.

    `simple` is read from the official files: of the mirror, of the cache, or from the network.
    Where they cannot be had, it is a draw of 80 % and 20 % with a fixed seed, and `notice` is told.

    Raises:
        UserError: there is no such split, or a file that should be an official one is another.
    """
    if name not in SPLITS:
        raise UserError(f"there is no split {name!r}; splits are {', '.join(SPLITS)}")
    return SPLITS[name](notice)


def _simple(notice: Notice) -> Split:
    try:
        return Split("simple", official("train", notice), official("test", notice))
    except Unavailable as error:
        notice(f"{error}. A draw of 80 % and 20 % by a fixed seed stands in for the official split")
        every = list(pairs())
        order = np.random.default_rng(0).permutation(len(every)).tolist()
        cut = round(len(every) * TEST_SHARE)
        drawn = [every[index] for index in order]
        return Split("simple", tuple(drawn[cut:]), tuple(drawn[:cut]), official=False)


def _length(notice: Notice) -> Split:
    return _divided("length", lambda pair: len(pair.actions) > LONGEST_TRAINED)


def _primitive(primitive: str, notice: Notice) -> Split:
    """Hold out all commands with a primitive in them but the primitive itself.

    That one is repeated until it makes up a tenth of the training examples.
    """
    alone = tuple(primitive.split())
    split = _divided(
        f"addprim_{'_'.join(alone)}",
        lambda pair: _has(pair.command, alone) and pair.command != alone,
    )
    others = len(split.train) - 1
    (lone,) = (pair for pair in split.train if pair.command == alone)
    # The one that is there already counts.
    more = round(others / (ONE_IN - 1)) - 1
    return Split(split.name, split.train + (lone,) * more, split.test)


def _template(template: str, notice: Notice) -> Split:
    """Hold out all commands in which a primitive is filled into a template.

    What fills the template with turn, which is no primitive, is in neither part.
    """
    words = tuple(template.split())
    jump, rest = words[0] == "jump", words[1:] if words[0] == "jump" else words
    primitives = ("jump",) if jump else ("walk", "look", "run", "jump")

    def filled(pair: Pair) -> bool:
        return any(_has(pair.command, (primitive, *rest)) for primitive in primitives)

    kept = [pair for pair in pairs() if not _has(pair.command, ("turn", *rest))]
    return _divided(f"template_{'_'.join(words)}", filled, kept)


def _divided(name: str, tested: Callable[[Pair], bool], among: list[Pair] | None = None) -> Split:
    parts: dict[bool, list[Pair]] = {False: [], True: []}
    for pair in pairs() if among is None else among:
        parts[tested(pair)].append(pair)
    return Split(name, tuple(parts[False]), tuple(parts[True]))


def _has(words: Words, part: Words) -> bool:
    """Return whether `part` stands in `words`, in one piece."""
    size = len(part)
    return any(words[start : start + size] == part for start in range(len(words) - size + 1))


SPLITS: Mapping[str, Callable[[Notice], Split]] = {
    "simple": _simple,
    "length": _length,
    "addprim_jump": partial(_primitive, "jump"),
    "addprim_turn_left": partial(_primitive, "turn left"),
    "template_around_right": partial(_template, "around right"),
    "template_jump_around_right": partial(_template, "jump around right"),
    "template_opposite_right": partial(_template, "opposite right"),
    "template_right": partial(_template, "right"),
}
