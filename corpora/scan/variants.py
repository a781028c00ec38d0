"""Easier variants of the template splits, in which the training part shows some of the template.

Source: Loula, Baroni and Lake (2018), "Rearranging the familiar", arXiv 1807.07545. *Few-shot*: of
the commands that fill the template, a few, drawn by lot, are trained on. *Fillers*: the template is
trained on with some verbs, and tested with another one. The draws are our own, not those of the
official files, so no published result is for exactly these splits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from corpora.errors import UserError
from corpora.scan.grammar import Pair, Words, contains

FEW_SHOT = ("around_right", "jump_around_right", "opposite_right", "right")
"""Templates with few-shot variants, as they stand in the names of splits."""
WITH_FILLERS = ("around_right", "opposite_right", "right")
"""Templates with filler variants."""
FILLERS = ("look", "walk", "run")
"""Verbs that fill the template in the training part: the first of these. Source for the first: the
official files. Ours is the order of the others."""
TESTED = "jump"
"""Verb that fills the template in the test part of the filler variants."""
EXAMPLES = "around_right_few_4, around_right_few_4_draw_2, around_right_fillers_2"
"""Names, for messages and help."""

_NAME = re.compile(
    r"(?P<template>[a-z]+(?:_[a-z]+)*?)_(?P<kind>few|fillers)_(?P<count>0|[1-9]\d{0,4})"
    r"(?:_draw_(?P<draw>[1-9]\d{0,4}))?"
)

Parts = tuple[tuple[Pair, ...], tuple[Pair, ...]]
"""Training and test pairs."""


@dataclass(frozen=True)
class Variant:
    """A variant of a template split."""

    template: str
    """The template, with underscores between its words."""
    kind: str
    """`few` or `fillers`."""
    count: int
    """Number of training commands, or of verbs, that fill the template."""
    draw: int = 1
    """Seed of the few commands."""

    @property
    def base(self) -> str:
        """Name of the split that it is a variant of."""
        return f"template_{self.template}"

    def divide(self, train: tuple[Pair, ...], test: tuple[Pair, ...]) -> Parts:
        """Return the training and the test pairs of the variant.

        Args:
            train: training pairs of `base`, none of which fills the template.
            test: test pairs of `base`, all of which do.

        Raises:
            UserError: so many commands do not fill the template.
        """
        if self.kind == "few":
            return show_few(train, test, self.count, self.draw)
        return show_fillers(train, test, tuple(self.template.split("_")), FILLERS[: self.count])


def read_variant(name: str) -> Variant | None:
    """Return the variant that a name such as `around_right_few_4` says; None if it says none."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    template, kind, count = found["template"], found["kind"], int(found["count"])
    if kind == "few" and template in FEW_SHOT and count:
        return Variant(template, kind, count, int(found["draw"] or 1))
    known = template in WITH_FILLERS and count <= len(FILLERS) and found["draw"] is None
    return Variant(template, kind, count) if kind == "fillers" and known else None


def show_few(train: tuple[Pair, ...], test: tuple[Pair, ...], count: int, seed: int = 1) -> Parts:
    """Move `count` of the test pairs, drawn by lot, to the training pairs.

    More of them, by the same seed, are the same ones and others.

    Raises:
        UserError: no test pair would be left.
    """
    if count >= len(test):
        raise UserError(
            f"the template is in {len(test):,} commands, so at most {len(test) - 1:,} can be "
            f"trained on, not {count:,}"
        )
    chosen = set(np.random.default_rng(seed).permutation(len(test))[:count].tolist())
    shown = tuple(pair for index, pair in enumerate(test) if index in chosen)
    rest = tuple(pair for index, pair in enumerate(test) if index not in chosen)
    return train + shown, rest


def show_fillers(
    train: tuple[Pair, ...], test: tuple[Pair, ...], template: Words, shown: Words
) -> Parts:
    """Move the test pairs whose template is filled by the verbs `shown` to the training pairs.

    The test pairs left are those in which `TESTED` fills it somewhere. The others, in which a verb
    does that is not shown, are in neither part.
    """
    moved = []
    tested = []
    for pair in test:
        if contains(pair.command, (TESTED, *template)):
            tested.append(pair)
        elif find_fillers(pair.command, template) & set(FILLERS) <= set(shown):
            moved.append(pair)
    return train + tuple(moved), tuple(tested)


def find_fillers(command: Words, template: Words) -> set[str]:
    """Return the words that stand before a template wherever it is in a command."""
    size = len(template)
    after = [command[start + 1 : start + 1 + size] for start in range(len(command))]
    return {word for word, words in zip(command, after, strict=True) if words == template}
