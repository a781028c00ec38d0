"""Translators that need no training: files that only say what they are, and stand-ins for them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from stand_ins import BadInterpreter

from charlm.runs import registry
from charlm.runs.files import CONFIG, MODEL
from charlm.runs.model_file import ModelFile, write_model
from charlm.runs.registry import TRANSLATOR
from corpora.scan.grammar import pairs
from corpora.scan.splits import Split
from tui.translate import breaks

NAMES = ("look", "plain", "third")


@pytest.fixture
def translators(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app three translators: "look" attends and is right, the others leave out the end."""
    for name in NAMES:
        folder = tmp_path / "translators" / "seq" / name
        folder.mkdir(parents=True)
        write_model(folder / MODEL, ModelFile(TRANSLATOR, {}, "", {"w": np.zeros(1, np.float32)}))
        (folder / CONFIG).write_text(
            f'{{"kind": "{TRANSLATOR}", "format": 1, "corpus": {{"split": "length"}}}}'
        )
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / "translators" / package)
    monkeypatch.setattr("tui.translate.pane.load_translator", BadInterpreter)


@pytest.fixture
def small_splits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have splits of a few commands, quickly made; `simple` is not the official one."""

    def make(name: str) -> Split:
        test = tuple(islice(pairs(), len(name), 900, 11))
        return Split(name, (), test, official=name != "simple")

    monkeypatch.setattr(breaks, "SAMPLE", 10)
    monkeypatch.setattr(breaks, "load_at_hand", make)
