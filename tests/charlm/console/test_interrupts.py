"""Signals, closed pipes and terminals that are gone: nothing is lost."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from forked_programs import Program
from training_helpers import environment, last_step, options, resume, short_text, trained

from charlm.console.program import OUT_OF_MEMORY, is_out_of_memory, printable
from charlm.runs.files import METRICS, MODEL
from charlm.runs.run_folder import RunFolder

pytestmark = pytest.mark.long

SECONDS = 60
LONG = options(epochs=3000, evaluate_every=15, save_seconds=0)


def wait_for(what: str, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until, f"waited {SECONDS} s for {what}"
        time.sleep(0.02)


def begin(folder: Path, **about: Any) -> Program:
    """Start a training that goes on for long, in a folder of its own."""
    text = short_text(folder)
    command = ("-m", "charlm.train", text, "--out", "run", *LONG)
    return Program(*command, cwd=folder, env=environment(folder), **about)


def trains(folder: Path) -> bool:
    log = folder / "run" / METRICS
    return log.exists() and b'"evaluated"' in log.read_bytes()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_training_with_a_save(tmp_path: Path, name: str) -> None:
    with begin(tmp_path) as program:
        wait_for("the first evaluation", lambda: trains(tmp_path))
        program.send_signal(getattr(signal, name))
        out, err = program.communicate(timeout=SECONDS)
    assert program.returncode == 128 + getattr(signal, name), err
    assert "resume with: charlm train --resume run" in out
    assert err == ""
    assert last_step(tmp_path / "run") > 0


def test_a_reader_that_leaves_does_not_end_a_training(tmp_path: Path) -> None:
    with begin(tmp_path) as program:
        assert program.stdout is not None
        assert "training run" in program.stdout.readline()
        program.stdout.close()  # as `| head -1` does
        wait_for("the first evaluation", lambda: trains(tmp_path))
        before = last_step(tmp_path / "run")
        wait_for("the training to go on", lambda: last_step(tmp_path / "run") > before + 60)
        program.send_signal(signal.SIGINT)
        assert program.stderr is not None
        assert program.stderr.read() == ""
        assert program.wait(SECONDS) == 128 + signal.SIGINT
    assert (tmp_path / "run" / MODEL).exists()


def test_a_terminal_that_is_closed_does_not_lose_a_training(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    streams = {"stdin": slave, "stdout": slave, "stderr": slave}
    with begin(tmp_path, leads="terminal", **streams) as program:
        os.close(slave)
        wait_for("the first evaluation", lambda: trains(tmp_path))
        os.close(master)  # the window is closed: SIGHUP, and every write fails
        program.wait(SECONDS)
    assert program.returncode == 128 + signal.SIGHUP
    step = last_step(tmp_path / "run")
    assert step > 0
    events = trained(resume(tmp_path / "run", changes={"max_minutes": 1e-6}))
    assert events[0].step == step


def test_a_disk_that_is_full_for_the_log_leaves_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training_helpers import request, start

    from charlm.training.log import LogWriter
    from corpora.errors import UserError

    count = iter(range(10**6))
    real = LogWriter.__call__

    def fail(log: LogWriter, event: object) -> None:
        if next(count) == 9:
            raise UserError("the disk is full")
        real(log, event)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(LogWriter, "__call__", fail)
        with pytest.raises(UserError, match="full"):
            trained(start(request(short_text(tmp_path), Path("run"))))
    assert last_step(Path("run")) > 15
    trained(resume(Path("run")))


def test_stop_ends_a_training_from_outside(tmp_path: Path, charlm: Callable[..., object]) -> None:
    with begin(tmp_path) as program:
        wait_for("the first evaluation", lambda: trains(tmp_path))
        assert RunFolder(tmp_path / "run").find_training() == program.pid
        ended = charlm("stop", tmp_path / "run")
        program.communicate(timeout=SECONDS)
    assert (ended.code, ended.err) == (0, "")  # type: ignore[attr-defined]
    assert "resume with: charlm train --resume" in ended.out  # type: ignore[attr-defined]
    assert program.returncode == 128 + signal.SIGINT
    assert RunFolder(tmp_path / "run").find_training() is None


def test_stop_believes_no_number_in_a_file(run: Path, refused: Callable[..., str]) -> None:
    (run / ".lock").write_text(f"{os.getpid()}\n")
    assert "no training is under way" in refused("stop", run)
    assert "not a run folder" in refused("stop", "nowhere")
    assert "--wait must lie" in refused("stop", run, "--wait", "-1")


MEMORY = [
    MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
    type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory. Tried to allocate 2 GiB"),
]


@pytest.mark.parametrize("error", MEMORY)
def test_memory_that_is_used_up_is_a_line(
    refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*given: object, **named: object) -> None:
        raise error

    monkeypatch.setattr("charlm.commands.generate.load", fail)
    assert refused("generate") == f"charlm: {OUT_OF_MEMORY}\n"


def test_other_errors_are_not_taken_for_memory() -> None:
    assert not is_out_of_memory(RuntimeError("size mismatch"))
    assert not is_out_of_memory(ValueError("memory"))


def test_bidi_controls_and_escapes_are_replaced() -> None:
    hostile = "a\u202egnp.exe\x1b]52;c;eA==\x07\u2066b\u200f\x9b31m"
    shown = printable(hostile)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", shown)
    assert printable("שלום, naïve “text”\n\t") == "שלום, naïve “text”\n\t"


@pytest.mark.parametrize("moment", [0.0, 0.03, 0.08, 0.2, 0.5])
def test_ctrl_c_is_one_line_at_any_moment(tmp_path: Path, moment: float) -> None:
    command = [sys.executable, "-m", "charlm", "generate", "--length", "100000"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=take_interrupts,
    ) as program:
        # From the first line of the program on: Python's own start takes no signals.
        wait_for("the interpreter", lambda: "\0generate\0" in command_line(program.pid))
        time.sleep(0.03 + moment)
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=SECONDS)
    if "Traceback" in err:  # Python itself was starting, and had not called the program yet
        assert not re.search(r"__main__\.py\", line \d+, in main", err), err
        assert program.returncode in (1, -signal.SIGINT)
    else:
        assert program.returncode in (130, -signal.SIGINT)


def take_interrupts() -> None:
    """Take SIGINT back, which a shell ignores for what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""
