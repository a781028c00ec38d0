from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_models import damaged

from charlm.runs.files import METRICS
from charlm.runs.registry import CHARACTERS
from charlm.runs.run_folder import RunFolder
from charlm.training.log import best_loss, read_events
from corpora.errors import UserError

EVENTS: list[dict[str, Any]] = [
    {"event": "started", "step": 0},
    {"event": "evaluated", "step": 10, "loss": 2.5},
    {"event": "step", "step": 20, "loss": 0.1},
    {"event": "evaluated", "step": 20, "loss": 1.75},
    {"event": "evaluated", "step": 30, "loss": 2.0},
]


def log(run: Path, *events: Any, end: bytes = b"") -> Path:
    lines = b"".join(json.dumps(event).encode() + b"\n" for event in events)
    (run / METRICS).write_bytes(lines + end)
    return run


def test_events_come_in_order(run: Path) -> None:
    assert list(read_events(log(run, *EVENTS))) == EVENTS


def test_without_a_log_there_are_no_events(run: Path) -> None:
    assert list(read_events(run)) == []
    assert list(read_events(run / "nowhere")) == []


@pytest.mark.parametrize(
    "line",
    [
        b'{"event": "evaluated", "lo',
        b"\n",
        b"\xff\xfe\n",
        b"[1]\n",
        b"7\n",
        b"null\n",
        b"[" * 99_999 + b"\n",
        b"1" * 9_999 + b"\n",
        b"\0\0\0\n",
    ],
    ids=lambda line: repr(line[:8]),
)
def test_a_damaged_line_is_left_out(run: Path, line: bytes) -> None:
    assert list(read_events(log(run, *EVENTS, end=line))) == EVENTS
    data = (run / METRICS).read_bytes()
    if line.endswith(b"\n"):
        (run / METRICS).write_bytes(line + data)
        assert list(read_events(run)) == EVENTS


def test_a_harmed_log_is_read_as_far_as_it_can_be(run: Path) -> None:
    good = log(run, *EVENTS)
    for harmed in damaged((good / METRICS).read_bytes(), 200, seed=1):
        (run / METRICS).write_bytes(harmed)
        assert all(isinstance(event, dict) for event in read_events(run))
        loss = best_loss(run)
        assert loss is None or isinstance(loss, float)


def test_the_best_loss_is_the_lowest_of_the_evaluations(run: Path) -> None:
    assert best_loss(log(run, *EVENTS)) == 1.75


@pytest.mark.parametrize("loss", [None, "x", True, [], {}, float("nan"), float("inf"), 10**400])
def test_losses_that_are_no_numbers_do_not_count(run: Path, loss: Any) -> None:
    odd = {"event": "evaluated", "loss": loss}
    assert best_loss(log(run, odd, *EVENTS, odd)) == 1.75
    assert best_loss(log(run, odd)) is None


def test_an_exported_model_remembers_its_loss(run: Path) -> None:
    folder = RunFolder(run)
    assert best_loss(run) is None
    config = folder.read_config(CHARACTERS)
    for loss, found in ((1.25, 1.25), (2, 2.0), ("x", None), (True, None), (10**400, None)):
        folder.write_config({**config, "validation_loss": loss})
        assert best_loss(run) == found
    folder.write_config({**config, "validation_loss": 1.0})
    assert best_loss(log(run, *EVENTS)) == 1.75, "the log knows better"


def test_a_log_that_cannot_be_read_is_a_user_error(run: Path) -> None:
    (run / METRICS).mkdir()
    with pytest.raises(UserError, match=r"metrics\.jsonl"):
        best_loss(run)
