"""Files that are read, and what a model does not know of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_models import language_model

from corpora.errors import UserError
from tui.generate import reading
from tui.generate.reading import describe_unknown, list_unknown, read_file

MODEL = language_model()


def test_a_file_has_line_feeds_only(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes("é\r\nb\rc\n".encode())
    assert read_file(file) == ("é\nb\nc\n", False)


def test_a_long_file_is_read_up_to_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_CHARACTERS", 10)
    monkeypatch.setattr(reading, "MOST_BYTES", 21)
    file = tmp_path / "text.txt"
    file.write_text("é" * 11)
    assert read_file(file) == ("é" * 10, True)
    file.write_text("é" * 10)
    assert read_file(file) == ("é" * 10, False)
    file.write_text("a" * 11)
    assert read_file(file) == ("a" * 10, True)


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\xff\xfe\xfa" * 9)
    for name in ("data", "none", "."):
        with pytest.raises(UserError):
            read_file(tmp_path / name)


def test_unknown_characters_are_listed_by_number() -> None:
    text = "bad x\u201c \u201cyxx"
    assert list_unknown(MODEL, text) == "xy\u201c"
    assert describe_unknown(MODEL, text) == "'x' 3×, '\u201c' 2×, 'y' 1×"
    many = "".join(map(chr, range(0x400, 0x414)))
    assert describe_unknown(MODEL, many).endswith(", and 8 others")
