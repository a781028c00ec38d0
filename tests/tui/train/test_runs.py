"""What the app says of runs: their figures, how they differ, where they learn by heart."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tiny_models import write_run
from training_logs import make_config, make_events, write_log

from charlm.runs.files import CONFIG, METRICS
from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError
from tui.train.differences import describe_difference, list_differences
from tui.train.figures import find_share_done, format_best, format_figures, format_took
from tui.train.log import Evaluation, RunLog
from tui.train.overfitting import find_learning_by_heart
from tui.train.run_files import delete_run, describe_size, rename_run, write_note
from tui.train.runs import Run, Runs


def read(folder: Path) -> RunLog:
    log = RunLog(folder)
    log.read()
    return log


def evaluate(losses: list[float], train: list[float]) -> list[Evaluation]:
    pairs = zip(losses, train, strict=True)
    return [Evaluation(at, loss, at, fit) for at, (loss, fit) in enumerate(pairs, start=1)]


def test_it_learns_by_heart_where_validation_stands_and_training_falls() -> None:
    falling = [2.0 - 0.1 * step for step in range(10)]
    found = find_learning_by_heart(evaluate([2.2, 1.8, 1.5, 1.4, 1.4, 1.41, 1.5, 1.6], falling[:8]))
    assert found is not None
    assert found.epoch == 4
    stands = find_learning_by_heart(evaluate([2.2, 1.8, *[1.5] * 6], falling[:8]))
    assert stands is not None
    assert stands.epoch == 3


@pytest.mark.parametrize(
    ("losses", "train"),
    [
        ([2.0, 1.9, 1.8, 1.7, 1.6, 1.5], [2.0, 1.9, 1.8, 1.7, 1.6, 1.5]),  # it still learns
        ([2.0, 1.5, 1.5, 1.5, 1.5, 1.5], [2.0, 1.5, 1.5, 1.5, 1.5, 1.5]),  # it learns nothing
        ([2.0, 1.5, 1.6, 1.7], [2.0, 1.5, 1.2, 1.0]),  # too early to tell
        ([], []),
        ([1.0] * 6, [float("nan")] * 6),
    ],
)  # fmt: skip
def test_it_learns_by_heart_nowhere_else(losses: list[float], train: list[float]) -> None:
    assert find_learning_by_heart(evaluate(losses, train)) is None


def test_differences_are_told_in_words(tmp_path: Path) -> None:
    first, second = make_config(), make_config(num_layers=4, learning_rate=0.004, epochs=14)
    logs = (
        read(write_log(tmp_path / "mine", first)),
        read(write_log(tmp_path / "mine-2", second, best=1.552)),
    )
    assert describe_difference(("A", "B"), logs, (first, second)) == (
        "A → B: layers 2 → 4, passes 25 → 14, rate 0.003 → 0.004: 0.087 nats worse"
    )
    assert "better" in describe_difference(("B", "A"), logs[::-1], (second, first))
    same = describe_difference(("A", "B"), (logs[0], logs[0]), (first, first))
    assert same == "A → B: the same settings: as good"


def test_losses_of_other_data_are_not_compared(tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "mine"))
    other = make_config(sha256="6b")
    line = describe_difference(("A", "B"), (log, log), (make_config(), other))
    assert line.endswith("other data: their losses do not compare")
    kind = {**make_config(), "kind": "classifier"}
    assert "another task" in describe_difference(("A", "B"), (log, log), (make_config(), kind))
    right = read(write_log(tmp_path / "right", accuracy=0.84))
    better = read(write_log(tmp_path / "better", accuracy=0.86))
    line = describe_difference(("A", "B"), (right, better), (kind, kind))
    assert line.endswith("2.0 points better")


@pytest.mark.parametrize(
    "damaged", [{}, {"model": 3, "training": []}, {"model": {"\x1b": [1] * 90}}]
)
def test_damaged_settings_end_nothing(tmp_path: Path, damaged: dict[str, object]) -> None:
    assert isinstance(list_differences(make_config(), damaged), list)
    (tmp_path / "config.json").write_text(json.dumps(damaged))
    row = Run.open(str(tmp_path)).format_row("stopped")
    assert all("\x1b" not in cell for cell in row)


def test_a_row_of_the_table(tmp_path: Path) -> None:
    run = Run.open(str(write_log(tmp_path / "mine")))
    run.log.read()
    row = run.format_row(run.log.state)
    assert row == ("mine", "text", "finished", "1.465 nats", "2×128 LSTM", "0.003", "0:55")
    sure = Run.open(str(write_log(tmp_path / "sst", accuracy=0.841)))
    sure.log.read()
    assert format_best(sure.log) == "84.1%"
    assert format_took(RunLog(tmp_path / "none")) == format_best(RunLog(tmp_path / "none")) == "–"


def test_how_far_a_run_is(tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "half", passes=5, end=None))
    assert find_share_done(log) == pytest.approx(0.2)
    assert find_share_done(read(write_log(tmp_path / "whole"))) == 1.0
    assert find_share_done(RunLog(tmp_path / "none")) is None
    os.utime(tmp_path / "half" / "metrics.jsonl", (0, 0))
    assert "it was killed" in format_figures(log)


def test_a_log_gives_samples_by_pass_and_accuracy(tmp_path: Path) -> None:
    log = read(write_log(tmp_path / "sst", accuracy=0.841))
    assert len(log.samples) == 25
    assert log.samples[2].epoch == 3
    assert log.best_evaluation is not None
    assert log.best_evaluation.epoch == 11
    assert log.best_evaluation.accuracy == pytest.approx(0.841)
    assert len(log.columns["learning_rate"]) == 250


def test_a_run_that_has_just_begun_gets_its_settings_with_its_log(tmp_path: Path) -> None:
    run = Run.open(str(tmp_path / "new"))
    assert not run.read(10)
    assert run.config == {}
    write_log(tmp_path / "new")
    assert run.read(10)
    assert run.config == make_config()


def test_a_run_that_goes_on_for_more_passes_says_so_at_once(tmp_path: Path) -> None:
    write_log(tmp_path / "run")
    run = Run.open(str(tmp_path / "run"))
    run.read(10_000)
    config = make_config()
    config["training"]["epochs"] = 99
    (tmp_path / "run" / CONFIG).write_text(json.dumps(config))
    with (tmp_path / "run" / METRICS).open("a") as log:
        log.write(json.dumps({"event": "started", "step": 1}) + "\n")
    assert run.read(10)
    assert run.passes == 99


def test_runs_are_sorted_and_new_ones_found(tmp_path: Path) -> None:
    names = {name: str(tmp_path / name) for name in ("b", "a", "c")}
    for at, (name, best) in enumerate({"b": 1.2, "a": 1.5, "c": 1.1}.items()):
        log = write_log(tmp_path / name, best=best) / "metrics.jsonl"
        os.utime(log, (at, at))
    runs = Runs()
    assert runs.update(names.values())
    assert not runs.update(names.values())
    while runs.read_for(0.01):
        pass
    orders = {runs.sort: [Path(name).name for name in runs.by_name]}
    for _ in range(3):
        runs.sort_next()
        orders[runs.sort] = [Path(name).name for name in runs.by_name]
    assert orders["newest"] == ["c", "a", "b"]
    assert orders["best"] == ["c", "b", "a"]
    assert orders["name"] == ["a", "b", "c"]
    assert runs.find_newest() == names["c"]
    assert runs.update([names["a"]])
    assert [*runs.by_name] == [names["a"]]


@pytest.mark.long
def test_long_logs_are_read_in_pieces(tmp_path: Path) -> None:
    line = next(event for event in make_events() if event["event"] == "step")
    with (write_log(tmp_path / "long") / "metrics.jsonl").open("w") as file:
        file.writelines(
            json.dumps({**line, "step": step, "epoch": step / 100}) + "\n"
            for step in range(1, 100_001)
        )
    runs = Runs()
    runs.update([str(tmp_path / "long")])
    (run,) = runs.by_name.values()
    pieces = 1
    while runs.read_for(0.02):
        pieces += 1
    assert len(run.log.train) == 100_000
    assert pieces > 4


def test_a_run_is_renamed_noted_and_deleted() -> None:
    folder = write_log(Path("runs/mine"))
    write_note(folder, "the first one")
    assert Run.open(str(folder)).note == "the first one"
    write_note(folder, "")
    write_note(folder, "")
    assert Run.open(str(folder)).note == ""
    moved = rename_run(folder, "another name")
    assert moved == Path("runs/another name")
    assert moved.is_dir()
    assert describe_size(moved).startswith("2 files, ")
    delete_run(moved)
    assert not moved.exists()


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\0b", "taken", "x" * 61, ".hidden", "a\n"]
)
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    folder = write_log(Path("runs/mine"))
    write_log(Path("runs/taken"))
    with pytest.raises(UserError):
        rename_run(folder, name)
    assert sorted(path.name for path in Path("runs").iterdir()) == ["mine", "taken"]


def test_what_is_no_own_run_is_left_alone() -> None:
    outside = write_log(Path("outside"))
    Path("runs").mkdir()
    Path("runs/link").symlink_to(outside.absolute())
    Path("runs/texts").mkdir()
    Path("runs/texts/mine.txt").write_text("mine")
    for folder in (Path("runs/link"), Path("runs/texts"), Path("runs/nothing")):
        with pytest.raises(UserError):
            delete_run(folder)
    run = RunFolder(write_run(Path("runs/busy")))
    with run.locked(), pytest.raises(UserError, match="stop it first"):
        delete_run(run.path)
    assert outside.exists()
    assert Path("runs/texts/mine.txt").exists()
    assert run.path.exists()
