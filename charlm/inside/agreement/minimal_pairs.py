"""Minimal pairs, made by rule: one beginning, and two next words of which only one is right.

What makes it right stands some way back: the noun that a verb agrees with, a quotation mark or a
bracket that is open or not, the name that a pronoun refers to. Each test has as many pairs whose
right form is the one as pairs whose right form is the other, so a model that always prefers the
same form is right in half of them, whatever it has read.

The method is that of Linzen, Dupoux and Goldberg (2016, "Assessing the ability of LSTMs to learn
syntax-sensitive dependencies") and of Marvin and Linzen (2018, "Targeted syntactic evaluation of
language models"); the sentences are our own, of words that are frequent in *War and Peace*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

Attractor = Literal["none", "same", "other"]
"""What stands between the word that decides and the form: no word that could be mistaken for it
(none), or words of the same number or gender (same), or of the other one (other)."""
Dependency = Literal["number", "reflexive", "quotation", "bracket"]
DEPENDENCIES: tuple[Dependency, ...] = get_args(Dependency)

COUNT = 40
"""Pairs of each dependency, attractor and depth."""
DEPTHS = range(5)
"""Parts that stand between: from none to four."""
LINE_WIDTH = 72
"""Columns of a line in the book."""


@dataclass(frozen=True)
class Pair:
    """A beginning, and the right and the wrong form after it."""

    prefix: str
    """What is read first."""
    right: str
    """The right form."""
    wrong: str
    """The wrong form."""
    distance: int
    """Characters between what decides which form is right and the form."""
    dependency: str = "own"
    """What the pair tests."""
    attractor: str = "none"
    """What stands between; see `Attractor`."""
    end: str = " "
    """What follows either form, and counts with it: "has" is then not the start of "hastened"."""
    twin: int | None = None
    """Number that the pair shares with its twin: the same text, but for what decides."""


def make_pairs(
    dependencies: tuple[Dependency, ...] = DEPENDENCIES,
    *,
    count: int = COUNT,
    seed: int = 1,
    line_width: int = LINE_WIDTH,
) -> list[Pair]:
    """Return pairs of sentences, in twins: the same text, but for what decides.

    Args:
        dependencies: what they test.
        count: pairs of each dependency, attractor and depth, at most; an even number.
        seed: seed of the draws.
        line_width: columns at which lines are broken, as they are in the book; 0 breaks none.
    """
    found: list[Pair] = []
    for dependency in dependencies:
        make, key = MAKERS[dependency], DEPENDENCIES.index(dependency)
        for depth in DEPTHS:
            several = dependency in ("number", "reflexive") and depth > 0
            for between in (0, 1) if several else (0,):
                twins: dict[Pair, Pair] = {}
                for draw in range(4 * count):
                    if len(twins) == max(1, count // 2):
                        break
                    # The same draws for both sides, and for both numbers of what stands between:
                    # then either form is right equally often, whatever one looks at.
                    seeds = [seed, key, depth, draw]
                    one, other = (
                        make(np.random.default_rng(seeds), depth, between, side) for side in (0, 1)
                    )
                    twins[one] = other
                for pair in twins.items():
                    number = len(found)
                    found += [replace(_break_lines(one, line_width), twin=number) for one in pair]
    return found


def _break_lines(pair: Pair, width: int) -> Pair:
    """Put line feeds in the place of spaces, so that no line is wider than `width`."""
    if not width:
        return pair
    longest = max(len(pair.right), len(pair.wrong)) + len(pair.end.rstrip("\n"))
    lines = [""]
    words = pair.prefix.split(" ")
    for number, word in enumerate(words):
        # The form belongs to the line as well: it must not be the line's end that decides.
        room = width - (longest if number == len(words) - 1 else 0)
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if number else word
    return replace(pair, prefix="\n".join(lines))


def _draw(random: np.random.Generator, choices: tuple[str, ...]) -> str:
    return choices[int(random.integers(len(choices)))]


NOUNS = (
    ("soldier", "officer", "general", "doctor", "girl", "hussar", "peasant", "adjutant"),
    ("soldiers", "officers", "generals", "doctors", "girls", "hussars", "peasants", "adjutants"),
)
"""The same nouns in the singular and in the plural."""
VERBS = (("was", "were"), ("has", "have"))
LINKS = (
    (" who stood near the ", " who spoke to the ", " who came with the "),
    (" of the ", " and beside the ", " behind the "),
    (" who knew the ", " who followed the ", " who had seen the "),
    (" near the ", " before the ", " among the "),
)
"""What links a noun to the one before it, by depth: relative clauses and prepositions in turn."""


def _make_number(random: np.random.Generator, depth: int, between: int, side: int) -> Pair:
    """Make a pair such as: The soldier who stood near the officers | was, not were."""
    own, *others = random.permutation(len(NOUNS[0])).tolist()
    parts = [
        _draw(random, links) + NOUNS[between][other]
        for links, other in zip(LINKS[:depth], others, strict=False)
    ]
    middle = "".join(parts) + " "
    forms = VERBS[int(random.integers(len(VERBS)))]
    return Pair(
        f"The {NOUNS[side][own]}{middle}", forms[side], forms[1 - side], len(middle), "number",
        _name_attractor(depth, between, side),
    )  # fmt: skip


def _name_attractor(depth: int, between: int, side: int) -> Attractor:
    return "none" if not depth else "same" if between == side else "other"


PEOPLE = (
    ("Pierre", "Prince Andrew", "Nicholas", "Boris", "Denisov", "Kutuzov", "Napoleon", "the count"),
    ("Natasha", "Sonya", "Princess Mary", "Vera", "Helene", "Anna Pavlovna", "the countess",
     "Marya Dmitrievna"),
)  # fmt: skip
"""Men and women of the book."""
MEETINGS = (", who had come with ", " and ", " from the house of ", " and ")
SELF_VERBS = ("looked at", "said to", "thought of", "asked", "was ashamed of", "pitied")
PRONOUNS = ("himself", "herself")


def _make_reflexive(random: np.random.Generator, depth: int, between: int, side: int) -> Pair:
    """Make a pair such as: Natasha, who had come with Boris, looked at | herself, not himself."""
    own, *others = random.permutation(len(PEOPLE[0])).tolist()
    parts = [
        link + PEOPLE[between][other] for link, other in zip(MEETINGS[:depth], others, strict=False)
    ]
    middle = "".join(parts) + ("," if parts else "") + f" {_draw(random, SELF_VERBS)} "
    name = PEOPLE[side][own]
    return Pair(
        f"{name[0].upper()}{name[1:]}{middle}", PRONOUNS[side], PRONOUNS[1 - side], len(middle),
        "reflexive", _name_attractor(depth, between, side),
    )  # fmt: skip


SAID = (
    "The French were near Smolensk", "The Emperor was at Tilsit", "Nobody had seen the count",
    "Prince Andrew had gone to Moscow", "The battle was lost", "The horses were tired",
    "The old prince was ill", "The road was clear",
)  # fmt: skip
"""What a person or the teller of the story may say."""
MORE = (
    (" and all the others had gone home", " and it was already too late"),
    (" because there was no time to lose", " though nobody knew of it yet"),
    (" when the troops came to the river", " before the letter had been read"),
    (" and there was nothing to be done", " and everyone was waiting for news"),
)
"""How it goes on, by depth."""


def _make_quotation(random: np.random.Generator, depth: int, between: int, side: int) -> Pair:
    """Make a pair such as: "The French were near | ." and the paragraph's end, not . and its end.

    Its twin has no mark, and ends without one.
    """
    text = _draw(random, SAID) + "".join(_draw(random, more) for more in MORE[:depth])
    forms = ('."', ".")
    mark = "" if side else '"'
    return Pair(mark + text, forms[side], forms[1 - side], len(text), "quotation", end="\n\n")


NEWCOMERS = (*PEOPLE[0][:-1], *PEOPLE[1][:-2])
ASIDES = ("who had come from Moscow", "who had not slept", "who knew the Emperor", "who was ill")
FURTHER = (
    (" with the old prince", " after the ball"),
    (" and was waiting for a letter", " and had heard the news"),
    (" from the army", " of her brother"),
    (" on the evening before the battle", " in the last days of summer"),
)


def _make_bracket(random: np.random.Generator, depth: int, between: int, side: int) -> Pair:
    """Make a pair such as: Pierre (who was ill | ) was, not was; its twin has no bracket."""
    text = _draw(random, ASIDES) + "".join(_draw(random, more) for more in FURTHER[:depth])
    forms = (") was", " was")
    mark = "" if side else "("
    prefix = f"{_draw(random, NEWCOMERS)} {mark}{text}"
    return Pair(prefix, forms[side], forms[1 - side], len(text), "bracket")


Maker = Callable[[np.random.Generator, int, int, int], Pair]
MAKERS: dict[Dependency, Maker] = {
    "number": _make_number,
    "reflexive": _make_reflexive,
    "quotation": _make_quotation,
    "bracket": _make_bracket,
}
"""The function that draws a pair, given its depth, the number or gender of what stands between
(0 or 1), and the side, 0 or 1, whose form is right."""
