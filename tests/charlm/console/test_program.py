from __future__ import annotations

import errno
import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App
from hypothesis import given, settings
from hypothesis import strategies as st

from charlm.console.program import print_json, printable, read_input, run
from corpora.errors import UserError

drawn = settings(derandomize=True, deadline=None, max_examples=100)

any_text = st.text(st.characters(exclude_categories=()))
Captured = pytest.CaptureFixture[str]


@drawn
@given(any_text)
def test_what_is_printable_moves_no_cursor_and_can_be_encoded(text: str) -> None:
    clean = printable(text)
    clean.encode()
    kept = [c for c in clean if c not in "\n\t"]
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in kept)
    assert len(clean) == len(text)
    assert printable(clean) == clean
    for before, after in zip(text, clean, strict=True):
        assert after == before or unicodedata.category(before) in ("Cc", "Cs")


@pytest.mark.parametrize("escape", ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\r", "\b", "\x0e"])
def test_escapes_lose_their_power(escape: str) -> None:
    assert not set(printable(f"a{escape}b")) & set("\x1b\x9b\x07\r\b\x0e")
    assert printable("tab\tline\nend é") == "tab\tline\nend é"


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], str]:
    def write(data: bytes) -> str:
        (tmp_path / "input").write_bytes(data)
        return str(tmp_path / "input")

    return write


TEXT = "one\ntwo é\n\nthree"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_input_is_decoded_with_line_feeds(
    written: Callable[[bytes], str], encoding: str, end: str
) -> None:
    path = written(TEXT.replace("\n", end).encode(encoding))
    assert read_input(path, encoding) == TEXT


def test_a_byte_order_mark_is_no_text(written: Callable[[bytes], str]) -> None:
    assert read_input(written(b"\xef\xbb\xbf" + TEXT.encode())) == TEXT
    assert read_input(written(b"")) == ""


def test_standard_input_is_a_hyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\r\n"), "utf-8"))
    assert read_input("-", "latin-1") == "café\n"


def test_without_standard_input_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UserError, match="no standard input"):
        read_input("-")


def test_bytes_that_do_not_decode_are_located(written: Callable[[bytes], str]) -> None:
    with pytest.raises(UserError, match=r"is not utf-8: byte 0xff at offset 3"):
        read_input(written(b"abc\xff"))
    with pytest.raises(UserError, match="utf-16"):
        read_input(written(b"abc"), "utf-16")


@pytest.mark.parametrize(
    "encoding", ["", "nope", "rot13", "hex", "undefined", "idna", "punycode", "zlib", "a\0b", "é"]
)
def test_odd_encodings_are_a_user_error_or_text(
    written: Callable[[bytes], str], encoding: str
) -> None:
    try:
        found = read_input(written(b"\xffabc-\x80" * 9), encoding)
    except UserError as error:
        found = str(error)
    assert isinstance(found, str)


@pytest.mark.parametrize("path", ["nowhere.txt", ".", "", "x" * 5000, "a\0b", "input/inside"])
def test_files_that_cannot_be_read(written: Callable[[bytes], str], path: str) -> None:
    written(b"")
    with pytest.raises(UserError, match="cannot read"):
        read_input(path)


@drawn
@given(st.dictionaries(any_text, any_text | st.integers() | st.none()))
def test_json_is_one_line_of_ascii_that_reads_back(data: dict[str, Any]) -> None:
    shown = io.StringIO()
    before, sys.stdout = sys.stdout, shown
    try:
        print_json(data)
    finally:
        sys.stdout = before
    line = shown.getvalue()
    assert line.isascii()
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    assert json.loads(line) == data


def ended(
    body: Callable[[], Any], capsys: Captured, monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[Any, str, str]:
    """Run a command line of one command; return its exit code and what it wrote."""
    app = App()
    app.default(body)
    monkeypatch.setattr(sys, "argv", ["charlm", *arguments])
    with pytest.raises(SystemExit) as caught:
        run(app)
    return caught.value.code, *capsys.readouterr()


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (3, 3), (130, 130), ("x", 0)])
def test_a_command_ends_with_its_code(
    result: Any, code: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ended(lambda: result, capsys, monkeypatch) == (code, "", "")


def failing(error: BaseException) -> Callable[[], None]:
    def body() -> None:
        print("some text")  # noqa: T201
        raise error

    return body


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("no such thing\nat all \x1b[2J"), 2),
        (OSError(errno.ENOSPC, "No space left on device"), 2),
        (PermissionError(errno.EACCES, "Permission denied", "novel.txt"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_a_user_can_cause_is_one_line(
    error: BaseException, code: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, out, err = ended(failing(error), capsys, monkeypatch)
    assert (found, out) == (code, "some text\n")
    assert err.startswith("charlm: ")
    assert len(err.splitlines()) == 1
    assert err[:-1].isprintable()


def test_a_command_line_that_makes_no_sense_is_one_line(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (["--nope"], ["--nope", "3", "x\x1b[2Jy"], ["a", "b"]):
        code, out, err = ended(lambda: None, capsys, monkeypatch, *arguments)
        assert (code, out) == (2, "")
        assert err.startswith("charlm: ")
        assert len(err.splitlines()) == 1
        assert err[:-1].isprintable()


@pytest.mark.parametrize("error", [ValueError("a bug"), OSError(errno.EBADF, "a bug")])
def test_a_bug_is_not_hidden(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    app = App()
    app.default(failing(error))
    monkeypatch.setattr(sys, "argv", ["charlm"])
    with pytest.raises(type(error), match="a bug"):
        run(app)


def test_what_the_terminal_cannot_show_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App()
    app.default(lambda: sys.stdout.write("café \ud800 ok"))
    out = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["charlm"])
    with pytest.raises(SystemExit):
        run(app)
    assert out.buffer.getvalue() == b"caf? ? ok"  # type: ignore[attr-defined]


def test_closed_streams_are_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App()
    app.default(lambda: sys.stdout.write("unheard"))
    monkeypatch.setattr(sys, "argv", ["charlm"])
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with pytest.raises(SystemExit) as caught:
        run(app)
    assert sys.stdout.name == os.devnull
    sys.stdout.close()
    sys.stderr.close()
    assert isinstance(caught.value.code, int)
