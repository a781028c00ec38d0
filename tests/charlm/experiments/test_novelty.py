"""What is copied and what is invented, and `charlm novelty` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusals import refusals
from tiny_models import random_text
from training_helpers import SAMPLE, drawn

from charlm import language_model
from charlm.experiments.novelty import (
    COPIED,
    build_suffix_array,
    find_overlaps,
    find_whole_words,
    find_words,
    measure_copying,
    measure_invention,
)

TINY = "runs/tiny"
WHOLE = SAMPLE.read_text(encoding="utf-8")
short = st.text("abc", max_size=40)


def by_hand(training: str, text: str) -> list[int]:
    """The overlaps by their definition."""
    return [
        max(size for size in range(len(text) - start + 1) if text[start : start + size] in training)
        for start in range(len(text))
    ]


@drawn
@given(short, st.lists(st.text("abcd\0", max_size=25), max_size=4))
def test_overlaps_are_those_of_their_definition(training: str, texts: list[str]) -> None:
    found = find_overlaps(training, texts)
    assert [row.tolist() for row in found] == [by_hand(training, text) for text in texts]


@pytest.mark.long
@drawn
@given(st.text("ab", max_size=60) | st.text(max_size=20))
def test_a_suffix_array_sorts_all_suffixes(text: str) -> None:
    symbols = np.array([*map(ord, text)], np.int64)
    expected = sorted(range(len(text)), key=lambda start: text[start:])
    assert build_suffix_array(symbols).tolist() == expected


@pytest.mark.parametrize("text", ["a" * 3000, "ab" * 2000, WHOLE[:2500] * 2])
def test_repetition_without_end_is_sorted_too(text: str) -> None:
    assert find_overlaps(text, [text])[0].tolist() == list(range(len(text), 0, -1))


def test_what_is_copied_overlaps_in_its_whole_length() -> None:
    copied, own = WHOLE[5000:5700], random_text(700)
    lengths = find_overlaps(WHOLE[:20_000], [own, own[:100] + copied + own[:100], copied])
    assert lengths[2].tolist() == list(range(700, 0, -1))
    found = measure_copying([own, copied], [lengths[0], lengths[2]])
    assert (found.longest, found.passage) == (700, copied)
    assert found.copied == 0.5
    assert found.mean == np.concatenate([lengths[0], lengths[2]]).mean()
    inside = measure_copying([own[:100] + copied + own[:100]], [lengths[1]])
    assert copied in inside.passage
    assert 700 / 900 <= inside.copied < 720 / 900


def test_no_passage_goes_from_one_text_into_the_next() -> None:
    assert [row.tolist() for row in find_overlaps("abcdef", ["abc", "def"])] == [
        [3, 2, 1],
        [3, 2, 1],
    ]
    assert find_overlaps("abc", ["cab"])[0].tolist() == [1, 2, 1]


@pytest.mark.parametrize(("size", "share"), [(COPIED - 1, 0.0), (COPIED, 1.0)])
def test_short_passages_are_not_copied(size: int, share: float) -> None:
    text = WHOLE[300 : 300 + size]
    assert measure_copying([text], find_overlaps(WHOLE, [text])).copied == share


def test_words_are_letters_with_apostrophes_inside() -> None:
    text = "Don't  say 'tis—O\u2019Brien's 3rd_part, ÉTÉ; \n'quoted' rock'n'roll''"
    assert find_words(text) == [
        *("don't", "say", "tis", "o'brien's", "rd", "part", "été", "quoted", "rock'n'roll")
    ]  # fmt: skip
    assert find_whole_words("cut here and the") == ["here", "and"]
    assert find_whole_words(" uncut ") == ["uncut"]
    assert find_whole_words("cut") == []


def test_invented_words_are_counted_with_and_without_repeats() -> None:
    found = measure_invention(["a", "b", "b", "c", "d"], {"a", "d", "x"})
    assert (found.words, found.distinct_words) == (5, 4)
    assert found.known == pytest.approx(2 / 5)
    assert found.known_distinct == pytest.approx(2 / 4)
    assert found.unknown == ("b", "c")
    nothing = measure_invention([], {"a"})
    assert (nothing.words, nothing.known, nothing.known_distinct) == (0, None, None)


# The command

OPTIONS = ("--length", "400", "--temperatures", "0.5", "1")
Charlm = Callable[..., Any]


@pytest.fixture
def text(run: Path) -> str:
    found = random_text(6000, seed=4).strip() + "h"
    Path("text.txt").write_text(found, encoding="utf-8")
    return found


def test_figures_are_those_of_what_the_model_writes(charlm: Charlm, text: str) -> None:
    ended = charlm("novelty", TINY, "text.txt", *OPTIONS, "--seed=3", "--json")
    assert (ended.code, ended.err) == (0, "")
    data = json.loads(ended.out)
    assert (data["model"], data["corpus"], data["seed"]) == (TINY, "text", 3)
    assert [row["temperature"] for row in data["samples"]] == [0.5, 1.0]
    training = text[: int(len(text) * 0.8)]
    for row in [*data["samples"], data["held_out"]]:
        assert row["characters"] == 400
        assert len(row["passage"]) == row["longest"]
        assert row["passage"] in training
        assert 1 <= row["mean"] <= row["longest"]
    first = language_model.load(TINY).generate(length=25, temperature=1, seed=3)
    assert max(by_hand(training, first)) <= data["samples"][1]["longest"]
    held_out = text[int(len(text) * 0.9) :][:400]
    pieces = [held_out[start : start + 25] for start in range(0, 400, 25)]
    lengths = [length for piece in pieces for length in by_hand(training, piece)]
    assert data["held_out"]["mean"] == pytest.approx(np.mean(lengths))
    seen = find_words(training)
    assert data["held_out"]["words"] == len(find_whole_words(held_out))
    assert set(data["held_out"]["unknown"]) == set(find_whole_words(held_out)) - set(seen)


def test_the_same_seed_gives_the_same_figures(charlm: Charlm, text: str) -> None:
    asked = ("novelty", TINY, "text.txt", *OPTIONS, "--json")
    assert charlm(*asked) == charlm(*asked)
    assert charlm(*asked).out != charlm(*asked, "--seed=9").out


def test_a_table_with_passages_and_words(charlm: Charlm, text: str) -> None:
    ended = charlm("novelty", TINY, "text.txt", *OPTIONS)
    data = json.loads(charlm("novelty", TINY, "text.txt", *OPTIONS, "--json").out)
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == ["0.5", "1", "held"]
    for line, row in zip(lines[2:5], [*data["samples"], data["held_out"]], strict=True):
        assert f" {row['longest']} " in line
        assert f"{row['mean']:.2f}" in line
        assert f"{row['known']:.1%}" in line
        assert f"“{' '.join(row['passage'].split())}”" in ended.out


def test_a_corpus_may_have_other_characters_than_the_model(charlm: Charlm, run: Path) -> None:
    Path("other.txt").write_text("XYZ XYZ " * 100, encoding="utf-8")
    ended = charlm("novelty", TINY, "other.txt", "--length=50", "--temperatures=1", "--json")
    assert ended.code == 0
    data = json.loads(ended.out)
    assert data["samples"][0]["longest"] <= 1  # the blank is all they have in common
    assert data["held_out"]["copied"] == 0.0  # in pieces of four characters
    assert data["held_out"]["mean"] == pytest.approx(2.5, abs=0.1)


def test_a_test_part_that_is_short_is_taken_whole(charlm: Charlm, run: Path) -> None:
    Path("short.txt").write_text("abc " * 30, encoding="utf-8")
    data = json.loads(charlm("novelty", TINY, "short.txt", *OPTIONS, "--json").out)
    assert data["held_out"]["characters"] == 12


def test_nothing_that_a_model_writes_reaches_the_terminal_unseen(
    charlm: Charlm, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("odd.txt").write_text("\x1b]0;owned\x07" * 50, encoding="utf-8")
    ended = charlm("novelty", TINY, "odd.txt", "--length=20", "--temperatures=1")
    assert ended.code == 0
    assert "\x1b" not in ended.out


@refusals(
    """
    runs/tiny nowhere.txt                     | nowhere.txt
    nowhere text.txt                          | no model 'nowhere'
    runs/tiny text.txt --length 0             | --length must lie between 1 and
    runs/tiny text.txt --temperatures 0.5 101 | temperature must lie between
    runs/tiny text.txt --temperatures warm    | warm
    runs/tiny text.txt --seed -1              | -1
    runs/tiny one.txt                         | too few for a test part
    runs/tiny empty.txt                       | holds no text
    runs/tiny text.txt --encoding nope        | 'nope'
                                              | no model 'war_and_peace'
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], text: str, arguments: list[str], line: str
) -> None:
    Path("one.txt").write_text("a")
    Path("empty.txt").write_text("")
    assert line in refused("novelty", *arguments)
