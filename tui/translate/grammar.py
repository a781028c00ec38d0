"""A command of SCAN while it is typed: checked, and its words completed. No screen here."""

from __future__ import annotations

from dataclasses import dataclass

from textual.suggester import Suggester

from corpora.scan.grammar import NotACommand, continuations


@dataclass(frozen=True)
class Check:
    """What the grammar says of what was typed so far."""

    whole: bool
    """Whether it is a command."""
    wrong: str
    """What is wrong with it, or nothing."""
    follow: tuple[str, ...]
    """Words that can come next, or that the last one, which is not complete, can become."""


def checked(typed: str) -> Check:
    """Check a command while it is typed."""
    try:
        follow, whole = continuations(typed.lower())
    except NotACommand as error:
        words = typed.lower().split()
        last = error.position == len(words) - 1 and not typed.endswith(" ")
        fits = tuple(known for known in error.expected if known.startswith(words[-1]) and last)
        return Check(False, "" if fits else str(error), fits)
    return Check(whole, "", follow)


class NextWord(Suggester):
    """Completes the word that is being typed by the first one that the grammar lets stand there."""

    def __init__(self) -> None:
        super().__init__(use_cache=True, case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with its last word complete, if one fits."""
        _, _, word = value.rpartition(" ")
        found = checked(value)
        fits = [known for known in found.follow if word and known.startswith(word)]
        return value + fits[0][len(word) :] if fits else None
