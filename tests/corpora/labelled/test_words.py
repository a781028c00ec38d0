"""Words have places in the text as typed, and ids that depend on the words alone."""

# ruff: noqa: RUF001 - texts look like other texts here on purpose

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.labelled import words
from corpora.labelled.words import WordTokenizer

ANY_CHARACTER = st.characters(exclude_categories=())  # lone surrogates, too
ENTITIES = (
    "&amp; &quot; &#39; &#x27; &eacute; &#345; &lt; &gt; &nbsp; &#0; &#1; &#xD800; &#9999999; "
    "&lt;br&gt; &nope; &notable; &NotEqualTilde; & &;"
)
WORDS = (
    "<BR> <br/> <br <unk> <pad> a é é don't don’t ' ’ '' İ ß ẞ Σ ς ŉ ﬁ 😀 👩‍👩‍👧 "
    "\ud800 \ud83d\ude00 \u200b \u00ad \ufeff \0 \x1c \x85"
)
BLANKS = ["<br />", " ", "\n", "\r\n", "\t", "\u2028", "\u3000"]
PIECES = st.sampled_from([*ENTITIES.split(" "), *WORDS.split(" "), *BLANKS])
BLANK = re.compile(r"(?i)(?:<|&lt;)br(?:\s|&nbsp;)*/?(?:>|&gt;)|&nbsp;")
texts = st.one_of(st.text(ANY_CHARACTER), st.lists(PIECES | ANY_CHARACTER).map("".join))
Check = Callable[[WordTokenizer, str], None]

TOKENIZER = WordTokenizer.train(
    ["It's the unk, pad & é ř don't < > ' \" br / ; amp i̇ ß ss σ ς a 😀 \ufffd nope"] * 2
)


def spellings(tokenizer: WordTokenizer, text: str) -> list[str]:
    return [tokenizer.words[word.id] for word in tokenizer.split(text)]


@settings(deadline=None)
@given(texts)
@example("".join(map(chr, range(0x3000))))
def test_words_have_places_in_the_text_and_the_ids_of_encode(check_words: Check, text: str) -> None:
    check_words(TOKENIZER, text)


@settings(deadline=None)
@given(texts)
def test_between_the_words_are_blanks_only(text: str) -> None:
    end = 0
    for word in [*TOKENIZER.split(text), None]:
        between = text[end : word.start if word else len(text)]
        assert not BLANK.sub("", between).strip()
        end = word.end if word else end


@settings(deadline=None)
@given(texts)
def test_a_text_reads_the_same_whatever_stands_beside_it(text: str) -> None:
    alone = spellings(TOKENIZER, text)
    assert spellings(TOKENIZER, f"a {text} a") == ["a", *alone, "a"]
    together = TOKENIZER.encode(["a", text, "", text])
    assert [len(ids) for ids in together] == [1, len(alone), 0, len(alone)]


@settings(deadline=None)
@given(st.lists(texts), st.randoms(use_true_random=False))
def test_what_was_trained_on_is_known_and_the_order_of_the_texts_is_nothing(
    check_words: Check, series: list[str], order: random.Random
) -> None:
    tokenizer = WordTokenizer.train(series)
    assert tokenizer.words[:2] == ("<pad>", "<unk>")
    for text, ids in zip(series, tokenizer.encode(series), strict=True):
        assert tokenizer.UNKNOWN not in ids
        check_words(tokenizer, text)
    order.shuffle(series)
    assert WordTokenizer.train(iter(series)) == tokenizer
    reloaded = WordTokenizer.from_json(tokenizer.to_json())
    assert reloaded == tokenizer
    for first, second in zip(tokenizer.encode(series), reloaded.encode(series), strict=True):
        np.testing.assert_array_equal(first, second)


@settings(deadline=None)
@given(
    st.lists(st.text("abcé😀", min_size=1, max_size=2)),
    st.integers(0, 30),
    st.integers(0, 4),
)
def test_the_most_frequent_words_come_first_and_of_equals_the_smaller(
    series: list[str], max_size: int, min_frequency: int
) -> None:
    series = [word.replace("😀", "ž") for word in series]
    kept = WordTokenizer.train(series, max_size=max_size, min_frequency=min_frequency).words[2:]
    counts = Counter(series)
    often = [word for word in counts if counts[word] >= min_frequency]
    often.sort(key=lambda word: (-counts[word], word))
    assert list(kept) == often[: max(max_size - 2, 0)]


def test_ties_are_broken_alike_among_many_words() -> None:
    series = [f"{sign}{number}" for number in range(3000) for sign in "wž\U0001d400"]
    kept = WordTokenizer.train([" ".join(series)], max_size=1002).words[2:]
    assert list(kept) == sorted(word.lower() for word in series)[:1000]


@pytest.mark.parametrize(
    ("text", "read", "typed"),
    [
        ("a<br />a<BR>a<br/>A<bR  />a", "a a a a a", "a a a A a"),
        ("a<br >a<br>\n<br>a", "a a a", "a a a"),
        ("&amp; &quot; &#39;", "& \" '", "&amp; &quot; &#39;"),
        ("&eacute;&#345;&#x159; é", "éřř é", "&eacute;&#345;&#x159; é"),
        ("a&amp;a &lt;a&gt;", "a & a < a >", "a &amp; a &lt; a &gt;"),
        (
            "don’t DON'T don&#39;t don&rsquo;t",
            "don't don't don't don't",
            "don’t DON'T don&#39;t don&rsquo;t",
        ),
        ("'a' a'' 'a'a'", "' a ' a ' ' ' a'a '", "' a ' a ' ' ' a'a '"),
        ("&nope; &a &amp", "& nope ; & a & amp", "& nope ; & a & amp"),
        ("&notable; &ampa;", "& notable ; & ampa ;", "& notable ; & ampa ;"),
        ("&amp;quot;", "& quot ;", "&amp; quot ;"),
        ("a&nbsp;a\u3000a\u2028a\x0ba", "a a a a a", "a a a a a"),
        ("İ Σας ẞ", "i̇ σας ß", "İ Σας ẞ"),
        ("<unk> <PAD> unk", "< unk > < pad > unk", "< unk > < PAD > unk"),
        ("a\u0301a_1,2", "a\u0301a_1 , 2", "a\u0301a_1 , 2"),
        ("a\ud800a \ud83d", "a \ufffd a \ufffd", "a \ud800 a \ud83d"),
        ("😀😀a\0a", "😀 😀 a \0 a", "😀 😀 a \0 a"),
        ("\u200ba\ufeff", "\u200b a \ufeff", "\u200b a \ufeff"),
        ("", "", ""),
        (" \n<br />", "", ""),
    ],
)
def test_how_texts_are_read(text: str, read: str, typed: str) -> None:
    tokenizer = WordTokenizer.train([text])
    assert spellings(tokenizer, text) == read.split(" " if read else None)
    assert [word.text for word in tokenizer.split(text)] == typed.split(" " if typed else None)


@given(st.integers(1, 9), st.integers(0, 9))
def test_offsets_stay_right_after_entities(before: int, between: int) -> None:
    text = "&eacute;" * before + " " * between + "&amp;&nope;&#39;&quot;x"
    word = TOKENIZER.split(text)[-1]
    assert (word.text, word.start, word.end) == ("x", len(text) - 1, len(text))
    assert TOKENIZER.split(text)[0].end == 8 * before


def test_special_words_cannot_be_spelled() -> None:
    text = "<unk><pad> <unk> <pad>"
    trained = WordTokenizer.train([text, "a"])
    for tokenizer in (trained, WordTokenizer.from_json(trained.to_json())):
        (ids,) = tokenizer.encode([text])
        assert len(ids) == 12
        assert {tokenizer.PAD, tokenizer.UNKNOWN}.isdisjoint(ids.tolist())


def test_without_texts_everything_is_unknown() -> None:
    tokenizer = WordTokenizer.train([])
    assert len(tokenizer) == 2
    assert tokenizer.symbols == tokenizer.words == ("<pad>", "<unk>")
    assert [ids.tolist() for ids in tokenizer.encode(["two words", ""])] == [[1, 1], []]
    assert tokenizer.encode([]) == []


def test_what_the_texts_raise_gets_out() -> None:
    def failing() -> Any:
        yield "a"
        raise UserError("no more")

    with pytest.raises(UserError, match="no more"):
        WordTokenizer.train(failing())


def test_many_texts_are_encoded_in_pieces_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    series = ["a", "", "don't a", "é é é", "", "a&amp;", "😀" * 9] * 3
    whole = TOKENIZER.encode(series)
    for size in (1, 2, 7, 20):
        monkeypatch.setattr(words, "_CHUNK", size)
        pieces = TOKENIZER.encode(series)
        assert [ids.tolist() for ids in pieces] == [ids.tolist() for ids in whole]


@pytest.mark.parametrize(
    "piece", ["x", "a, &amp; don't &eacute;b ", "&", "&a", "a'", "<br ", "<br" + 500 * " "]
)
def test_a_long_text_takes_a_time_in_proportion(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    start = perf_counter()
    found = TOKENIZER.split(text)
    TOKENIZER.encode([text])
    assert perf_counter() - start < 5
    assert found[-1].end >= len(text) - 500
