"""`charlm imdb classify` as a program of its own, with a terminal or a pipe."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from forked_programs import Program

pytestmark = pytest.mark.long


def started(model: Path, *arguments: str, **about: Any) -> Program:
    command = ("-m", "charlm", "imdb", "classify", "--model", model, *arguments)
    return Program(*command, env={**os.environ, "TERM": "xterm"}, text=False, **about)


def read_until(terminal: int, end: bytes, seconds: float = 60) -> bytes:
    """What comes to the terminal, up to `end` or, without one, to its last byte."""
    seen, before = b"", time.monotonic() + seconds
    with suppress(OSError):  # Linux's way to say that the other side has closed
        while not (end and seen.endswith(end)) and time.monotonic() < before:
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 1 << 16)
    return seen


def test_results_go_where_they_are_sent_while_a_bar_is_drawn(good_or_bad: Path) -> None:
    """Even though the bar is on a terminal."""
    Path("lines.txt").write_text("a superb film\n" * 40)
    ours, theirs = pty.openpty()
    with Path("labels.jsonl").open("wb") as file:
        program = started(good_or_bad, "lines.txt", "--json", stdout=file, stderr=theirs)
        os.close(theirs)
        seen = read_until(ours, b"")
    os.close(ours)
    assert program.wait(timeout=60) == 0
    lines = Path("labels.jsonl").read_text().splitlines()
    assert [json.loads(line)["row"] for line in lines] == list(range(1, 41))
    assert b"classifying" in seen
    assert b"probabilities" not in seen


@pytest.mark.parametrize(("key", "code"), [(b"\x04", 0), (b"\x03", 130)])
def test_texts_are_asked_for_one_by_one(good_or_bad: Path, key: bytes, code: int) -> None:
    """Ctrl-D and Ctrl-C end that."""
    ours, theirs = pty.openpty()
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    program = started(good_or_bad, **streams, leads="terminal")
    os.close(theirs)
    assert b"Ctrl-D ends" in read_until(ours, b"> ")
    for typed, label in (
        (b"superb\r", b"good  "),
        (b"dulX\x7fl\r", b"bad  "),
        (b"\r", b"no words"),
    ):
        os.write(ours, typed)
        assert label in read_until(ours, b"> ")
    rest = b""
    # Python's prompt misses a SIGINT that comes just before it waits; nobody types that fast. And a
    # second one while it ends would end it in another way.
    for _ in range(6):
        with suppress(OSError):  # it may have ended by now
            os.write(ours, key)
        rest += read_until(ours, b"", seconds=10)
        with suppress(subprocess.TimeoutExpired):  # it closes its terminal before it has ended
            program.wait(timeout=5)
            break
    os.close(ours)
    assert program.wait(timeout=60) == code, rest
    assert (b"charlm: interrupted" in rest) == (code == 130)
    assert b"Traceback" not in rest


def test_a_reader_that_leaves_is_no_error(good_or_bad: Path) -> None:
    Path("lines.txt").write_text("a superb film\n" * 5000)
    with started(good_or_bad, "lines.txt") as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline().startswith(b"good")
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode == 141
