"""Bytes that do not decode, and the advice for a file in another encoding."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.text import encoded
from corpora.text.decoding import Decoding, decode
from corpora.text.guess import suggest_encoding
from corpora.text.normalize import iter_text

Read = Callable[..., str]
Write = Callable[..., Path]

ENGLISH = "It rained on the roofs of the town; nobody minded.\n"
RUSSIAN = "Дождь шёл над городом, и никто этого не замечал.\n"
CHINESE = "雨落在城里的屋顶上。没有人在意。一八〇五年\n\u3000下雨了 ok\n" * 3


def guess(data: bytes) -> str | None:
    return suggest_encoding(io.BytesIO(data))


@pytest.mark.parametrize("text", [ENGLISH, RUSSIAN, CHINESE, "ab"])
@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32"),
    ],
)
def test_wide_encodings_are_told_by_their_marks_and_zeros(
    written: Write, read_text: Read, text: str, encoding: str, mark: bytes, found: str
) -> None:
    assert guess(mark + text.encode(encoding)) == found
    assert guess(text.encode(encoding)) == encoding
    for data, advised in ((mark + text.encode(encoding), found), (text.encode(encoding), encoding)):
        path = written(data)
        for tried in ("utf-8", "latin-1"):
            with pytest.raises(UserError, match=rf"text\.txt .*try --encoding {advised}$"):
                read_text(path, tried)
        assert read_text(path, advised).split() == text.split()


def test_a_file_that_looks_binary_only_because_it_is_utf16_says_so(
    written: Write, read_text: Read
) -> None:
    path = written(ENGLISH.encode("utf-16-le"))
    with pytest.raises(UserError) as caught:
        read_text(path)
    assert str(caught.value) == (
        f"{path} looks binary (U+0000 is character 1), but it is UTF-16 without a byte-order mark; "
        "try --encoding utf-16-le"
    )
    with pytest.raises(UserError, match=r"but it is UTF-16; try --encoding utf-16$"):
        read_text(written(ENGLISH.encode("utf-16")), "latin-1")


@pytest.mark.parametrize(
    "data",
    [
        b"abc\0def",
        b"a.txt\0to.txt\0",
        bytes(range(256)) * 50,
        bytes(4000),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\0\0\0\1\0\x08\6\0\0\0",
        np.random.default_rng(0).bytes(9000),
        np.arange(-3000, 3000, dtype="<i2").tobytes(),
        np.arange(5000, dtype="<f4").tobytes(),
        np.random.default_rng(0).integers(0, 3000, 3000).astype("<i4").tobytes(),
        Path(os.__file__).with_name("__pycache__").joinpath("nothing").as_posix().encode() + b"\0",
    ],
)
def test_binary_files_are_no_texts(data: bytes) -> None:
    assert guess(data) is None


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("café".encode("latin-1"), "latin-1"),
        ("“café”".encode("cp1252"), "cp1252"),
        ("café".encode("latin-1") * 700_000 + b"\x85", "cp1252"),
        (b"caf\xe9 \x81 \x93", "latin-1"),  # 0x81 is undefined in cp1252
        ("café".encode(), "utf-8"),
        (b"\xef\xbb\xbfcaf\xe9", "utf-8"),
        (("é" * 9).encode() + b"\xe9", "utf-8"),
        (b"plain", "utf-8"),
    ],
)
def test_the_others_are_told_by_their_bytes(data: bytes, found: str) -> None:
    assert guess(data) == found


def test_the_advice_looks_around_the_place_of_the_error(written: Write, read_text: Read) -> None:
    path = written(b"a" * 3_000_000 + "déjà vu".encode() + b"a" * 3_000_000)
    with pytest.raises(UserError, match=r"offset 3,000,001 .*; try --encoding utf-8$"):
        read_text(path, "ascii")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (b"\xef\xbb\xbfab\xff", "utf-8"),
        ("déjà vu\xff".encode() + b"\xff", "utf-8"),
        ("ab".encode("utf-16") + b"c", "utf-16"),
        (b"\xef\xbb\xbfab\xff", "utf-8-sig"),
    ],
)
def test_a_damaged_file_in_the_right_encoding(
    written: Write, read_text: Read, raw: bytes, encoding: str
) -> None:
    with pytest.raises(UserError, match=r"it is damaged there; go on with --errors replace$"):
        read_text(written(raw), encoding)


MULTI = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "ascii", "cp1252", "euc-kr", "shift_jis"]


@given(
    st.binary(max_size=30).filter(lambda data: b"\0" not in data),
    st.sampled_from(MULTI),
    st.integers(1, 5),
)
def test_bytes_that_do_not_decode_are_replaced_or_skipped_and_counted(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, encoding: str, chunk_bytes: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(b"x" + data + b"x")
    counts = {}
    for errors, python in (("replace", "replace"), ("skip", "ignore")):
        try:
            expected = (b"x" + data + b"x").decode(encoding, python)
        except UnicodeError:
            return
        if "\0" in expected:
            return
        lost: dict[Path, int] = {}
        how = Decoding(encoding, errors)  # type: ignore[arg-type]
        found = "".join(iter_text(path, how, chunk_bytes, lost=lost))
        expected = expected.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        assert found.strip() == expected.strip()
        counts[errors] = lost[path]
    assert counts["replace"] == counts["skip"]
    assert (counts["skip"] == 0) == _decodes(path.read_bytes(), encoding)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


BAD = b"caf\xe9 \xff\xfe au lait " + "é".encode() + b" \xe2\x82 end"


@pytest.mark.parametrize(
    ("errors", "text", "done"),
    [
        ("replace", "caf\ufffd \ufffd\ufffd au lait é \ufffd end", "replaced by U+FFFD"),
        ("skip", "caf  au lait é  end", "left out"),
    ],
)
def test_the_count_is_told_also_from_the_cache(
    written: Write, monkeypatch: pytest.MonkeyPatch, errors: Any, text: str, done: str
) -> None:
    written(BAD, "book.txt")
    said: list[str] = []
    for _ in range(2):
        found = encode("book.txt", decoding=Decoding(errors=errors), notice=said.append)
        assert found.vocabulary.decode(found.ids) == text
        monkeypatch.setattr(encoded, "_build", None)
    assert said == [f"5 bytes of book.txt are not utf-8 and were {done}"] * 2


def test_the_count_of_a_folder_and_of_standard_input(
    written: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    skip = Decoding(errors="skip")
    for name, data in {"1.txt": b"good", "2.txt": b"\xff bad", "3.txt": b"good too"}.items():
        written(data, f"books/{name}")
    encode("books", decoding=skip, notice=said.append)
    written(b"\xfe\xff worse", "books/3.txt")
    encode("books", decoding=skip, notice=said.append)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff" * 2000 + b"a")))
    encode("-", decoding=skip, notice=said.append)
    assert said == [
        "reading 3 text files of books",
        "1 byte of books/2.txt is not utf-8 and was left out",
        "reading 3 text files of books",
        "3 bytes of 2 files of books are not utf-8 and were left out",
        "2,000 bytes of stdin are not utf-8 and were left out",
    ]
    said.clear()
    encode("books/1.txt", decoding=skip, notice=said.append)
    assert said == []


def test_nothing_left_is_an_error_and_zeros_stay_one(written: Write) -> None:
    with pytest.raises(UserError, match="holds no text"):
        encode(str(written(b"\xff\xfe\xfd")), decoding=Decoding(errors="skip"))
    with pytest.raises(UserError, match="looks binary"):
        encode(str(written(b"a\xff\0b")), decoding=Decoding(errors="replace"))


def test_all_of_the_decoding_is_part_of_the_key(written: Write) -> None:
    path = str(written(b"cafe\xcc\x81 caf\xe9"))
    decodings = [Decoding(errors="skip"), Decoding(errors="replace"), Decoding("latin-1")]
    decodings += [Decoding(errors="skip", form=form) for form in ("NFC", "NFKD")]  # type: ignore[arg-type]
    texts = [encode(path, decoding=decoding) for decoding in decodings]
    assert len({text.ids.filename for text in texts}) == 5  # type: ignore[attr-defined]
    assert texts[3].vocabulary.decode(texts[3].ids) == "café caf"


def test_a_catalogued_text_is_utf8_in_any_form() -> None:
    text = encode("sample", decoding=Decoding("utf-16", form="NFD"))
    assert len(text) > 1000


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"errors": "ignore"}, "choose one of strict, replace, skip"),
        ({"errors": ["skip"]}, "choose one of strict"),
        ({"form": "nfc"}, "no normal form 'nfc'; choose one of NFC, NFD, NFKC, NFKD"),
        ({"form": ""}, "no normal form ''"),
        ({"encoding": 5}, "the encoding is 5"),
    ],
)
def test_impossible_decodings_are_one_line(about: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        Decoding(**about)


def test_a_whole_text(written: Write) -> None:
    assert decode(b"\xef\xbb\xbfa\r\nb", "x") == "a\nb"
    assert decode(b"\xef\xbb\xbfa\r\nb", "x", keep_line_ends=True) == "a\r\nb"
    with pytest.raises(UserError, match=r"^x is not utf-8: byte 0x93 .*; try --encoding cp1252$"):
        decode(b"\x93a\x94", "x")
