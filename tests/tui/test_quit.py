"""Quitting at any moment is quick, and restores the terminal."""

from __future__ import annotations

import asyncio
import itertools
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
from textual.events import Mount
from textual.message import Message
from textual.message_pump import MessagePump

from tui.app import CharlmApp

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


@pytest.mark.parametrize("pane", ["generate", "train"])
def test_quitting_while_widgets_are_mounted_is_no_error(
    pane: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatch = MessagePump._dispatch_message
    for last in (5, 18, 23, 28):
        app, mounted = CharlmApp(), itertools.count(1)
        app.state.pane = app.active = pane

        async def dispatch_or_quit(pump: MessagePump, message: Message) -> None:
            if isinstance(message, Mount) and next(mounted) == last:  # noqa: B023
                app.exit()  # noqa: B023
            await dispatch(pump, message)

        monkeypatch.setattr(MessagePump, "_dispatch_message", dispatch_or_quit)
        asyncio.run(asyncio.wait_for(app.run_async(headless=True), 30))
        assert app._exception is None
        assert app._exit
