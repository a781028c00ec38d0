"""Check a SCAN command while it is typed, and complete its words. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.suggester import Suggester

from corpora.scan.grammar import NotACommand, continuations


@dataclass(frozen=True)
class Check:
    """What the grammar says about the text typed so far."""

    whole: bool
    """Whether the text is a complete command."""
    wrong: str
    """What is wrong with the text; empty if it is, or can become, a command."""
    follow: tuple[str, ...]
    """Words that can come next, or words that begin with the last, incomplete word."""


def check_command(typed: str) -> Check:
    """Check the text that was typed so far."""
    try:
        follow, whole = continuations(typed.lower())
    except NotACommand as error:
        words = typed.lower().split()
        last = error.position == len(words) - 1 and not typed.endswith(" ")
        fits = tuple(known for known in error.expected if known.startswith(words[-1]) and last)
        return Check(False, "" if fits else str(error), fits)
    return Check(whole, "", follow)


class NextWord(Suggester):
    """A suggester that completes the last word with the first word that the grammar allows."""

    def __init__(self) -> None:
        super().__init__(use_cache=True, case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        """Return `value` with its last word completed, or None if no word fits."""
        _, _, word = value.rpartition(" ")
        found = check_command(value)
        fits = [known for known in found.follow if word and known.startswith(word)]
        return value + fits[0][len(word) :] if fits else None
