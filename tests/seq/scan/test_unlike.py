"""Validation commands that are unlike the training commands, and are in neither way trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from commands_of_scan import put, request, some, training
from training_helpers import result, resume, start, trained, trained_until

from charlm.runs.files import CONFIG
from corpora.errors import UserError
from corpora.scan.grammar import Pair, pairs
from corpora.scan.splits import Split
from seq.scan.config import PairsConfig, Validation
from seq.scan.training import _hold_out
from seq.scan.unlike import hold_out_longest, hold_out_primitive

PAIRS = tuple(pair for pair in pairs() if len(pair.command) <= 4)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_the_longest_are_longer_than_all_that_are_left(share: float) -> None:
    count = round(share * len(PAIRS))
    kept, held_out = hold_out_longest(PAIRS, count)
    lengths = np.array([len(pair.actions) for pair in PAIRS])
    assert lengths[kept].max() < lengths[held_out].min()
    assert sorted([*kept, *held_out]) == list(range(len(PAIRS)))
    at_limit = (lengths == lengths[kept].max()).sum()
    assert count - at_limit <= len(held_out) <= max(count, (lengths == lengths.max()).sum())


@pytest.mark.parametrize("seed", range(6))
def test_a_word_that_is_held_out_is_trained_on_by_itself_alone(seed: int) -> None:
    kept, held_out = hold_out_primitive(PAIRS, 20, seed)
    assert len(held_out) == len(set(held_out.tolist())) == 20
    shared = set.intersection(*(set(PAIRS[index].command) for index in held_out))
    left = [PAIRS[index].command for index in kept]
    lonely = [
        word for word in shared if len({len(command) for command in left if word in command}) == 1
    ]
    assert lonely  # the word that was held out
    assert any(word in command for word in lonely for command in left)


def test_the_seed_chooses_the_word() -> None:
    chosen = {tuple(hold_out_primitive(PAIRS, 20, seed)[0].tolist()) for seed in range(12)}
    assert len(chosen) >= 4
    again = [hold_out_primitive(PAIRS, 20, 3) for _ in range(2)]
    assert all(np.array_equal(one, other) for one, other in zip(*again, strict=True))


def test_what_cannot_be_held_out_is_refused() -> None:
    alike = [Pair((f"w{number}",), ("A",)) for number in range(9)]
    with pytest.raises(UserError, match="all of one length"):
        hold_out_longest(alike, 3)
    with pytest.raises(UserError, match="no word that another one stands for"):
        hold_out_primitive(some(30), 29, 1)


def test_the_choice_is_recorded_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch, "tiny", Split("tiny", PAIRS[:80], ()))
    wanted = replace(request(tmp_path / "whole"), pairs=PairsConfig(validation="longest"))
    trained(start(wanted))
    assert (
        json.loads((tmp_path / "whole" / CONFIG).read_text())["corpus"]["validation"] == "longest"
    )
    cut = tmp_path / "cut"
    trained_until(3, lambda **hooks: start(replace(wanted, run=cut), **hooks))
    trained(resume(cut))
    assert result(cut) == result(tmp_path / "whole")
    trained(start(request(tmp_path / "random")))
    assert result(tmp_path / "random") != result(cut)


def test_each_choice_holds_out_others() -> None:
    chosen = {
        kind: set(_hold_out(PAIRS, training(), kind)[1].tolist()) for kind in get_args(Validation)
    }
    assert len({frozenset(indices) for indices in chosen.values()}) == 3
