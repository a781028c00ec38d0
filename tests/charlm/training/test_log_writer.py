from __future__ import annotations

import errno
import io
import json
import math
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import (
    STORY,
    finished,
    started,
    step_at,
)
from training_helpers import drawn

from charlm.training.events import (
    Evaluated,
    to_json,
)
from charlm.training.log import LogWriter, best_loss, read_events
from corpora.errors import UserError


def logged(path: Path) -> list[dict[str, Any]]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return [json.loads(line, parse_constant=refuse) for line in path.read_text().splitlines()]


def write_story(path: Path) -> None:
    with closing(LogWriter(path)) as log:
        for event in STORY:
            log(event)


def test_the_log_is_the_events(tmp_path: Path) -> None:
    write_story(tmp_path / "metrics.jsonl")
    assert logged(tmp_path / "metrics.jsonl") == [to_json(event) for event in STORY]
    assert list(read_events(tmp_path)) == logged(tmp_path / "metrics.jsonl")
    assert best_loss(tmp_path) == 1.25


def test_a_line_is_on_disk_before_the_next_event(tmp_path: Path) -> None:
    with closing(LogWriter(tmp_path / "log")) as log:
        for count, event in enumerate(STORY, 1):
            log(event)
            assert len(logged(tmp_path / "log")) == count


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_the_log_is_json_whatever_the_figures_are(tmp_path: Path, value: float) -> None:
    odd = Evaluated(
        step=1, epoch=0.1, loss=1.0, train_loss=value, best=True, metrics={"a": {"b": value}}
    )
    with closing(LogWriter(tmp_path / "log")) as log:
        log(odd)
        log(finished(1, best_loss=value))
    lines = logged(tmp_path / "log")
    assert lines[0]["train_loss"] is lines[0]["metrics"]["a"]["b"] is lines[1]["best_loss"] is None
    assert lines[0]["loss"] == 1.0


@pytest.mark.parametrize("step", [1, 10, 12, 15, 29, 30, 99])
def test_a_run_that_goes_on_keeps_what_was_logged_up_to_there(tmp_path: Path, step: int) -> None:
    path = tmp_path / "log"
    write_story(path)
    with closing(LogWriter(path, step=step)) as log:
        log(started(step))
    kept = [to_json(event) for event in STORY if event.step <= step]
    assert logged(path) == [*kept, to_json(started(step))]


def test_a_run_that_begins_anew_forgets_what_was_there(tmp_path: Path) -> None:
    write_story(tmp_path / "log")
    with closing(LogWriter(tmp_path / "log")) as log:
        log(started())
    assert logged(tmp_path / "log") == [to_json(started())]


def test_an_evaluation_that_was_not_saved_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "log"
    write_story(path)
    with closing(LogWriter(path, step=30, evaluated=False)):
        pass
    kinds = [(line["event"], line["step"]) for line in logged(path)]
    assert ("evaluated", 15) in kinds
    assert ("step", 30) in kinds
    assert ("evaluated", 30) not in kinds
    assert ("sampled", 30) not in kinds


def test_a_line_cut_short_anywhere_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    write_story(path)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in range(1, len(last) + 1):
        path.write_bytes(whole[:-cut])
        # A reader that looks while the line is being written sees the rest, and no error.
        assert len(list(read_events(tmp_path))) == len(STORY) - 1
        with closing(LogWriter(path, step=30)) as log:
            log(finished(30))
        assert path.read_bytes() == whole


@drawn
@given(st.lists(st.binary(max_size=20), max_size=4))
def test_what_is_no_event_is_dropped(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("scratch") / "log"
    good = json.dumps(to_json(step_at(10))).encode()
    odd = [
        b"",
        b"[]",
        b"7",
        b'{"step": "x", "event": "step"}',
        b'{"step": 3}',
        b'{"event": "step"}',
    ]
    path.write_bytes(b"\n".join([*junk, good, *odd, good]) + b"\n")
    with closing(LogWriter(path, step=10)):
        pass
    assert path.read_bytes().count(good) == 2
    assert all(line["event"] == "step" for line in logged(path))


def test_a_log_that_cannot_be_written_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "log", tmp_path / "missing" / "log"):
        with pytest.raises(UserError, match=r"cannot write|is not a regular file"):
            LogWriter(path)


def test_a_disk_that_fills_up_is_a_line(tmp_path: Path) -> None:
    class Full(io.RawIOBase):
        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with closing(LogWriter(tmp_path / "log")) as log:
        log.file.close()
        log.file = Full()  # type: ignore[assignment]
        with pytest.raises(UserError, match=r"cannot write .*log: the disk is full"):
            log(started())
