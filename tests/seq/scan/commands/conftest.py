"""Two translators that have learned a small split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands_of_scan import SHORT, put, request
from training_helpers import start, trained

from corpora.scan.grammar import Pair, interpret
from corpora.scan.splits import Split

KINDS = ("scaled_dot", "none")


@pytest.fixture(scope="session")
def runs(once: Callable[..., Path]) -> dict[str, Path]:
    """Two translators that have learned their 44 commands, with and without attention."""
    wanted = {"hidden_size": 32, "embedding_size": 16, "dropout": 0.0, "epochs": 30}

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            put(patch)
            for kind in KINDS:
                trained(start(request(folder / kind, attention=kind, **wanted)))

    folder = once("translators", make)
    return {kind: folder / kind for kind in KINDS}


def pairs(*commands: str) -> tuple[Pair, ...]:
    return tuple(Pair(tuple(command.split()), interpret(command)) for command in commands)


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> None:
    """A split whose training pairs say of one verb alone that it stands in company."""
    test = pairs("run and walk", "walk and jump", "walk after walk")
    put(monkeypatch, "tiny", Split("tiny", (*SHORT, *pairs("walk and run")), test))
