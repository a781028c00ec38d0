"""Translators of the user's own pairs, from the file to the translation."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, signalled
from commands_of_scan import translator_flags
from nonsense import speak

from charlm.runs.files import MODEL
from corpora.scan.grammar import Pair
from seq.scan.task import Translation

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]
PAIRS = speak()[:60]
KNOWN = " ".join(PAIRS[0].command)


def write(name: str, pairs: list[Pair]) -> str:
    lines = [f"{' '.join(pair.command)}\t{' '.join(pair.actions)}\n" for pair in pairs]
    Path(name).write_text("".join(lines))
    return name


@pytest.fixture
def own(charlm: Charlm, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run that was stopped, and resumed once its file had another name."""
    file = write("own.tsv", PAIRS)
    wanted = ["scan", "train", file, "--ideas", "swaps", *translator_flags(epochs=2)]
    with monkeypatch.context() as patch:
        signalled(patch, Translation, 6)
        assert charlm(*wanted, "--out", "own").code == 130
    assert charlm(*wanted, "--out", "whole").code == 0
    Path(file).rename("moved.tsv")
    assert charlm("scan", "train", "moved.tsv", "--resume", "own").code == 0
    assert Path("own", MODEL).read_bytes() == Path("whole", MODEL).read_bytes()
    Path("moved.tsv").rename(file)
    return "own"


def test_a_translator_of_own_pairs_is_used_like_any_other(
    charlm: Charlm, refused: Refused, own: str
) -> None:
    found = json.loads(charlm("scan", "translate", KNOWN, "--model", own, "--json").out)
    assert found["command"] == KNOWN
    assert found["right"] is None  # no grammar knows
    shown = charlm("scan", "translate", KNOWN, "--model", own).out
    assert shown.splitlines()[-1].startswith("probability ")
    assert "right" not in shown
    assert "wrong" not in shown
    assert KNOWN in charlm("scan", "attention", KNOWN, "--model", own).out
    assert charlm("inside", "trace", own, KNOWN).code == 0
    assert PAIRS[0].actions[0] in charlm("info", own).out
    assert "'jump' at position 0 is not in the vocabulary" in refused(
        "scan", "translate", "jump", "--model", own
    )
    assert "name a command to translate" in refused("scan", "attention", "--model", own)


def test_it_is_tested_on_a_file(charlm: Charlm, refused: Refused, own: str) -> None:
    test = write("test.tsv", [*PAIRS[:5], *speak()[60:70]])
    found = json.loads(charlm("scan", "evaluate", own, "--split", test, "--json").out)
    assert (found["commands"], found["split"]) == (15, test)
    origins = {share["origin"]: share["commands"] for share in found["by_origin"]}
    assert origins.pop("trained on") == 5
    assert sum(origins[one] for one in ("made", "not made") if one in origins) == 10
    wrong = json.loads(charlm("scan", "failures", own, test, "--json").out)["wrong"]
    assert wrong == len(found["mistakes"])
    for command in ("evaluate", "failures"):
        said = refused("scan", command, own)
        assert "own was trained on pairs of your own, which have no test part" in said
    write("own.tsv", PAIRS[:-1])  # the file is another one now
    assert "own.tsv has changed since" in refused("scan", "evaluate", own, "--split", test)
    ended = charlm("scan", "train", "--resume", own)
    assert ended.code == 2
    assert ended.err.endswith("what the run was trained on has changed, or is another corpus\n")
    Path("own.tsv").unlink()
    assert "own.tsv" in refused("scan", "train", "--resume", own)


def test_a_stopped_training_says_how_it_goes_on(
    charlm: Charlm, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("own.tsv", PAIRS)
    with monkeypatch.context() as patch:
        signalled(patch, Translation, 2)
        ended = charlm("scan", "train", "own.tsv", *translator_flags(epochs=1))
    command = advised(ended.out, "resume with: ")
    assert command[-1] == "runs/scan-own-scaled_dot"
    ended = charlm(*command[1:])
    assert ended.code == 0
    assert "jump" not in ended.out
    assert advised(ended.out, "translate with: charlm ")[-1] == "…"
    assert charlm("scan", "train", "--split", "tiny", *translator_flags(epochs=1)).code == 0
    said = refused("scan", "train", "own.tsv", "--resume", "runs/scan-tiny-scaled_dot")
    assert "was trained on the split tiny, not on a file" in said
    both = refused("scan", "train", "own.tsv", "--split", "tiny")
    assert "train on own.tsv or on the split tiny, not on both" in both
    assert "nowhere.tsv" in refused("scan", "train", "nowhere.tsv")
    assert "train on it with --split length" in refused("scan", "train", "length")
