"""Quitting, in a terminal, at any moment: soon, and with the terminal as it was."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ENTERED, CTRL_Q = b"\x1b[?1049h", b"\x11"
RESTORED = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l")
"""The alternate screen is left, the cursor is there again, the mouse is the terminal's."""


def pumped(terminal: int, seconds: float, enough: Callable[[bytes], bool]) -> bytes:
    """Read what comes from a terminal until it is enough, or for so many seconds."""
    seen, end = b"", time.perf_counter() + seconds
    while not enough(seen) and time.perf_counter() < end:
        if select.select([terminal], [], [], 0.01)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # nobody writes there any more
                break
    return seen


def quitted(pane: str, after: float, keys: bytes) -> tuple[float, int, bytes]:
    """Open the app at a pane, press keys and, after so many seconds, ctrl+q.

    Returns the seconds from then until it has ended, its exit code, and what it wrote meanwhile.
    """
    state = Path("state")
    state.mkdir(exist_ok=True)
    (state / "tui.json").write_text(json.dumps({"pane": pane}))
    ours, theirs = pty.openpty()
    environment = {**os.environ, "CHARLM_STATE": str(state), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "tui"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        pumped(ours, 20, lambda seen: ENTERED in seen)
        os.write(ours, keys)
        pumped(ours, after, lambda _: False)
        began = time.perf_counter()
        os.write(ours, CTRL_Q)
        seen = pumped(ours, 20, lambda _: process.poll() is not None)
        took = time.perf_counter() - began
        seen += pumped(ours, 0.1, lambda _: False)
    finally:
        process.kill()
        code = process.wait()
        os.close(ours)
    return took, code, seen


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
def test_quitting_takes_less_than_a_second(pane: str, after: float, keys: bytes) -> None:
    took, code, seen = quitted(pane, after, keys)
    assert code == 0
    assert all(restored in seen for restored in RESTORED)
    assert b"Traceback" not in seen
    assert took < 1
