"""Quitting at any moment is quick, and restores the terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from terminals import ENTERED, RESTORED, read_terminal

CTRL_Q = b"\x11"


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
