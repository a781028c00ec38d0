"""A training that was interrupted, by whatever, ends as if it had never been."""

from __future__ import annotations

import json
import os
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
    Result,
    assert_refused,
    last_step,
    options,
    refusals_of_flipped_bits,
    request,
    result,
    resume,
    short_text,
    start,
    train,
    trained,
    trained_until,
)

from charlm.runs.files import LAST, METRICS, VOCABULARY
from charlm.training.events import Evaluated, Event, Saved
from charlm.training.log import read_events
from charlm.training.session import Training
from corpora.errors import UserError

STEPS_PER_PASS = 33
END = 2 * STEPS_PER_PASS
EVALUATIONS = (15, 30, 45, 60, END)


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CHARLM_MIRROR", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return short_text(tmp_path)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What the training of `request` comes to."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARLM_CACHE", str(folder / "cache"))
        trained(start(request(short_text(folder), folder / "run")))
    return result(folder / "run")


def assert_each_step_is_logged_once(run: Path) -> None:
    keys = [(event["event"], event["step"]) for event in result(run).logged]
    assert len(keys) == len(set(keys))
    assert [step for kind, step in keys if kind == "evaluated"] == list(EVALUATIONS)
    assert [step for _, step in keys] == sorted(step for _, step in keys)


@pytest.mark.parametrize(
    ("cell", "precision"), [("rnn", "fp32"), ("gru", "bf16"), ("lstm", "fp32"), ("lstm", "bf16")]
)
def test_many_stops_change_no_bit(text: Path, cell: str, precision: str) -> None:
    """Stops before the first step, within passes, where passes meet, at evaluations, at the end."""
    whole, parts = Path("whole"), Path("parts")
    trained(start(request(text, whole, cell=cell, precision=precision)))
    trained_until(0, start, request(text, parts, cell=cell, precision=precision))
    for step in (1, 2, 14, 15, 16, 30, 32, STEPS_PER_PASS, STEPS_PER_PASS + 1, 45, 50, END):
        trained_until(step, resume, parts)
        assert last_step(parts) == step
    trained(resume(parts))
    assert result(parts) == result(whole)
    assert_each_step_is_logged_once(parts)


@pytest.mark.parametrize("step", [1, 15, 22, STEPS_PER_PASS, END - 1])
def test_one_stop_changes_no_bit(text: Path, uninterrupted: Result, step: int) -> None:
    parts = Path("parts")
    trained_until(step, start, request(text, parts))
    trained(resume(parts))
    assert result(parts) == uninterrupted


def crash(text: Path, run: Path, crashes: Callable[[Training, Event], bool]) -> None:
    """Train with a save at every step, and leave the training at the event at which it crashes."""
    with start(request(text, run, save_seconds=0.0)) as training:
        for event in training.events():
            if crashes(training, event):
                break


def test_a_crash_after_a_save_by_the_clock_changes_no_bit(
    text: Path, uninterrupted: Result
) -> None:
    """What was done and logged since the last save is done again, and logged once."""

    def crashes(training: Training, event: Event) -> bool:
        if event.step == 37:
            training.trainer.config = training.trainer.config.replace({"save_seconds": 1e6})
        return event.step == 50

    parts = Path("parts")
    crash(text, parts, crashes)
    saved = last_step(parts)
    assert 37 <= saved < 50
    assert max(event["step"] for event in read_events(parts)) == 50
    trained(resume(parts))
    assert result(parts) == uninterrupted


def test_a_crash_during_the_last_evaluation_does_not_log_it_twice(
    text: Path, uninterrupted: Result
) -> None:
    """The last step may have been saved by the clock, before its evaluation was."""
    parts = Path("parts")
    crash(text, parts, lambda _, event: isinstance(event, Evaluated) and event.step == END)
    assert last_step(parts) == END
    trained(resume(parts))
    assert result(parts) == uninterrupted
    assert_each_step_is_logged_once(parts)


@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_last_line_is_dropped(text: Path, uninterrupted: Result, cut: int) -> None:
    parts = Path("parts")
    trained_until(37, start, request(text, parts))
    log = parts / METRICS
    with log.open("ab") as file:
        file.write(b'{"event": "step", "step": 40, "epoch": 1.2}\n'[:-cut])
    trained(resume(parts))
    assert result(parts) == uninterrupted
    for line in log.read_text().splitlines():
        json.loads(line)


def test_a_finished_run_goes_on_when_it_is_given_more_passes(text: Path) -> None:
    run = Path("run")
    trained(start(request(text, run)))
    assert trained(resume(run))[-1].step == END
    before = list(read_events(run))
    events = trained(resume(run, changes={"epochs": 3}))
    assert events[0].step == END
    assert events[-1].step == 3 * STEPS_PER_PASS
    assert list(read_events(run))[: len(before)] == before
    assert json.loads((run / "config.json").read_text())["training"]["epochs"] == 3
    assert trained(resume(run))[-1].step == 3 * STEPS_PER_PASS


def test_what_has_changed_is_refused(text: Path) -> None:
    run = Path("run")
    trained_until(20, start, request(text, run))
    written = text.read_text()
    for other in (written + "x", written[:-1], written.swapcase()):
        text.write_text(other)
        assert_refused(run, "has changed")
    text.unlink()
    assert_refused(run, "there is no file")
    moved = text.with_name("moved.txt")
    moved.write_text(written)
    trained(resume(run, corpus=str(moved)))
    assert last_step(run) == END


def damage_digit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def damage_all(path: Path) -> None:
    path.write_bytes(b"\x80\x04")


@pytest.mark.parametrize("file", [LAST, "config.json", VOCABULARY])
@pytest.mark.parametrize("damage", [damage_end, damage_all, Path.unlink])
def test_damage_is_refused(text: Path, file: str, damage: Callable[[Path], None]) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    damage(run / file)
    assert_refused(run, re.escape("run" if file == LAST else file))


def test_a_single_wrong_bit_is_refused(text: Path) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    damage_digit(run / LAST)
    assert_refused(run, "damaged")


def test_the_vocabulary_of_another_run_is_refused(text: Path) -> None:
    run, other = Path("run"), Path("other")
    trained_until(1, start, request(text, run))
    more = text.with_name("more.txt")
    more.write_text(text.read_text() + "0123456789")
    trained_until(1, start, request(more, other))
    shutil.copy(other / VOCABULARY, run / VOCABULARY)
    assert_refused(run, re.escape("vocabulary.json does not belong to the checkpoint"))


@pytest.mark.parametrize("file", ["config.json", VOCABULARY])
def test_a_harmed_description_is_refused_or_changes_nothing(text: Path, file: str) -> None:
    """What the training depends on stands in the checkpoint as well, under its checksum."""
    run = Path("run")
    trained_until(5, start, request(text, run))
    refusals_of_flipped_bits(run, file, 200)


def test_two_processes_do_not_train_in_one_folder(text: Path) -> None:
    run = Path("run")
    with start(request(text, run)) as training:
        for event in training.events():
            if isinstance(event, Saved):
                break
        assert_refused(run, "another process is training")
    trained(resume(run))


def test_a_run_that_never_saved_says_so_and_can_be_begun_anew(text: Path) -> None:
    run = Path("run")
    with start(request(text, run)) as training:
        next(iter(training.events()))
    assert_refused(run, "ended before its first save; remove it and train anew")
    with (
        pytest.raises(UserError, match="remove it, or name another --out"),
        start(request(text, run)),
    ):
        pass
    shutil.rmtree(run)
    trained(start(request(text, run)))
    assert last_step(run) == END


def test_what_killed_processes_left_behind_is_removed_and_nothing_else(text: Path) -> None:
    run = Path("run")
    trained_until(3, start, request(text, run))
    token = "0123456789abcdef"
    left = [run / f".model.safetensors.{token}.tmp"]
    left.append((run / LAST).with_name(f".checkpoint.safetensors.{token}.tmp"))
    own = [run / ".notes.tmp", run / f".notes.{token}.tmp", run / ".model.safetensors.0123.tmp"]
    for path in (*left, *own):
        path.write_bytes(b"half a file")
        os.utime(path, (0, 0))
    trained(resume(run))
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in own)


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
        assert command[:3] == ["python", "-m", "charlm.train"]
        end = last_step(run) + 7
        budget = ["--epochs", str(1 + end // STEPS_PER_PASS)] if code == 143 else []
        process = train(*command[3:], *budget, folder=tmp_path)
    assert "finished at step" in ended(process, 0)
    kinds = [event["event"] for event in read_events(run)]
    assert kinds.count("started") == 3
    assert kinds.count("finished") == 3


def test_options_that_would_change_the_training_are_refused(text: Path, tmp_path: Path) -> None:
    trained_until(1, start, request(text, Path("run")))
    process = train("--resume", "run", "--hidden-size", "12", folder=tmp_path)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    assert err == "charlm: --hidden-size cannot change while a training is resumed\n"


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
