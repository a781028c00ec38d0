"""A training that signals end, or kills, is resumed to the same end."""

from __future__ import annotations

import random
import re
import shlex
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_programs import Program
from training_helpers import (
    STEPS_PER_PASS,
    last_step,
    options,
    result,
    train,
)

from charlm.runs.files import LAST, METRICS
from charlm.training.log import read_events

pytestmark = pytest.mark.long


def wait_for(condition: Callable[[], bool], process: Program) -> None:
    """Wait until `condition` holds or the process has ended."""
    while process.poll() is None and not condition():
        time.sleep(0.002)


def ended(process: Program, code: int) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    return out


def logged_step(run: Path) -> int:
    """The last step in the log, read while it is being written."""
    try:
        steps = re.findall(rb'"step": (\d+)', (run / METRICS).read_bytes())
    except OSError:
        return -1
    return int(steps[-1]) if steps else -1


def test_signals_end_a_training_that_can_be_resumed(text: Path, tmp_path: Path) -> None:
    """Ctrl-C, then `kill`, then no more; each time by the line that the program prints."""
    many = options(epochs=200, evaluate_every=10)  # far more than there is time for
    process = train(text, "--out", "a run", *many, folder=tmp_path)
    run = tmp_path / "a run"
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        reached = logged_step(run)
        wait_for(lambda reached=reached: logged_step(run) > max(10, reached), process)
        process.send_signal(number)
        out = ended(process, code)
        assert "interrupted at step" in out
        line = out.split("resume with: ")[1].splitlines()[0]
        command = shlex.split(line)
        assert command[:2] == ["charlm", "train"]
        end = last_step(run) + 7
        budget = ["--epochs", str(1 + end // STEPS_PER_PASS)] if code == 143 else []
        process = train(*command[2:], *budget, folder=tmp_path)
    assert "finished at step" in ended(process, 0)
    kinds = [event["event"] for event in read_events(run)]
    assert kinds.count("started") == 3
    assert kinds.count("finished") == 3


def killed_again_and_again(text: Path, folder: Path, kills: int, seed: int) -> int:
    """Train with a kill -9 at each of `kills` random moments; return how many broke a save."""
    draw = random.Random(seed)
    run, small = folder / "killed", options(epochs=6, save_seconds=0.0, sample_length=40)
    broken = 0
    for number in range(kills):
        if (run / LAST).exists():
            process = train("--resume", "killed", folder=folder)
        else:
            shutil.rmtree(run, ignore_errors=True)
            process = train(text, "--out", "killed", *small, folder=folder)
        if draw.random() < 0.15:
            time.sleep(draw.uniform(0, 2))  # while it starts, mostly
        else:
            # Somewhere on the way from where it is now to the end.
            start_step = max(0, last_step(run))
            left = (6 * STEPS_PER_PASS - start_step) / (kills - number)
            goal = start_step + draw.uniform(0, 2 * left)
            wait_for(lambda goal=goal: logged_step(run) > goal, process)
            time.sleep(draw.uniform(0, 0.02))
        process.kill()
        process.communicate()
        broken += len(list(run.glob("last/.*.tmp")))
        for leftover in run.glob("**/.*.tmp"):
            leftover.unlink()
    ended(train("--resume", "killed", folder=folder), 0)
    return broken


def check_kills(text: Path, folder: Path, kills: int, seed: int) -> int:
    ended(train(text, "--out", "whole", *options(epochs=6, sample_length=40), folder=folder), 0)
    broken = killed_again_and_again(text, folder, kills, seed)
    whole, killed = result(folder / "whole"), result(folder / "killed")
    assert killed == whole
    keys = [(event["event"], event["step"]) for event in killed.logged]
    assert len(keys) == len(set(keys))
    return broken


def test_a_training_that_is_killed_a_few_times_ends_with_the_same_weights(
    text: Path, tmp_path: Path
) -> None:
    check_kills(text, tmp_path, 4, seed=1)


@pytest.mark.slow
def test_a_training_that_is_killed_twenty_times_ends_with_the_same_weights(
    text: Path, tmp_path: Path
) -> None:
    assert check_kills(text, tmp_path, 20, seed=2) > 0  # some of them in the midst of a save
