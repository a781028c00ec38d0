from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import vocabulary_of

from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol, Vocabulary

ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates, too
texts = st.text(ANY_CHARACTER)
words = st.lists(st.text(ANY_CHARACTER, min_size=1))


@given(texts)
def test_decoding_undoes_encoding(text: str) -> None:
    vocabulary = vocabulary_of(text)
    ids = vocabulary.encode(text)
    assert ids.dtype == np.int64
    assert ids.shape == (len(text),)
    assert vocabulary.decode(ids) == text
    assert vocabulary.decode(ids.astype(vocabulary.dtype)) == text


@given(words)
def test_words_and_actions_are_symbols_too(series: list[str]) -> None:
    vocabulary = vocabulary_of(series)
    ids = vocabulary.encode(series)
    assert [vocabulary.symbols[i] for i in ids] == series
    assert vocabulary.decode(ids, sep=" ") == " ".join(series)
    assert vocabulary.decode(list(ids)) == "".join(series)


@given(texts, words)
def test_a_string_encodes_as_its_characters_do(text: str, more: list[str]) -> None:
    vocabulary = vocabulary_of(text).extend(more)
    np.testing.assert_array_equal(vocabulary.encode(text), vocabulary.encode(list(text)))


@given(words)
def test_json_round_trip(series: list[str]) -> None:
    vocabulary = vocabulary_of(series)
    text = vocabulary.to_json()
    assert text.isascii()
    assert "\n" not in text
    assert Vocabulary.from_json(text) == vocabulary


@given(texts, texts)
def test_extending_changes_no_id_and_knows_everything(first: str, second: str) -> None:
    vocabulary = vocabulary_of(first)
    larger = vocabulary.extend(second)
    np.testing.assert_array_equal(larger.encode(first), vocabulary.encode(first))
    assert larger.decode(larger.encode(second)) == second
    appended = larger.symbols[len(vocabulary) :]
    assert list(appended) == sorted(set(second) - set(first))


@given(texts, texts)
def test_unknown_symbols_are_named_counted_and_dropped(known: str, text: str) -> None:
    vocabulary = vocabulary_of(known)
    places = [i for i, c in enumerate(text) if c not in vocabulary]
    assert vocabulary.drop_unknown(text) == "".join(c for c in text if c in known)
    vocabulary.encode(vocabulary.drop_unknown(text))
    if not places:
        return
    for spelling in (text, list(text)):
        with pytest.raises(UnknownSymbol) as caught:
            vocabulary.encode(spelling)
        error = caught.value
        assert (error.symbol, error.position) == (text[places[0]], places[0])
        assert error.count == len(places)
        assert f"U+{ord(error.symbol):04X}" in str(error)


def test_index_and_membership() -> None:
    vocabulary = Vocabulary(("walk", "jump", "!"))
    assert [vocabulary.index(s) for s in vocabulary.symbols] == [0, 1, 2]
    assert "jump" in vocabulary
    assert "run" not in vocabulary
    with pytest.raises(UnknownSymbol, match="'run' is not in the vocabulary of 3 symbols"):
        vocabulary.index("run")
    with pytest.raises(UserError, match=r"'\?' \(U\+003F\)"):
        vocabulary.index("?")


def test_the_line_feed_has_an_id_if_it_is_a_symbol() -> None:
    assert Vocabulary(("\n", "a")).line_feed == 0
    assert Vocabulary(("a", "\n")).line_feed == 1
    assert Vocabulary(("a", "\r\n")).line_feed is None


@pytest.mark.parametrize(
    ("size", "dtype"),
    [(0, "u1"), (1, "u1"), (256, "u1"), (257, "u2"), (65536, "u2"), (65537, "u4")],
)
def test_the_type_of_the_ids_is_the_smallest_that_holds_them(size: int, dtype: str) -> None:
    vocabulary = Vocabulary(tuple(map(chr, range(size))))
    assert vocabulary.dtype == np.dtype(dtype)
    last = vocabulary.symbols[-1:]
    assert tuple(vocabulary.decode(vocabulary.encode(last).astype(vocabulary.dtype))) == last


@pytest.mark.parametrize("ids", [[3], [-1], [0, 2, 3], np.array([2**40])])
def test_ids_outside_are_refused_and_do_not_wrap(ids: list[int]) -> None:
    with pytest.raises(IndexError):
        vocabulary_of("abc").decode(ids)


@pytest.mark.parametrize("symbols", [("a", "a"), ("a", "")])
def test_symbols_are_distinct_and_not_empty(symbols: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        Vocabulary(symbols)


MARK = {"format": "charlm-vocabulary", "version": 1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "[" * 100_000,
        "1" * 5000,
        json.dumps({"symbols": ["a"]}),
        json.dumps(MARK),
        json.dumps({**MARK, "version": 2, "symbols": ["a"]}),
        json.dumps({**MARK, "version": True, "symbols": ["a"]}),
        json.dumps({**MARK, "symbols": "abc"}),
        json.dumps({**MARK, "symbols": {"a": 0}}),
        json.dumps({**MARK, "symbols": ["a", 1]}),
        json.dumps({**MARK, "symbols": ["a", ""]}),
        json.dumps({**MARK, "symbols": ["a", None]}),
        json.dumps({**MARK, "symbols": ["a", "a"]}),
    ],
)
def test_anything_else_is_not_a_vocabulary(text: str) -> None:
    with pytest.raises(UserError, match="vocabulary"):
        Vocabulary.from_json(text)


def assert_hint(known: str, text: str, hint: str) -> None:
    """The error on `text` ends with `hint`; that on a list of its symbols advises no form."""
    with pytest.raises(UnknownSymbol) as caught:
        vocabulary_of(known).encode(text)
    assert str(caught.value).endswith(hint)
    with pytest.raises(UnknownSymbol) as caught:
        vocabulary_of(known).encode(list(text))
    assert "normalize" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "form"),
    [("cafe\u0301", "NFC"), ("café", "NFD"), ("ﬁn", "NFKC"), ("\u1100\u1161\u11a8", "NFC")],
)
def test_the_normal_form_that_is_known_is_told(text: str, form: str) -> None:
    known = unicodedata.normalize(form, text) + " "
    assert_hint(known, text, f"; its {form} form is known (--normalize {form})")


@pytest.mark.parametrize(
    ("known", "text", "hint"),
    [
        ("café ", "cafe\u0301 x", " symbols (3 unknown in all)"),
        ("abc", "x", " symbols"),
        ("a", "a" + "\u0301\u0323" * 100_000, " symbols (200,000 unknown in all)"),
    ],
)
def test_no_normal_form_is_told_where_none_is_known(known: str, text: str, hint: str) -> None:
    assert_hint(known, text, hint)
