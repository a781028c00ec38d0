"""The owner of trainings starts each once, stops it once, and says why it ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from training_logs import write_log

from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError
from tui.train.form import Form
from tui.train.owner import SAVES, SAVES_ALREADY, Trainings
from tui.train.process import DIVERGED, Training
from tui.train.tasks import load_task

ENDS = {
    "good": "",
    "asked": "import sys; sys.exit(130)",
    "refused": "import sys; sys.stderr.write('a notice\\ncharlm: no such thing\\n'); sys.exit(2)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "ended": "import sys; sys.exit(143)",
    "diverged": "import sys; sys.stderr.write('a notice\\n'); sys.exit(1)",
    "broken": "raise ValueError('what')",
    "silent": "import sys; sys.exit(1)",
}
WHY = {
    "good": None,
    "asked": None,
    "refused": "no such thing",
    "killed": "the training was ended by the system (signal 9)",
    "ended": "the training was ended from outside (signal 15)",
    "diverged": DIVERGED,
    "broken": "ValueError: what",
    "silent": "the training has failed",
}


def wait(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("how", ENDS)
def test_every_end_that_is_no_success_says_why(how: str) -> None:
    Path("ending.py").write_text(ENDS[how])
    folder = write_log(Path("runs/mine"), end=how)
    training = Training(folder, ["ending"])
    wait(lambda: not training.running)
    assert training.get_error() == WHY[how]


def test_an_app_that_ends_first_closes_what_it_read() -> None:
    Path("ending.py").write_text("")
    training = Training(write_log(Path("runs/mine")), ["ending"])
    process, errors = training._process, training._errors
    del training  # and nobody has asked how it ended
    assert errors.closed
    assert process.wait() == 0


@pytest.mark.usefixtures("stand_in_training")
def test_a_folder_is_reserved_and_two_clicks_are_one_start() -> None:
    trainings, form = Trainings(), Form(load_task("text"))
    first = trainings.start(form)
    assert first is not None
    assert first.folder.is_dir()
    assert trainings.start(form) is None
    other = Form(load_task("text"))
    other.set("seed", "2")
    second = trainings.start(other)
    assert second is not None
    assert second.folder == Path("runs/sample-2")
    (first.folder / "metrics.jsonl").write_text("")  # it is no longer starting
    third = trainings.start(form)
    assert third is not None
    assert len(trainings.list_running()) == 3
    for one in (first, second, third):
        one._process.kill()
    wait(lambda: not trainings.list_running())
    ends = {end.name: end.error for end in trainings.collect_ends()}
    assert set(ends) == {"runs/sample", "runs/sample-2", "runs/sample-3"}
    assert all("signal 9" in str(why) for why in ends.values())
    assert not Path("runs/sample-2").exists()  # nothing was in it
    assert trainings.collect_ends() == []


@pytest.mark.usefixtures("stand_in_training")
def test_a_stop_asked_twice_is_one_stop() -> None:
    trainings = Trainings()
    training = trainings.start(Form(load_task("text")))
    assert training is not None
    wait(Path("ready").exists)
    name = str(training.folder)
    assert [trainings.stop(name) for _ in range(3)] == [SAVES, SAVES_ALREADY, SAVES_ALREADY]
    wait(lambda: not training.running)
    assert training._process.returncode == 130
    assert [end.error for end in trainings.collect_ends()] == [None]


def test_a_training_of_another_program_is_stopped_once(monkeypatch: pytest.MonkeyPatch) -> None:
    folder, trainings = RunFolder(write_log(Path("runs/mine"))), Trainings()
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr("os.kill", lambda *about: asked.append(about))
    with pytest.raises(UserError, match="nothing is training"):
        trainings.stop("runs/mine")
    with folder.locked():
        assert [trainings.stop("runs/mine") for _ in range(2)] == [SAVES, SAVES_ALREADY]
        with pytest.raises(UserError, match="already training"):
            trainings.resume(folder.path)
    assert len(asked) == 1


def test_what_cannot_start_leaves_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    trainings, form = Trainings(), Form(load_task("text"))
    form.set("num_layers", "0")
    with pytest.raises(UserError, match="layers must lie"):
        trainings.start(form)
    assert not Path("runs").exists()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(UserError, match="cannot start"):
        trainings.start(Form(load_task("text")))
    assert not list(Path("runs").iterdir())


def test_a_run_without_a_save_cannot_be_resumed() -> None:
    with pytest.raises(UserError, match="cannot be resumed"):
        Trainings().resume(write_log(Path("runs/mine")))
