"""What differs on other systems, as far as one can tell from here."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from charlm import system
from charlm.system import interrupt, is_broken_pipe, join_words
from corpora.atomic import write_atomic
from corpora.errors import UserError

WORDS = ["charlm", "generate", "my runs/one", "it's", 'a "b"', ""]


def test_a_line_is_cut_into_its_words_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shlex.split(join_words(WORDS)) == WORDS
    monkeypatch.setattr(system, "WINDOWS", True)
    assert join_words(WORDS[:3]) == 'charlm generate "my runs/one"'


def test_windows_ends_no_training_without_a_save(monkeypatch: pytest.MonkeyPatch) -> None:
    """There os.kill ends the process at once."""

    def kill(process: int, number: int) -> None:
        raise AssertionError("killed")

    monkeypatch.setattr(system, "WINDOWS", True)
    monkeypatch.setattr(os, "kill", kill)
    with pytest.raises(UserError, match="Ctrl-C in its own window"):
        interrupt(1)


def test_an_interrupted_process_sees_a_ctrl_c() -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        interrupt(process.pid)
        assert process.wait() == -2


def test_a_broken_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = OSError(errno.EINVAL, "Invalid argument")
    assert is_broken_pipe(BrokenPipeError())
    assert not is_broken_pipe(wrong)
    monkeypatch.setattr(system, "WINDOWS", True)
    assert is_broken_pipe(wrong)
    assert not is_broken_pipe(OSError(errno.EINVAL, "Invalid argument", "a file"))
    assert not is_broken_pipe(OSError(errno.ENOSPC, "full"))


def test_a_file_that_is_read_is_replaced_when_its_reader_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows refuses to replace it before; other systems never do, so there it is an error."""
    replace, refusals = Path.replace, [PermissionError(errno.EACCES, "in use")] * 3

    def refuse(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserError, match="permission denied"):
        write_atomic(Path("a.txt"), b"one")
    assert len(refusals) == 2
    monkeypatch.setattr("corpora.atomic._WINDOWS", True)
    write_atomic(Path("a.txt"), b"two")
    assert Path("a.txt").read_bytes() == b"two"
