from __future__ import annotations

import time
import tracemalloc
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.text.normal_form import FORMS, LONGEST_RUN, Form, iter_normal_form
from corpora.text.normalize import Decoding, iter_text

Read = Callable[..., str]
Write = Callable[..., Path]

# Marks of several classes, starters that compose (Latin, Hangul, Bengali, Kana), compatibility
# characters whose decomposition begins with a mark, and exclusions from composition.
TRICKY = (
    "aeA é\u0301\u0323\u0327\u0345\u0f71\u0f72\u0344각가\u1100\u1161\u11a8\u1112\u1175ㅏ"
    "\u09c7\u09be\u09d7か\u3099ﾞｶﬁ½\u0958\u2126"
)
texts = st.text(st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=())))


@pytest.mark.parametrize("form", FORMS)
@given(texts, st.integers(1, 7))
@example("e" + "\u0301\u0323" * 40 + "각", 1)
def test_it_is_the_normal_form_however_the_text_is_divided(
    form: Form, text: str, size: int
) -> None:
    pieces = (text[start : start + size] for start in range(0, len(text), size))
    found = list(iter_normal_form(pieces, form))
    assert all(found)
    assert "".join(found) == unicodedata.normalize(form, text)


@pytest.mark.long
@pytest.mark.wide
@pytest.mark.parametrize(
    "form", [FORMS[0], *(pytest.param(form, marks=pytest.mark.slow) for form in FORMS[1:])]
)
def test_every_character_after_every_starter_that_composes(form: Form) -> None:
    composing = [chr(c) for c in range(0x30000) if unicodedata.decomposition(chr(c))]
    seconds = {d[1] for c in composing if len(d := unicodedata.normalize("NFD", c)) > 1}
    for second in sorted(seconds):
        text = "".join(f"{unicodedata.normalize('NFD', c)[0]}{second}" for c in composing)
        assert "".join(iter_normal_form(text, form)) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 5, 8, 64])
@pytest.mark.parametrize("form", [None, *FORMS])
def test_a_file_in_a_normal_form(written: Write, form: Form | None, chunk_bytes: int) -> None:
    text = unicodedata.normalize("NFD", "Thé 각각 ﬁn, ǭ Ḍ̇.\r\n\r\nか゛ が") + "\u0301\u0323"
    expected = text.replace("\r\n", "\n")
    if form is not None:
        expected = unicodedata.normalize(form, expected)
    found = iter_text(written("\ufeff" + text), Decoding(form=form), chunk_bytes)
    assert "".join(found) == expected.rstrip()


@pytest.mark.wide(2)
@pytest.mark.parametrize("piece", ["a", "é", "e\u0301", "각", "\u1100\u1161\u11a8", "\n"])
def test_memory_is_bounded(written: Write, piece: str) -> None:
    count = 8_000_000 // len(piece.encode())
    path = written(f"a{piece * count}b")
    tracemalloc.start()
    try:
        length = sum(map(len, iter_text(path, Decoding(form="NFD"))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert length == 2 + count * len(unicodedata.normalize("NFD", piece))
    assert peak < 16_000_000


def test_marks_without_end_are_refused_at_once(written: Write) -> None:
    start = time.monotonic()
    with pytest.raises(UserError, match=r"text\.txt has more than 1,024 combining characters in a"):
        list(iter_text(written("a" + "\u0301\u0323" * 1_000_000), Decoding(form="NFC")))
    assert time.monotonic() - start < 5
    longest = "a" + "\u0323\u0301" * ((LONGEST_RUN - 2) // 2)
    assert "".join(iter_normal_form(longest, "NFC")) == unicodedata.normalize("NFC", longest)
