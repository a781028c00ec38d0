"""Quitting at any moment is quick, and restores the terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ENTERED, CTRL_Q = b"\x1b[?1049h", b"\x11"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l")
"""Codes that leave the alternate screen, show the cursor and give the mouse back."""


def read_terminal(terminal: int, seconds: float, enough: Callable[[bytes], bool]) -> bytes:
    """Read from a terminal until `enough` holds, or for that many seconds."""
    seen, end = b"", time.perf_counter() + seconds
    while not enough(seen) and time.perf_counter() < end:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # nobody writes there any more
                break
    return seen


@dataclass(frozen=True)
class Session:
    """How an app started and ended."""

    start_seconds: float
    quit_seconds: float
    code: int
    written: bytes
    """What it wrote to the terminal after ctrl+q."""


def open_and_quit(pane: str, after: float, keys: bytes) -> Session:
    """Open the app at a pane, press keys and, after so many seconds, ctrl+q."""
    state = Path("state")
    state.mkdir(exist_ok=True)
    (state / "tui.json").write_text(json.dumps({"pane": pane}))
    ours, theirs = pty.openpty()
    environment = {**os.environ, "CHARLM_STATE": str(state), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "tui"]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        assert ENTERED in read_terminal(ours, 20, lambda seen: ENTERED in seen)
        started = time.perf_counter() - began
        os.write(ours, keys)
        read_terminal(ours, after, lambda _: False)
        began = time.perf_counter()
        os.write(ours, CTRL_Q)
        seen = read_terminal(ours, 20, lambda _: process.poll() is not None)
        took = time.perf_counter() - began
        seen += read_terminal(ours, 0.1, lambda _: False)
    finally:
        process.kill()
        code = process.wait()
        os.close(ours)
    return Session(started, took, code, seen)


CASES = [
    ("generate", 0.5, b"\r"),
    ("classify", 1.5, b"A superb film."),
    *(
        pytest.param(pane, after, keys, marks=pytest.mark.slow)
        for pane, keys in (
            ("generate", b"\r"),
            ("generate", b"\r\x13"),  # while a question is asked
            ("classify", b"A superb film."),
            ("translate", b" twice"),
            ("train", b""),
        )
        for after in (0.1, 0.4, 0.8, 1.2, 2.5)
    ),
]


@pytest.mark.parametrize(("pane", "after", "keys"), CASES)
def test_quitting_waits_for_nothing(pane: str, after: float, keys: bytes) -> None:
    session = open_and_quit(pane, after, keys)
    assert session.code == 0
    assert all(restored in session.written for restored in RESTORED)
    assert b"Traceback" not in session.written
    assert session.quit_seconds < 1 + 2 * session.start_seconds  # 0.22 after 0.25 to start
