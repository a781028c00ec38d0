"""Where translators break, found on samples of the splits."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from corpora.scan import official
from corpora.scan.grammar import Words, interpret
from corpora.scan.splits import SPLITS
from tui.translate.breaks import (
    SAMPLE,
    Finding,
    choose_failing,
    count_commands,
    try_splits,
)


class Forgetful:
    """Translates rightly, but for commands with a word."""

    def __init__(self, word: str = "") -> None:
        self.word = word
        self.asked: list[str] = []

    def actions(self, commands: Iterable[str]) -> list[Words]:
        commands = list(commands)
        self.asked += commands
        return [() if self.word in command.split() else interpret(command) for command in commands]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "fetch_entry", lambda *_, **__: pytest.fail("asks the network"))
    monkeypatch.setattr("corpora.scan.splits.is_at_hand", lambda part: False)


@pytest.mark.long
def test_every_split_is_tried_on_the_same_sample() -> None:
    steps: list[int] = []
    good, bad = Forgetful(), Forgetful("thrice")
    found = list(try_splits({"A": good, "B": bad}, lambda done: not steps.append(done)))
    assert [one.split for one in found] == list(SPLITS)
    assert good.asked == bad.asked
    assert steps == sorted(steps)
    assert steps[-1] < count_commands(2) == 2 * SAMPLE * len(SPLITS)
    for one in found:
        assert one.commands == min(SAMPLE, one.total)
        assert one.right["A"] == one.commands
        assert 0 < one.right["B"] < one.commands
        assert list(one.failing) == ["B"]
        assert "thrice" in one.failing["B"].split()
        assert one.official == (one.split != "simple")
    again = Forgetful()
    list(try_splits({"A": again}, lambda _: True))
    assert again.asked == good.asked


def test_it_stops_between_two_batches() -> None:
    model = Forgetful()
    assert list(try_splits({"A": model}, lambda done: done < 80)) == []
    assert len(model.asked) == 80


def test_a_command_that_both_get_wrong_comes_first() -> None:
    wrong = {"A": ["run twice", "jump left twice"], "B": ["jump left twice", "walk"]}
    assert choose_failing(wrong) == {"AB": "jump left twice"}
    assert choose_failing({"A": ["run twice"], "B": ["walk"]}) == {"A": "run twice", "B": "walk"}
    assert choose_failing({"A": [], "B": ["walk twice", "walk"]}) == {"B": "walk"}
    assert choose_failing({"A": []}) == choose_failing({}) == {}


def test_findings_come_back_from_json() -> None:
    finding = Finding("length", True, 200, 3920, {"A": 3, "B": 200}, {"A": "jump twice"})
    assert Finding.from_json(json.loads(json.dumps(finding.to_json()))) == finding
    damaged = [None, 3, {}, {"split": "x"}, {**finding.to_json(), "right": 3}]
    damaged += [{**finding.to_json(), "commands": 0}, {**finding.to_json(), "failing": {"A": 3}}]
    assert [Finding.from_json(one) for one in damaged] == [None] * len(damaged)
