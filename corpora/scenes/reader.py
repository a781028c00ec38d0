"""A reader of sentences: what they say, and whether it is true of a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from corpora.scenes.grammar import NUMBERS, RELATIONS, join_words, name_kind, split_words
from corpora.scenes.scene import COLORS, KINDS, SIZES, Scene, Shape

NOUNS = {name_kind(kind, number): (kind, number) for kind in KINDS for number in (1, 2)}
"""Kind of each noun, and 1 or 2 for singular or plural."""


@dataclass(frozen=True)
class Phrase:
    """Words that name shapes: `two small red circles`."""

    number: int
    exact: bool
    """Whether there must be so many and no more: `a red circle` holds where there are two."""
    size: str | None
    color: str | None
    kind: str
    start: int
    """Place of its first word in the sentence."""
    end: int
    """Place after its last word."""

    def fits(self, shape: Shape) -> bool:
        """Return whether a shape looks as the phrase says."""
        size, color = self.size or shape.size, self.color or shape.color
        return (shape.kind, shape.size, shape.color) == (self.kind, size, color)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.size, self.color, name_kind(self.kind, self.number))))


@dataclass(frozen=True)
class Sentence:
    """What a sentence says: that these shapes are there, and how they lie to each other."""

    words: tuple[str, ...]
    phrases: tuple[Phrase, ...]
    relations: tuple[tuple[str, int], ...]
    """Relations of the first phrase to other phrases, by their places in `phrases`."""


@dataclass(frozen=True)
class Verdict:
    """Whether a sentence is true of a scene."""

    true: bool
    why: str
    """Why not, in a few words; empty if it is true."""
    sentence: Sentence | None = None
    """What the sentence says; None if it is none."""
    shapes: tuple[tuple[int, ...], ...] = ()
    """The shapes that each phrase of a true sentence names, by their places in the scene."""

    def names_all(self, scene: Scene) -> bool:
        """Return whether a true sentence names every shape of the scene."""
        return self.true and sum(map(len, self.shapes)) == len(scene.shapes)


class _NoSentence(Exception):
    """The words are no sentence of the grammar."""


def read_sentence(text: str | Sequence[str]) -> Sentence | str:
    """Return what a sentence says, or why it is none.

    A sentence is `PHRASE`, `PHRASE RELATION PHRASE`, `PHRASE RELATION PHRASE and RELATION PHRASE`,
    or a list of phrases, after `there is` or `there are` if you like. A phrase is `a`, `one`, `two`
    or `three`, perhaps a size, perhaps a colour, and a noun.

    Args:
        text: the sentence, or its words.
    """
    words = split_words(text) if isinstance(text, str) else tuple(text)
    try:
        return _parse(words)
    except _NoSentence as error:
        return str(error)


def judge(text: str | Sequence[str], scene: Scene) -> Verdict:
    """Return whether a sentence is true of a scene, and why not.

    Every phrase names other shapes than the others do. `two red circles` means two and no more;
    `a red circle` means that there is one. A shape lies above another if the whole of it lies
    higher than the whole of the other, and so for the other relations.

    Args:
        text: the sentence, or its words.
        scene: the scene.
    """
    sentence = read_sentence(text)
    if isinstance(sentence, str):
        return Verdict(False, sentence)
    for phrase in sentence.phrases:
        there = sum(map(phrase.fits, scene.shapes))
        if there < phrase.number or (phrase.exact and there > phrase.number):
            return Verdict(False, f"there {_count(there, phrase)}", sentence)
    choices = [*_choose(sentence.phrases, scene, frozenset())]
    if not choices:
        return Verdict(False, "one shape cannot be two things", sentence)
    for chosen in choices:
        if all(
            _holds(relation, chosen[0], chosen[to], scene) for relation, to in sentence.relations
        ):
            return Verdict(True, "", sentence, chosen)
    first, others = sentence.phrases[0], sentence.relations
    said = " and ".join(f"{relation} the {sentence.phrases[to]}" for relation, to in others)
    return Verdict(
        False, f"the {first} {'is' if first.number == 1 else 'are'} not {said}", sentence
    )


def _count(there: int, phrase: Phrase) -> str:
    if not there:
        return f"is no {phrase}" if phrase.number == 1 else f"are no {phrase}"
    return f"{'is' if there == 1 else 'are'} {there}, not {phrase.number}: {phrase}"


def _holds(relation: str, one: tuple[int, ...], other: tuple[int, ...], scene: Scene) -> bool:
    holds = RELATIONS[relation]
    return all(holds(scene.shapes[i], scene.shapes[j]) for i in one for j in other)


def _choose(
    phrases: Sequence[Phrase], scene: Scene, taken: frozenset[int]
) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield every way in which phrases name shapes that are not taken."""
    if not phrases:
        yield ()
        return
    free = [i for i, shape in enumerate(scene.shapes) if i not in taken and phrases[0].fits(shape)]
    for chosen in combinations(free, phrases[0].number):
        for others in _choose(phrases[1:], scene, taken.union(chosen)):
            yield (chosen, *others)


def _parse(words: tuple[str, ...]) -> Sentence:
    at = 0
    if words[:1] == ("there",):
        if words[1:2] not in (("is",), ("are",)):
            raise _NoSentence("is or are must follow there")
        at = 2
    phrase = _parse_phrase(words, at)
    if words[:1] == ("there",) and (words[1] == "is") != (phrase.number == 1):
        raise _NoSentence(f"{words[1]} does not go with {words[at]}")
    phrases, at = [phrase], phrase.end
    relations: list[tuple[str, int]] = []
    while at < len(words):
        at = _parse_link(words, at, first=len(phrases) == 1, listed=not relations)
        if relation := _find_relation(words, at):
            if len(relations) != len(phrases) - 1:
                raise _NoSentence(f"{relation} cannot follow a list")
            relations.append((relation, len(phrases)))
            at += len(relation.split())
        elif relations:
            raise _NoSentence(f"above, below, left of or right of must follow {words[at - 1]!r}")
        phrases.append(_parse_phrase(words, at))
        at = phrases[-1].end
    if len(phrases) > 1 and not relations and words[phrases[-1].start - 1] != "and":
        raise _NoSentence("a list must end with and")
    return Sentence(words, tuple(phrases), tuple(relations))


def _parse_link(words: tuple[str, ...], at: int, *, first: bool, listed: bool) -> int:
    """Return the place after what joins two phrases: `and`, a comma, or nothing.

    Nothing stands before the first relation.
    """
    if first and _find_relation(words, at):
        return at
    if words[at] != "and" and not (listed and words[at] == ","):
        raise _NoSentence(f"{words[at]!r} cannot follow {join_words(words[:at])!r}")
    if first and _find_relation(words, at + 1):
        raise _NoSentence(f"{words[at + 1]!r} cannot follow and here")
    return at + 1


def _find_relation(words: tuple[str, ...], at: int) -> str | None:
    two = " ".join(words[at : at + 2])
    return (
        two
        if two in RELATIONS
        else next((r for r in RELATIONS if words[at : at + 1] == (r,)), None)
    )


def _parse_phrase(words: tuple[str, ...], start: int) -> Phrase:
    at, found = start, []
    for kind, known in (("number", NUMBERS), ("size", SIZES), ("color", COLORS), ("noun", NOUNS)):
        word = words[at] if at < len(words) else ""
        if word in known:
            found.append(word)
            at += 1
        elif kind in ("size", "color"):
            found.append("")
        else:
            wanted = "a, one, two or three" if kind == "number" else f"one of {', '.join(NOUNS)}"
            raise _NoSentence(f"{repr(word) if word else 'nothing'} stands where {wanted} should")
    number, size, color, noun = found
    shape, plural = NOUNS[noun]
    if (NUMBERS[number] == 1) != (plural == 1):
        raise _NoSentence(f"{noun} does not go with {number}")
    return Phrase(NUMBERS[number], number != "a", size or None, color or None, shape, start, at)
