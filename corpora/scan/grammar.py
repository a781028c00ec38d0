"""The commands of SCAN and what they mean: the grammar and interpreter of Lake and Baroni (2018).

"Generalization without systematicity", arXiv 1711.00350, figures 6 and 7. The grammar is not
recursive: it makes 20,910 commands.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from corpora.errors import UserError

Words = tuple[str, ...]

WALK, LOOK, RUN, JUMP = "I_WALK", "I_LOOK", "I_RUN", "I_JUMP"
LEFT, RIGHT = "I_TURN_LEFT", "I_TURN_RIGHT"


@dataclass(frozen=True)
class Pair:
    """A command and the actions that it asks for."""

    command: Words
    actions: Words


@dataclass(frozen=True)
class Rule:
    """One way to write a symbol: terminals and other symbols, and what they mean together."""

    pattern: Words
    meaning: Callable[..., Words]
    """Of the meanings of the symbols in the pattern, in order."""


def _rule(pattern: str, meaning: Callable[..., Words]) -> Rule:
    return Rule(tuple(pattern.split()), meaning)


# Where the paper writes D[1] opposite D[2], for a D that is made of two parts, the parts are named
# here: T is the direction, and turn, which does nothing by itself, stands in the rules.
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
"""Every word of the commands."""
ACTIONS: Words = (WALK, LOOK, RUN, JUMP, LEFT, RIGHT)
LONGEST_COMMAND, LONGEST_ACTIONS = 9, 48
"""Words of the longest command, and actions of the one with the most."""


class NotACommand(UserError):
    """Words that the grammar does not accept."""

    def __init__(self, message: str, position: int, expected: Words) -> None:
        super().__init__(message)
        self.position = position
        """Of the first word that cannot stand where it does; the number of words if one is missing
        at the end."""
        self.expected = expected
        """The words that could stand there."""


def pairs() -> Iterator[Pair]:
    """Yield every command of the grammar with its actions: 20,910 pairs, in the order of rules."""
    for command, actions in _derived(START):
        yield Pair(command, actions)


def interpret(command: str) -> Words:
    """Return the actions of a command.

    Raises:
        NotACommand: the grammar does not accept it; the message names the word where it breaks and
            what could stand there.
    """
    reader = _Reader(command)
    actions = reader.meaning
    if actions is None:
        raise reader.refused()
    return actions


def continuations(beginning: str) -> tuple[Words, bool]:
    """Return the words that can follow the beginning of a command, and whether it can end there.

    Raises:
        NotACommand: no command begins so.
    """
    reader = _Reader(beginning)
    if reader.furthest < len(reader.words):
        raise reader.refused()
    return reader.expected, reader.meaning is not None


def _derived(symbol: str) -> Iterator[tuple[Words, Words]]:
    """Yield everything that a symbol can be written as, and its meaning."""
    for rule in GRAMMAR[symbol]:
        choices = [
            list(_derived(part)) if part in GRAMMAR else [((part,), None)] for part in rule.pattern
        ]
        for parts in product(*choices):
            words = tuple(word for written, _ in parts for word in written)
            yield words, rule.meaning(*(meaning for _, meaning in parts if meaning is not None))


class _Reader:
    """Reads a command in every way that the grammar allows, and notes how far the best one came."""

    def __init__(self, command: str) -> None:
        self.words = tuple(command.split())
        self.furthest = 0
        """Words that could be read."""
        self._wanted: set[str] = set()
        ends = dict(self._read(START, 0))
        self.meaning = ends.get(len(self.words))
        """The actions; None if this is no command."""
        self._may_end = self.furthest in ends

    @property
    def expected(self) -> Words:
        """The words that could stand after those that could be read."""
        return tuple(word for word in WORDS if word in self._wanted)

    def refused(self) -> NotACommand:
        """Return the error that says where the command breaks."""
        position = self.furthest
        before = f" after {self.words[position - 1]!r}" if position else ""
        could = [*self.expected, *(["the end"] if self._may_end else [])]
        could = [", ".join(could[:-1]), could[-1]] if len(could) > 1 else could
        there = f"word {position + 1}{before} there could stand {' or '.join(could)}"
        if position == len(self.words):
            line = (
                f"{'the command is not complete' if position else 'an empty command'}: as {there}"
            )
        elif (word := self.words[position]) in WORDS:
            line = f"{word!r} cannot stand here: as {there}"
        else:
            meant = difflib.get_close_matches(word, self.expected, n=1)
            guess = f" (did you mean {meant[0]}?)" if meant else ""
            line = f"{word!r} is no word of SCAN{guess}: as {there}"
        return NotACommand(line, position, self.expected)

    def _read(self, symbol: str, start: int) -> Iterator[tuple[int, Words]]:
        """Yield where `symbol`, read from `start`, can end, and what it then means."""
        for rule in GRAMMAR[symbol]:
            for end, meanings in self._parts(rule.pattern, start):
                yield end, rule.meaning(*meanings)

    def _parts(self, pattern: Words, start: int) -> Iterator[tuple[int, tuple[Words, ...]]]:
        if not pattern:
            yield start, ()
            return
        first, rest = pattern[0], pattern[1:]
        if first in GRAMMAR:
            for middle, meaning in self._read(first, start):
                for end, meanings in self._parts(rest, middle):
                    yield end, (meaning, *meanings)
        elif self._is(first, start):
            yield from self._parts(rest, start + 1)

    def _is(self, word: str, position: int) -> bool:
        if position == self.furthest:
            self._wanted.add(word)
        if self.words[position : position + 1] != (word,):
            return False
        if position == self.furthest:
            self.furthest, self._wanted = position + 1, set()
        return True
