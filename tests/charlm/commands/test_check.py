"""`charlm check`: what is damaged is named, and the save before a damaged one is gone back to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import damaged
from training_helpers import request, result, resume, short_text, start, trained, trained_until

from charlm.runs.files import CONFIG, LAST, METRICS, MODEL, PREVIOUS, VOCABULARY
from charlm.runs.run_folder import RunFolder

pytestmark = pytest.mark.long


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was saved twice, and stopped."""
    folder = tmp_path / "run"
    trained_until(3, start, request(short_text(tmp_path), folder))
    trained_until(6, resume, folder)
    return folder


def harm(path: Path, seed: int = 0) -> None:
    path.write_bytes(next(damaged(path.read_bytes(), 1, seed)))


def check(charlm: Any, run: Path) -> dict[str, str | None]:
    ended = charlm("check", str(run), "--json")
    files = json.loads(ended.out)["files"]
    assert ended.code == (1 if any(files.values()) else 0)
    return files


def test_a_whole_run_is_whole(charlm: Any, run: Path) -> None:
    files = check(charlm, run)
    assert {CONFIG, VOCABULARY, LAST, PREVIOUS, METRICS} <= set(files)
    assert set(files.values()) == {None}


@pytest.mark.parametrize("name", [CONFIG, VOCABULARY, LAST, PREVIOUS])
def test_the_damaged_file_is_named(charlm: Any, run: Path, name: str) -> None:
    (run / name).write_bytes((run / name).read_bytes()[:-7])
    files = check(charlm, run)
    assert files[name] is not None
    assert files[METRICS] is None


def test_a_damaged_line_of_the_log_is_counted(charlm: Any, run: Path) -> None:
    with (run / METRICS).open("ab") as file:
        file.write(b"{not json\n")
    assert "1 of " in (check(charlm, run)[METRICS] or "")


def test_a_single_file_is_checked(charlm: Any, run: Path) -> None:
    trained(resume(run))
    assert check(charlm, run / MODEL) == {MODEL: None}
    harm(run / MODEL)
    assert check(charlm, run / MODEL)[MODEL]


def test_one_damaged_save_does_not_end_a_run(charlm: Any, run: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    trained(start(request(tmp_path / "text.txt", whole)))
    older = RunFolder(run).load_last(PREVIOUS)[1]["step"]
    harm(run / LAST)
    ended = charlm("check", str(run), "--repair")
    assert ended.code == 0
    assert RunFolder(run).load_last()[1]["step"] == older
    trained(resume(run))
    assert result(run) == result(whole)


def test_a_whole_save_is_never_given_up(charlm: Any, run: Path) -> None:
    before = (run / LAST).read_bytes()
    assert charlm("check", str(run), "--repair").code == 0
    assert (run / LAST).read_bytes() == before
    assert (run / PREVIOUS).exists()


def test_two_damaged_saves_are_said_and_left(charlm: Any, run: Path) -> None:
    for name in (LAST, PREVIOUS):
        harm(run / name)
    ended = charlm("check", str(run), "--repair")
    assert ended.code == 2
    assert PREVIOUS in ended.err
    assert (run / LAST).exists()
    assert (run / PREVIOUS).exists()


def test_resume_names_the_way_back(charlm: Any, run: Path) -> None:
    harm(run / LAST)
    ended = charlm("train", "--resume", str(run))
    assert ended.code == 2
    assert f"charlm check {run} --repair" in ended.err
