"""Parts of SCAN that are small enough to learn from in a moment, and a language of nonsense."""

from __future__ import annotations

from functools import cache

import nonsense as nonsense_words
import pytest

from corpora.scan import splits
from corpora.scan.grammar import Pair
from corpora.scan.splits import Split


@cache
def two_verbs(name: str) -> Split:
    """A split of SCAN without the verbs look and run, and without repetitions."""
    whole = splits.load(name)

    def keep(pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
        return tuple(dict.fromkeys(p for p in pairs if {"look", "run"}.isdisjoint(p.command)))

    return Split(name, keep(whole.train), keep(whole.test))


@pytest.fixture(params=["length", "addprim_jump", "template_around_right"])
def split(request: pytest.FixtureRequest) -> Split:
    return two_verbs(request.param)


@pytest.fixture(scope="session")
def nonsense() -> Split:
    return nonsense_words.split()
