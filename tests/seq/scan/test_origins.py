"""Test commands by where they come from: every one counts once, and in the right place."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands_of_scan import SHORT, put, shape, some, training
from training_helpers import start, trained

from charlm.runs.files import MODEL
from corpora.scan.grammar import Pair, interpret
from corpora.scan.splits import Split
from seq.scan.config import PairsConfig
from seq.scan.origins import find_origins
from seq.scan.trained_on import TrainedOn, find_trained_on
from seq.scan.training import TranslatorRequest

SWAPS = PairsConfig(ideas="swaps", longest_made=6)
TRAIN = (*SHORT, Pair(("walk", "and", "run"), interpret("walk and run")))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "tiny", Split("tiny", TRAIN, some(5)))


def pairs(*commands: str) -> list[Pair]:
    return [Pair(tuple(command.split()), interpret(command)) for command in commands]


def test_commands_are_counted_where_they_come_from() -> None:
    test = pairs("walk", "walk and jump", "run and walk", "walk after run", "jump thrice and jump")
    wrong = {("run", "and", "walk"), ("walk", "after", "run")}
    found = find_origins(test, TrainedOn(split="tiny", pairs=SWAPS))
    shares = found.count(wrong)
    assert found.test_made == 2 / 5
    counts = [(one.origin, one.right, one.commands) for one in shares]
    assert counts == [("trained on", 1, 1), ("made", 1, 2), ("not made", 1, 2), ("longer", 1, 1)]
    plain = find_origins(test, TrainedOn(split="tiny")).count(wrong)
    counts = [(one.origin, one.right, one.commands) for one in plain]
    assert counts == [("trained on", 1, 1), ("not made", 2, 4), ("longer", 1, 1)]


def test_a_run_tells_what_it_was_trained_on(tmp_path: Path) -> None:
    wanted = TrainedOn(split="tiny", pairs=SWAPS)
    run = tmp_path / "run"
    trained(start(TranslatorRequest(
        model=shape(), training=training(epochs=1), split="tiny", pairs=SWAPS, run=run
    )))  # fmt: skip
    assert find_trained_on(str(run)) == wanted
    assert find_trained_on(str(run / MODEL)) == TrainedOn()  # a file records nothing
