"""Vocabularies of words as JSON: anything else is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.labelled.words import WordTokenizer

ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates, too
Check = Callable[[WordTokenizer, str], None]

MARK: dict[str, Any] = {"format": "charlm-words", "version": 1}
VALID = json.dumps({**MARK, "words": ["<pad>", "<unk>", "a", "don't", "é"]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "1" * 5000,
        json.dumps({"words": ["<pad>", "<unk>"]}),
        json.dumps(MARK),
        json.dumps({**MARK, "version": 3, "words": ["<pad>", "<unk>"]}),
        json.dumps({**MARK, "version": True, "words": ["<pad>", "<unk>"]}),
        json.dumps({**MARK, "format": ["charlm-words"], "words": ["<pad>", "<unk>"]}),
        json.dumps({**MARK, "words": "<pad><unk>"}),
        json.dumps({**MARK, "words": []}),
        json.dumps({**MARK, "words": ["<unk>", "<pad>"]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", 1]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", None]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", ""]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", "a", "a"]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", "<unk>"]}),
        json.dumps({**MARK, "words": ["<pad>", "<unk>", "\ud800"]}),
        json.dumps({**MARK, "words": {"<pad>": 0, "<unk>": 1}}),
    ],
)
def test_anything_else_is_not_a_vocabulary_of_words(text: str) -> None:
    with pytest.raises(UserError, match="vocabulary of words"):
        WordTokenizer.from_json(text)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(ANY_CHARACTER),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=8,
)


@settings(deadline=None)
@given(json_values, st.text(ANY_CHARACTER))
def test_other_json_is_refused_or_can_be_used(check_words: Check, value: Any, text: str) -> None:
    with pytest.raises(UserError):
        WordTokenizer.from_json(json.dumps(value))
    for data in ({**MARK, "words": value}, {**MARK, "words": ["<pad>", "<unk>", value]}):
        try:
            tokenizer = WordTokenizer.from_json(json.dumps(data))
        except UserError:
            continue
        check_words(tokenizer, text)


@settings(deadline=None)
@given(st.integers(0, len(VALID)), st.integers(0, 9), st.text(ANY_CHARACTER, max_size=3))
def test_damage_is_refused_or_gives_a_tokenizer_that_works(
    check_words: Check, at: int, cut: int, new: str
) -> None:
    try:
        tokenizer = WordTokenizer.from_json(VALID[:at] + new + VALID[at + cut :])
    except UserError:
        return
    check_words(tokenizer, "A don't é <unk>")
    assert WordTokenizer.from_json(tokenizer.to_json()) == tokenizer


def test_json_is_one_line_of_ascii() -> None:
    text = WordTokenizer.train(["A don't é 😀 \ufffd"]).to_json()
    assert text.isascii()
    assert text.isprintable()


def test_a_vocabulary_of_hundreds_of_megabytes_is_refused_at_once() -> None:
    words = ["<pad>", "<unk>", *(f"{number:06}{'x' * 1000}" for number in range(40_000))]
    text = json.dumps({**MARK, "words": words})
    before = time.perf_counter()
    with pytest.raises(UserError, match=r"has [\d,]+ characters; 33,554,432 are the most"):
        WordTokenizer.from_json(text)
    assert time.perf_counter() - before < 0.1


def test_what_could_not_be_read_again_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpora.labelled.words._LARGEST", 1 << 20)
    texts = [f"{number} {'x' * 100_000}{number}" for number in range(11)]
    WordTokenizer.train(texts[:10]).to_json()
    with pytest.raises(UserError, match="too long for a vocabulary"):
        WordTokenizer.train(texts)
