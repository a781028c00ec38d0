"""Parts of SCAN that are small enough to learn from in a moment, and a language of nonsense."""

from __future__ import annotations

from functools import cache

import pytest
from nonsense import speak

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
    """Nonsense: one verb is trained on by itself alone, and no long utterance is trained on."""
    every = speak()
    lone = [pair for pair in every if pair.command == ("zup",)]
    easy = [pair for pair in every if "zup" not in pair.command and len(pair.actions) <= 12]
    seen = {pair.command for pair in (*lone, *easy)}
    return Split("nonsense", (*lone, *easy), tuple(p for p in every if p.command not in seen))
