"""Small splits of SCAN and trainings of a blink, shared by the tests of the translator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_helpers import QUICK, flags

from corpora.scan import splits
from corpora.scan.grammar import Pair, pairs
from corpora.scan.splits import Split
from seq.scan.config import TranslatorConfig, TranslatorTraining
from seq.scan.training import TranslatorRequest

SHORT = [pair for pair in pairs() if len(pair.command) <= 2]
"""A verb, and perhaps a direction or how often: 4 + 10 + 8 commands."""


def some(count: int, start: int = 0) -> tuple[Pair, ...]:
    """Commands of all lengths, up to eight actions."""
    every = [pair for pair in pairs() if len(pair.actions) <= 8]
    return tuple(every[(start + 97 * number) % len(every)] for number in range(count))


def tiny(name: str = "tiny") -> Split:
    """A split of 44 pairs to learn from and 10 others."""
    chosen = some(54)
    return Split(name, chosen[:44], chosen[44:])


def put(monkeypatch: Any, name: str = "tiny", split: Split | None = None) -> None:
    """Let `splits.load` know a split of that name for the test."""
    found = split or tiny(name)
    monkeypatch.setitem(splits.SPLITS, name, lambda notice: found)


def shape(**changes: Any) -> TranslatorConfig:
    return TranslatorConfig(embedding_size=6, hidden_size=12).replace(changes)


def training(**changes: Any) -> TranslatorTraining:
    small = TranslatorTraining(
        epochs=4, batch_size=8, learning_rate=1e-2, validation_share=0.1, **QUICK
    )
    return small.replace(changes)


def translator_flags(**changes: Any) -> list[str]:
    """The options of the training that `request` asks for."""
    return flags(shape(), training(), **changes)


def request(run: Path | None, split: str = "tiny", **changes: Any) -> TranslatorRequest:
    return TranslatorRequest(
        model=shape(**changes), training=training(**changes), split=split, run=run
    )
