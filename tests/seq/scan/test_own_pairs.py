"""Pairs that users bring: from files of lines and of objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nonsense import speak

from corpora.errors import UserError
from corpora.scan.grammar import Pair
from seq.scan.config import TranslatorConfig
from seq.scan.own_pairs import load_test, read_pairs
from seq.scan.training import find_languages, fit_limit

PAIRS = tuple(speak()[:20])


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(["", *lines, ""]))
    return path


def test_all_forms_of_a_file_are_the_same_pairs(tmp_path: Path) -> None:
    texts = [(" ".join(pair.command), " ".join(pair.actions)) for pair in PAIRS]
    tabs = ["\t".join(two) for two in texts]
    files = [
        write(tmp_path / "a.tsv", tabs),
        write(tmp_path / "b.txt", ["Source\tTarget", *tabs]),
        write(tmp_path / "c.txt", [f"IN: {a} OUT: {b}" for a, b in texts]),
        write(tmp_path / "d.jsonl", [json.dumps({"command": a, "actions": b}) for a, b in texts]),
        write(
            tmp_path / "e.jsonl",
            [json.dumps({"input": p.command, "output": p.actions, "n": 1}) for p in PAIRS],
        ),
    ]
    for file in files:
        assert read_pairs(file) == PAIRS
    assert load_test(str(files[0])).test == PAIRS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"command": "a"}', "must have 'command' and 'actions', or 'source' and 'target'"),
        ('{"command": "a", "actions": ""}', "pair 1 is no pair"),
        ('{"command": "a", "actions": [1]}', "pair 1 is no pair"),
        ('{"command": "a", "actions": ["b c"]}', "pair 1 is no pair"),
        ('{"command": "a", "actions": null}', "pair 1 is no pair"),
        ("a", "line 1 is not JSON"),
    ],
)
def test_a_broken_object_is_a_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "own.jsonl").write_text(line)
    with pytest.raises(UserError, match=said):
        read_pairs(tmp_path / "own.jsonl")


def test_vocabularies_come_from_the_pairs() -> None:
    languages = find_languages(PAIRS)
    assert set(languages.source.symbols[1:]) == {word for p in PAIRS for word in p.command}
    assert set(languages.target.symbols[3:]) == {word for p in PAIRS for word in p.actions}
    assert not languages.of_scan
    assert find_languages([Pair(("jump",), ("I_JUMP",))]).of_scan
    with pytest.raises(UserError, match="<end> has a meaning of its own"):
        find_languages([Pair(("a",), ("<end>",))])


def test_long_pairs_are_not_cut_off() -> None:
    shape = TranslatorConfig(limit=30)
    assert fit_limit(shape, [Pair(("a",), ("B",) * 15)]) == shape
    assert fit_limit(shape, [Pair(("a",), ("B",) * 16)]).limit == 32
