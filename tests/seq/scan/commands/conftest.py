"""Two translators of a small split."""

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
    """Two translators: one has learned its 44 commands, the other one has no attention.

    What the second one says is looked at by no test.
    """
    shape = {"hidden_size": 32, "embedding_size": 16, "dropout": 0.0}
    epochs = {"scaled_dot": 30, "none": 1}

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            put(patch)
            for kind in KINDS:
                wanted = {**shape, "attention": kind, "epochs": epochs[kind]}
                trained(start(request(folder / kind, **wanted)))

    folder = once("translators", make)
    return {kind: folder / kind for kind in KINDS}


def pairs(*commands: str) -> tuple[Pair, ...]:
    return tuple(Pair(tuple(command.split()), interpret(command)) for command in commands)


@pytest.fixture
def company(monkeypatch: pytest.MonkeyPatch) -> None:
    """A split whose training pairs say of one verb alone that it stands in company."""
    test = pairs("run and walk", "walk and jump", "walk after walk")
    put(monkeypatch, "tiny", Split("tiny", (*SHORT, *pairs("walk and run")), test))
