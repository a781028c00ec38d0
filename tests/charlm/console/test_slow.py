"""A line about what takes long: after a second, gone at the end, never in a pipe."""

from __future__ import annotations

import io
import subprocess
import time

import pytest
from pseudo_terminal import Program, cursor_is_shown
from rich.console import Console

from charlm.console.slow import counting, slow

pytestmark = pytest.mark.long

WAIT = """
import time
from charlm.console.program import stderr
from charlm.console.slow import counting, slow
with {display} as shown:
    time.sleep({seconds})
print("done")
"""


@pytest.mark.parametrize(
    "display", ["slow(stderr(), 'reading')", "counting(stderr(), 'reading', 9)"]
)
@pytest.mark.parametrize(("seconds", "shown"), [(0.3, False), (1.5, True)])
def test_a_line_comes_after_a_second_and_goes(display: str, seconds: float, shown: bool) -> None:
    program = Program(WAIT.format(display=display, seconds=seconds))
    assert program.end() == 0
    assert (b"reading" in program.seen) == shown
    assert cursor_is_shown(program.seen)
    last = program.seen.rsplit(b"\n", 2)[-2]
    assert b"done" in last
    assert b"reading" not in last
    if shown:
        assert b"\x1b[2K" in program.seen.split(b"reading")[-1]


def test_nothing_is_written_into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    code = WAIT.format(display="slow(stderr(), 'reading', after=0)", seconds=0.2)
    program = Program(code, stderr=subprocess.PIPE)
    assert program.end() == 0
    assert program.process.stderr is not None
    with program.process.stderr as errors:
        assert errors.read() == b""


def test_without_a_terminal_both_do_nothing() -> None:
    console = Console(file=io.StringIO())
    before = time.perf_counter()
    with slow(console, "reading") as status, counting(console, "counting", None) as advance:
        status.update("still reading")
        advance(3)
    assert time.perf_counter() - before < 0.5
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]


def test_an_error_passes_through() -> None:
    with pytest.raises(ValueError, match="a bug"), slow(Console(file=io.StringIO()), "reading"):
        raise ValueError("a bug")
