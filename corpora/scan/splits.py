"""The splits of SCAN into training and test commands.

Sources: Lake and Baroni (2018) for simple, length and the primitives; Loula, Baroni and Lake
(2018), "Rearranging the familiar", arXiv 1807.07545, for the templates. The rules give the same
sets of commands as the official files. Only simple has no rule: it was drawn at random.

Beside these eight there are variants of the templates, such as `around_right_few_4`; see
`corpora.scan.variants`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from corpora.errors import UserError
from corpora.known.fetch import Unavailable
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair, contains, pairs
from corpora.scan.official import is_at_hand, load_official
from corpora.scan.variants import EXAMPLES, read_variant

LONGEST_TRAINED = 22
"""Largest number of actions of a command in the training part of `length`."""
ONE_IN = 10
"""In the splits of a primitive, one of this many training examples is the primitive alone."""
TEST_SHARE = 0.2
"""Share of test commands in the draw that replaces the official simple split."""


@dataclass(frozen=True)
class Split:
    """Training and test pairs."""

    name: str
    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    official: bool = True
    """Whether published results are for this split."""


def load(name: str, *, notice: Notice = silent) -> Split:
    """Return the split called `name`.

    `simple` is read from the official files: from the mirror, the cache or the network. If they are
    not available, it is a draw of 80 % and 20 % with a fixed seed.

    Args:
        name: one of `SPLITS`, or a variant of a template.
        notice: takes a line if the draw replaces the official split.

    Raises:
        UserError: there is no such split, or a file is not the official one.
    """
    if name in SPLITS:
        return SPLITS[name](notice)
    variant = read_variant(name)
    if variant is None:
        raise UserError(f"there is no split {name!r}; splits are {list_splits()}")
    base = SPLITS[variant.base](notice)
    return Split(name, *variant.divide(base.train, base.test), official=False)


def is_split(name: object) -> bool:
    """Return whether there is a split of this name: one of `SPLITS`, or a variant."""
    return isinstance(name, str) and (name in SPLITS or read_variant(name) is not None)


def list_splits() -> str:
    """Return the names of all splits in words, with some of the variants."""
    return f"{', '.join(SPLITS)}; and variants such as {EXAMPLES}"


def load_at_hand(name: str) -> Split:
    """Return a split without the network; see `load`.

    `simple` is the official one only if the mirror or the cache has it.

    Raises:
        UserError: there is no such split, or a file is not the official one.
    """
    if name == "simple" and not (is_at_hand("train") and is_at_hand("test")):
        return _draw_simple()
    return load(name)


def _load_simple(notice: Notice) -> Split:
    try:
        return Split("simple", load_official("train", notice), load_official("test", notice))
    except Unavailable as error:
        notice(f"{error}. A draw of 80 % and 20 % by a fixed seed stands in for the official split")
        return _draw_simple()


def _draw_simple() -> Split:
    every = list(pairs())
    order = np.random.default_rng(0).permutation(len(every)).tolist()
    cut = round(len(every) * TEST_SHARE)
    drawn = [every[index] for index in order]
    return Split("simple", tuple(drawn[cut:]), tuple(drawn[:cut]), official=False)


def _hold_out_long(notice: Notice) -> Split:
    return _divide("length", lambda pair: len(pair.actions) > LONGEST_TRAINED)


def _hold_out_primitive(primitive: str, notice: Notice) -> Split:
    """Hold out all commands that contain a primitive, except for the primitive alone.

    The primitive alone is repeated until it makes up a tenth of the training examples.
    """
    alone = tuple(primitive.split())
    split = _divide(
        f"addprim_{'_'.join(alone)}",
        lambda pair: contains(pair.command, alone) and pair.command != alone,
    )
    others = len(split.train) - 1
    (lone,) = (pair for pair in split.train if pair.command == alone)
    # Minus 1: the training part holds it once already.
    more = round(others / (ONE_IN - 1)) - 1
    return Split(split.name, split.train + (lone,) * more, split.test)


def _hold_out_template(template: str, notice: Notice) -> Split:
    """Hold out all commands that fill a template with a primitive.

    Commands that fill it with "turn", which is not a primitive, are in neither part.
    """
    words = tuple(template.split())
    jump, rest = words[0] == "jump", words[1:] if words[0] == "jump" else words
    primitives = ("jump",) if jump else ("walk", "look", "run", "jump")

    def fills(pair: Pair) -> bool:
        return any(contains(pair.command, (primitive, *rest)) for primitive in primitives)

    kept = [pair for pair in pairs() if not contains(pair.command, ("turn", *rest))]
    return _divide(f"template_{'_'.join(words)}", fills, kept)


def _divide(name: str, tested: Callable[[Pair], bool], among: list[Pair] | None = None) -> Split:
    parts: dict[bool, list[Pair]] = {False: [], True: []}
    for pair in pairs() if among is None else among:
        parts[tested(pair)].append(pair)
    return Split(name, tuple(parts[False]), tuple(parts[True]))


SPLITS: Mapping[str, Callable[[Notice], Split]] = {
    "simple": _load_simple,
    "length": _hold_out_long,
    "addprim_jump": partial(_hold_out_primitive, "jump"),
    "addprim_turn_left": partial(_hold_out_primitive, "turn left"),
    "template_around_right": partial(_hold_out_template, "around right"),
    "template_jump_around_right": partial(_hold_out_template, "jump around right"),
    "template_opposite_right": partial(_hold_out_template, "opposite right"),
    "template_right": partial(_hold_out_template, "right"),
}
