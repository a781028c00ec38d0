"""Translators that need no training: files that only say what they are, and stand-ins for them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from shipped_names import ship
from stand_ins import BadInterpreter

from charlm.runs.registry import TRANSLATOR
from corpora.scan.grammar import pairs
from corpora.scan.splits import Split
from tui.translate import breaks

NAMES = ("look", "plain", "third")


@pytest.fixture
def translators(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app three translators: "look" attends and is right, the others leave out the end."""
    ship(monkeypatch, tmp_path, TRANSLATOR, NAMES, {"split": "length"})
    monkeypatch.setattr("tui.translate.pane.load_translator", BadInterpreter)


@pytest.fixture
def small_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have splits of a few commands, quickly made; `simple` is not the official one."""

    def make(name: str) -> Split:
        test = tuple(islice(pairs(), len(name), 900, 11))
        return Split(name, (), test, official=name != "simple")

    monkeypatch.setattr(breaks, "SAMPLE", 10)
    monkeypatch.setattr(breaks, "load_at_hand", make)
