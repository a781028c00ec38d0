from __future__ import annotations

import errno

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from corpora.errors import UserError, os_error


@given(st.text(st.characters(exclude_categories=())))
def test_the_line_can_always_be_printed_as_one_line(message: str) -> None:
    line = str(UserError(message))
    line.encode("utf-8")
    assert len(line.splitlines()) <= 1
    if message.isprintable():
        assert line == message


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_system_error_becomes_a_line_with_the_path_and_the_deed(number: int) -> None:
    line = str(os_error(OSError(number, "strange weather"), "novel.txt", "write", "do this"))
    assert line.startswith("cannot write novel.txt: ")
    assert line.endswith("; do this")
    assert len(line) > len("cannot write novel.txt: ; do this")


def test_an_error_without_a_number_still_has_a_reason() -> None:
    assert str(os_error(OSError("no idea"), "x")) == "cannot read x: no idea"


def test_a_notebook_shows_the_line_alone(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    ended = shell.run_cell("from corpora.errors import UserError\nraise UserError('no such text')")
    assert isinstance(ended.error_in_exec, UserError)
    shown = capsys.readouterr()
    assert (shown.out + shown.err).strip() == "charlm: no such text"
