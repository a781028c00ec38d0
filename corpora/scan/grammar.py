"""The grammar of SCAN and the interpreter of its commands.

Source: Lake and Baroni (2018), "Generalization without systematicity", arXiv 1711.00350, figures 6
and 7. The grammar is not recursive; it generates 20,910 commands.
"""

from __future__ import annotations

import difflib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from corpora.errors import UserError

Words = tuple[str, ...]

WALK, LOOK, RUN, JUMP = "I_WALK", "I_LOOK", "I_RUN", "I_JUMP"
LEFT, RIGHT = "I_TURN_LEFT", "I_TURN_RIGHT"


@dataclass(frozen=True)
class Pair:
    """A command and its actions."""

    command: Words
    actions: Words


@dataclass(frozen=True)
class Rule:
    """A rule of the grammar: how a symbol can be written, and what it then means."""

    pattern: Words
    """Words and symbols, in order."""
    meaning: Callable[..., Words]
    """Function from the meanings of the symbols in `pattern`, in order, to actions."""


@dataclass(frozen=True)
class Phrase:
    """A part of a command as the grammar reads it: a node of its tree."""

    symbol: str
    """Symbol of the grammar: C, S, V, U or T; see `GRAMMAR`."""
    parts: tuple[Phrase | str, ...]
    """What it is made of, in order: phrases and words."""
    actions: Words
    """Its actions. Those of a phrase within it may come several times, and in another order."""


def _rule(pattern: str, meaning: Callable[..., Words]) -> Rule:
    return Rule(tuple(pattern.split()), meaning)


# The paper writes "D[1] opposite D[2]" and splits D into its two parts. Here the parts have names:
# U is the primitive and T the direction. "turn" alone has no action, so it has its own rules.
GRAMMAR: dict[str, tuple[Rule, ...]] = {
    "C": (
        _rule("S", lambda s: s),
        _rule("S and S", lambda first, second: first + second),
        _rule("S after S", lambda first, second: second + first),
    ),
    "S": (
        _rule("V", lambda v: v),
        _rule("V twice", lambda v: 2 * v),
        _rule("V thrice", lambda v: 3 * v),
    ),
    "V": (
        _rule("U", lambda u: u),
        _rule("U T", lambda u, t: t + u),
        _rule("U opposite T", lambda u, t: t + t + u),
        _rule("U around T", lambda u, t: 4 * (t + u)),
        _rule("turn T", lambda t: t),
        _rule("turn opposite T", lambda t: t + t),
        _rule("turn around T", lambda t: 4 * t),
    ),
    "U": (
        _rule("walk", lambda: (WALK,)),
        _rule("look", lambda: (LOOK,)),
        _rule("run", lambda: (RUN,)),
        _rule("jump", lambda: (JUMP,)),
    ),
    "T": (_rule("left", lambda: (LEFT,)), _rule("right", lambda: (RIGHT,))),
}
START = "C"

WORDS: Words = tuple(
    dict.fromkeys(
        word
        for rules in GRAMMAR.values()
        for rule in rules
        for word in rule.pattern
        if word not in GRAMMAR
    )
)
"""All words of the commands."""
ACTIONS: Words = (WALK, LOOK, RUN, JUMP, LEFT, RIGHT)


class NotACommand(UserError):
    """Words that are not a command of the grammar."""

    def __init__(self, message: str, position: int, expected: Words) -> None:
        super().__init__(message)
        self.position = position
        """Index of the first wrong word; the number of words if the end is missing."""
        self.expected = expected
        """Words that the grammar allows at `position`."""


def pairs() -> Iterator[Pair]:
    """Yield all 20,910 commands of the grammar with their actions, in the order of the rules."""
    for command, actions in _derive(START):
        yield Pair(command, actions)


def contains(words: Words, part: Words) -> bool:
    """Return whether `words` contains `part` without gaps."""
    size = len(part)
    return any(words[start : start + size] == part for start in range(len(words) - size + 1))


def interpret(command: str) -> Words:
    """Return the actions of a command.

    Raises:
        NotACommand: the grammar does not accept the words; the message names the first wrong word
            and the words that the grammar allows there.
    """
    return parse(command).actions


def parse(command: str) -> Phrase:
    """Return the tree of a command. The grammar is unambiguous: there is only one.

    Raises:
        NotACommand: as `interpret` does.
    """
    reader = _Reader(command)
    if reader.phrase is None:
        raise reader.build_error()
    return reader.phrase


def draw(generator: random.Random, symbol: str = START) -> str:
    """Return a random command, in which each rule of a symbol is as likely as the others.

    So short commands come as often as long ones; of all commands, most are long.

    Args:
        generator: source of the random numbers.
        symbol: symbol of the grammar; one other than C gives a part of a command.
    """
    pattern = generator.choice(GRAMMAR[symbol]).pattern
    return " ".join(draw(generator, part) if part in GRAMMAR else part for part in pattern)


def continuations(beginning: str) -> tuple[Words, bool]:
    """Return the words that can follow the beginning of a command, and whether it can end there.

    Raises:
        NotACommand: no command begins like this.
    """
    reader = _Reader(beginning)
    if reader.furthest < len(reader.words):
        raise reader.build_error()
    return reader.expected, reader.phrase is not None


def _derive(symbol: str) -> Iterator[tuple[Words, Words]]:
    """Yield all ways to write a symbol, each with its meaning."""
    for rule in GRAMMAR[symbol]:
        choices = [
            list(_derive(part)) if part in GRAMMAR else [((part,), None)] for part in rule.pattern
        ]
        for parts in product(*choices):
            words = tuple(word for written, _ in parts for word in written)
            yield words, rule.meaning(*(meaning for _, meaning in parts if meaning is not None))


class _Reader:
    """A parser that tries every way to read a command and notes how far the best one got."""

    def __init__(self, command: str) -> None:
        self.words = tuple(command.split())
        self.furthest = 0
        """Number of words that the grammar accepts from the beginning."""
        self._wanted: set[str] = set()
        ends = dict(self._read(START, 0))
        self.phrase = ends.get(len(self.words))
        """The whole command; None if the words are none."""
        self._may_end = self.furthest in ends

    @property
    def expected(self) -> Words:
        """Words that the grammar allows after the accepted ones."""
        return tuple(word for word in WORDS if word in self._wanted)

    def build_error(self) -> NotACommand:
        """Return the error that names the first wrong word."""
        position = self.furthest
        before = f", after {self.words[position - 1]!r}," if position else ""
        allowed = [*self.expected, *(["the end"] if self._may_end else [])]
        allowed = [", ".join(allowed[:-1]), allowed[-1]] if len(allowed) > 1 else allowed
        hint = f"word {position + 1}{before} can be {' or '.join(allowed)}"
        if position == len(self.words):
            line = f"{'the command is not complete' if position else 'an empty command'}: {hint}"
        elif (word := self.words[position]) in WORDS:
            line = f"{word!r} cannot stand here: {hint}"
        else:
            meant = difflib.get_close_matches(word, self.expected, n=1)
            guess = f" (did you mean {meant[0]}?)" if meant else ""
            line = f"{word!r} is no word of SCAN{guess}: {hint}"
        return NotACommand(line, position, self.expected)

    def _read(self, symbol: str, start: int) -> Iterator[tuple[int, Phrase]]:
        """Yield every position where `symbol`, read from `start`, can end, with its tree."""
        for rule in GRAMMAR[symbol]:
            for end, parts in self._read_pattern(rule.pattern, start):
                meanings = [part.actions for part in parts if isinstance(part, Phrase)]
                yield end, Phrase(symbol, parts, rule.meaning(*meanings))

    def _read_pattern(
        self, pattern: Words, start: int
    ) -> Iterator[tuple[int, tuple[Phrase | str, ...]]]:
        if not pattern:
            yield start, ()
            return
        first, rest = pattern[0], pattern[1:]
        if first in GRAMMAR:
            for middle, phrase in self._read(first, start):
                for end, parts in self._read_pattern(rest, middle):
                    yield end, (phrase, *parts)
        elif self._accept(first, start):
            for end, parts in self._read_pattern(rest, start + 1):
                yield end, (first, *parts)

    def _accept(self, word: str, position: int) -> bool:
        if position == self.furthest:
            self._wanted.add(word)
        if self.words[position : position + 1] != (word,):
            return False
        if position == self.furthest:
            self.furthest, self._wanted = position + 1, set()
        return True
