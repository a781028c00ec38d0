"""Training on made pairs as well: what a pass holds, what a run records, that it resumes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nonsense
import numpy as np
import pytest
import torch
from commands_of_scan import SHORT, put, shape, some, training
from training_helpers import last_step, result, resume, start, trained, trained_until

from charlm.runs.files import CONFIG
from charlm.training.distributed import World
from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS, Pair
from corpora.scan.splits import Split
from seq.scan import library
from seq.scan import training as scan_training
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining
from seq.scan.made import make_pairs, read_recorded
from seq.scan.model import Translator
from seq.scan.task import Batch, Translation
from seq.scan.training import TranslatorRequest, encode_pairs
from seq.scan.vocabularies import Languages

pytestmark = pytest.mark.long

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)
SWAPS = PairsConfig(ideas="swaps")
PAIRS = tuple(dict.fromkeys([*SHORT, *some(24)]))
"""Short commands, which show what stands for what, and a few others."""


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "tiny", Split("tiny", PAIRS, ()))


def task(originals: int, others: int, share: float) -> Translation:
    pairs = encode_pairs(LANGUAGES, some(originals + others))
    rows = np.arange(originals + others)
    return Translation(
        Translator(shape(), len(LANGUAGES.source), len(LANGUAGES.target)),
        LANGUAGES,
        pairs.select(rows[:originals]),
        pairs.select(rows[:3]),
        training(),
        made=pairs.select(rows[originals:]),
        made_share=share,
        precision="fp32",
        world=World(device=torch.device("cpu")),
    )


def seen(batches: list[Batch]) -> Counter[tuple[int, ...]]:
    """How often each command is in the batches."""
    columns = [(batch.commands[:, row], batch.lengths[row]) for batch in batches
               for row in range(len(batch.lengths))]  # fmt: skip
    return Counter(tuple(ids[:length].tolist()) for ids, length in columns)


def commands(start: int, stop: int) -> list[tuple[int, ...]]:
    return [tuple(LANGUAGES.encode_command(p.command).tolist()) for p in some(stop)[start:]]


@pytest.mark.parametrize(("others", "share", "drawn"), [(60, 0.5, 30), (60, 0.25, 10), (7, 0.5, 7)])
def test_a_pass_holds_each_original_once_and_does_not_drown_them(
    others: int, share: float, drawn: int
) -> None:
    made = task(30, others, share)
    originals, rest = commands(0, 30), commands(30, 30 + others)
    passes = [list(made.batches(epoch, 0)) for epoch in range(8)]
    for batches in passes:
        counts = seen(batches)
        assert len(batches) == made.steps_per_epoch
        assert all(counts[command] == 1 for command in originals)
        assert sum(counts[command] for command in rest) == drawn
        assert max(counts.values()) == 1
    together = set().union(*map(seen, passes))
    assert len(together & set(rest)) > min(others, 1.5 * drawn) - 1  # not the same in each pass


def test_a_pass_begins_where_it_is_told() -> None:
    made = task(30, 60, 0.5)
    whole, later = list(made.batches(1, 0)), list(made.batches(1, 4))
    assert [seen([batch]) for batch in later] == [seen([batch]) for batch in whole[4:]]


def request(run: Path | None, pairs: PairsConfig = SWAPS, **changes: Any) -> TranslatorRequest:
    return TranslatorRequest(
        model=shape(), training=training(**changes), split="tiny", pairs=pairs, run=run
    )


def test_a_run_records_what_was_made_and_plain_ones_are_as_they_were(tmp_path: Path) -> None:
    trained(start(request(tmp_path / "swaps", PairsConfig(ideas="swaps", longest_made=6))))
    trained(start(request(tmp_path / "plain", PairsConfig())))
    swaps, plain = (
        json.loads((tmp_path / name / CONFIG).read_text())["corpus"] for name in ("swaps", "plain")
    )
    assert set(plain) == {"split", "official", "pairs", "sha256"}
    assert {name: swaps[name] for name in plain} == plain
    config = read_recorded(swaps)
    assert (config.ideas, config.longest_made) == ("swaps", 6)
    assert swaps["made"] == len(make_pairs(PAIRS, config)) > 0
    assert read_recorded(plain) == PairsConfig()


def test_it_resumes_exactly(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    trained(start(request(whole)))
    trained_until(3, lambda **hooks: start(request(cut), **hooks))
    for step in (9, 17):
        trained_until(step, resume, cut)
        assert last_step(cut) == step
    trained(resume(cut))
    assert result(cut) == result(whole)
    plain = tmp_path / "plain"
    trained(start(request(plain, PairsConfig())))
    assert result(plain) != result(whole)


def test_other_made_pairs_than_before_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules of a later version may make others: such a run is not what it was."""
    trained_until(3, lambda **hooks: start(request(tmp_path / "run"), **hooks))
    few = make_pairs(PAIRS, SWAPS)[1:]
    monkeypatch.setattr(scan_training, "make_pairs", lambda *_: few)
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        trained(resume(tmp_path / "run"))


@pytest.mark.slow
def test_made_pairs_are_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the nonsense: with swaps, a verb known by itself alone is used in company."""
    every = [pair for pair in nonsense.speak() if len(pair.command) <= 3]
    hidden = tuple(p for p in every if "zup" in p.command and len(p.command) > 1)
    shown = tuple(p for p in every if p not in hidden)
    put(monkeypatch, "tiny", Split("tiny", shown, hidden))
    wanted = {"hidden_size": 48, "embedding_size": 16, "dropout": 0.0}
    recipe = training(epochs=40, batch_size=16, validation_share=0.1)
    shares = []
    for ideas in ("plain", "swaps"):
        run = tmp_path / ideas
        trained(start(TranslatorRequest(
            model=shape(**wanted), training=recipe, split="tiny", run=run,
            pairs=PairsConfig(ideas=ideas),
        )))  # fmt: skip
        shares.append(find_share(run, hidden))
    plain, swaps = shares
    assert swaps > 0.9
    assert plain < 0.3


def find_share(run: Path, pairs: Sequence[Pair]) -> float:
    """Share of the commands that a trained translator translates rightly."""
    said = library.load(str(run)).actions([" ".join(pair.command) for pair in pairs])
    return float(np.mean([a == pair.actions for a, pair in zip(said, pairs, strict=True)]))


@pytest.mark.slow
def test_the_recipe_learns_nonsense_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of SCAN, its passes apart: there are twenty times fewer commands."""
    put(monkeypatch, "nonsense", nonsense.split())
    for ideas, least, most in (("both", 0.995, 1.0), ("plain", 0.0, 0.2)):
        run = tmp_path / ideas
        trained(start(TranslatorRequest(
            model=TranslatorConfig(), training=TranslatorTraining(epochs=60), split="nonsense",
            run=run, pairs=PairsConfig(ideas=ideas),
        )))  # fmt: skip
        assert least <= find_share(run, nonsense.split().test) <= most


def test_where_nothing_is_made_the_training_is_the_plain_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed = tuple(nonsense.mix(nonsense.split().train)[:200])
    put(monkeypatch, "tiny", Split("tiny", mixed, ()))
    for ideas in ("both", "plain"):
        trained(start(request(tmp_path / ideas, PairsConfig(ideas=ideas))))
    assert result(tmp_path / "both") == result(tmp_path / "plain")
