"""Ctrl-Z and SIGTERM never leave a terminal without its cursor."""

from __future__ import annotations

import signal

import pytest
from pseudo_terminal import HIDE, SHOW, Program, cursor_is_shown

pytestmark = pytest.mark.long

COMMAND = """
import time
from cyclopts import App
from charlm.console.program import run, stderr, stdout
from charlm.console.slow import counting, slow
app = App()

@app.default
def wait():
    with {display}:
        for _ in range(600):
            time.sleep(0.1)

run(app)
"""

EVALUATE = """
import sys
sys.argv = ["charlm", "scan", "evaluate"]
from charlm.__main__ import main
main()
"""

LIVE = """
import time
from charlm.console.live import LiveDisplay
from charlm.console.program import _signals_as_exceptions, stdout
with _signals_as_exceptions(), LiveDisplay(stdout()).live:
    for _ in range(600):
        time.sleep(0.1)  # a signal just before a long sleep would be seen only after it
"""

DISPLAYS = {
    "status": COMMAND.format(display="stderr().status('waiting')"),
    "counting": COMMAND.format(display="counting(stderr(), 'waiting', 9, after=0)"),
    "slow": COMMAND.format(display="slow(stderr(), 'waiting', after=0.1)"),
    "live": LIVE,
    "evaluate": EVALUATE,
}


@pytest.mark.parametrize("name", DISPLAYS)
def test_the_cursor_is_shown_while_the_program_is_stopped_and_when_it_has_ended(name: str) -> None:
    program = Program(DISPLAYS[name])
    program.read_until(HIDE)
    for _ in range(2):
        program.stop()
        assert cursor_is_shown(program.seen)
        program.process.send_signal(signal.SIGCONT)
        program.read_until(HIDE)
        assert not cursor_is_shown(program.seen)
    assert program.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert cursor_is_shown(program.seen)
    assert b"Traceback" not in program.seen


def test_after_a_display_the_stop_key_is_the_system_s_again() -> None:
    code = COMMAND.format(display="stderr().status('waiting'): time.sleep(0.1)\n    if True")
    program = Program(code)
    program.read_until(SHOW)
    assert program.stop() == b""
    program.process.send_signal(signal.SIGCONT)
    assert program.end(signal.SIGTERM) == 128 + signal.SIGTERM
