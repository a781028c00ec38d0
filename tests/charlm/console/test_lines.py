import errno
import io
import json
import math
import sys
import types
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from training_helpers import drawn

from charlm.console.lines import PlainLines, clock
from charlm.console.live import LiveDisplay, sparkline
from charlm.console.watch import display
from charlm.training.events import (
    Evaluated,
    Event,
    Finished,
    Sampled,
    Saved,
    Started,
    Step,
    to_json,
)
from charlm.training.log import LogWriter, best_loss, read_events
from charlm.training.tensorboard import TensorBoard
from corpora.errors import UserError

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 [red]plain[/red] [/] [link=x]y[/link] :smile: \x9b2J"
    "\r\n\ttab 日本語テキスト e\u0301 \u202eback " + "long" * 60 + "\x00"
)
"""A sample that would take over a terminal, or the markup of the display, if it could."""


def started(step: int = 0, run: str = "runs/text") -> Started:
    return Started(
        run=run,
        step=step,
        total_steps=100,
        parameters=1234567,
        device="cpu",
        precision="bf16",
        unit="characters",
    )


def step_at(step: int, **changes: Any) -> Step:
    given = {
        "step": step,
        "epoch": step / 25,
        "train_loss": 1.5,
        "learning_rate": 0.004,
        "gradient_norm": 0.75,
        "clipped": 0.25,
        "units_per_second": 54321.0,
        "elapsed": float(step),
        "remaining": 100.0 - step,
    }
    return Step(**(given | changes))


def evaluated(step: int, loss: float = 1.25, *, best: bool = True) -> Evaluated:
    return Evaluated(
        step=step, epoch=step / 100, loss=loss, train_loss=1.5, best=best, metrics={"loss": loss}
    )


def finished(step: int, **changes: Any) -> Finished:
    given = {"step": step, "reason": "finished", "best_loss": 1.25, "elapsed": 3700.0}
    return Finished(**(given | {"clipped": 0.01} | changes))


STORY: list[Event] = [
    started(),
    step_at(10),
    evaluated(15),
    Sampled(step=15, text=HOSTILE),
    Saved(step=15, path="runs/text/last"),
    step_at(20, train_loss=1.4),
    step_at(30, train_loss=1.3),
    evaluated(30, 1.35, best=False),
    Sampled(step=30, text=HOSTILE),
    Saved(step=30, path="runs/text/last"),
    finished(30),
]


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
        with pytest.raises(UserError, match="cannot write"):
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


def console(width: int, *, terminal: bool) -> Console:
    """A console as a careless caller makes it: markup, emoji and highlighting are on."""
    return Console(
        file=io.StringIO(), width=width, force_terminal=terminal, record=True, legacy_windows=False
    )


def written_to(shown: Console) -> str:
    assert isinstance(shown.file, io.StringIO)
    return shown.file.getvalue()


def assert_harmless(shown: Console) -> None:
    """Nothing of the hostile sample acted: its markup is text, its escapes and controls are not."""
    raw, text = written_to(shown), shown.export_text(clear=False)
    assert "[red]plain[/red] [/] [link=x]y[/link] :smile:" in text
    assert not {"\x07", "\x9b", "\x00"} & set(raw)
    assert "\x1b]" not in raw
    assert "\x1b[31mred" not in raw


def test_plain_lines_tell_what_a_log_file_needs() -> None:
    shown = console(200, terminal=False)
    lines = PlainLines(shown)
    for event in STORY:
        lines(event)
    text = written_to(shown).splitlines()
    assert_harmless(shown)
    assert "\x1b" not in written_to(shown)
    assert len(text) == 9  # each event but the saves
    assert "1,234,567 parameters, cpu in bf16, 100 steps" in text[0]
    assert "step 10  pass 0.40  train 1.5000 nats, 2.164 bits" in text[1]
    assert "25% clipped" in text[1]
    assert "54,321 characters/s" in text[1]
    assert "1:30 left" in text[1]
    assert "best so far" in text[2]
    assert "best so far" not in text[6]
    assert "finished at step 30 after 1:01:40; best validation 1.2500 nats" in text[-1]


def test_a_line_is_never_broken_by_the_width_of_the_console() -> None:
    narrow = console(20, terminal=False)
    PlainLines(narrow)(Sampled(step=3, text=HOSTILE))
    assert len(written_to(narrow).splitlines()) == 1


def test_progress_is_a_line_every_few_seconds_of_training() -> None:
    shown = console(200, terminal=False)
    lines = PlainLines(shown)
    for step in range(1000):
        lines(step_at(step, elapsed=step / 10))
    assert len(written_to(shown).splitlines()) == 10


def test_a_run_that_never_evaluated_says_so() -> None:
    shown = console(200, terminal=False)
    PlainLines(shown)(finished(3, best_loss=math.inf, reason="interrupted"))
    assert "interrupted at step 3 after 1:01:40; best validation none yet" in written_to(shown)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599.6, "1:00:00"), (90061, "25:01:01")],
)
def test_times_are_told_as_clocks_do(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize("width", [80, 200])
def test_the_live_display_shows_the_figures_and_stays_within_its_width(width: int) -> None:
    shown = console(width, terminal=True)
    live = LiveDisplay(shown)
    with live.live:
        for event in STORY[:-1]:
            live(event)
            live.live.refresh()
        shown.export_text()  # forget what was shown on the way
        live.live.refresh()
        view = shown.export_text(clear=False)
        live(STORY[-1])
    assert_harmless(shown)
    for figure in (
        "1.3000 nats",  # training
        "1.3500 nats",  # newest validation
        "1.2500 at step 15",  # best
        "25% clipped",
        "54,321 characters/s",
        "30/100",
        "0:30 gone, 1:10 left",
        "sample at step 30",
        "日本語",
    ):
        assert figure in view
    assert max(cell_len(line) for line in view.splitlines()) <= width
    assert "finished at step 30" in shown.export_text()


@pytest.mark.parametrize("width", [1, 10, 40])
def test_a_narrow_terminal_breaks_nothing(width: int) -> None:
    shown = console(width, terminal=True)
    live = LiveDisplay(shown)
    with live.live:
        for event in STORY:
            live(event)


def test_names_of_runs_are_not_markup_either() -> None:
    name = "runs/[red]x[/red] :smile: \x1b]0;title\x07"
    for terminal, sink in ((False, PlainLines), (True, LiveDisplay)):
        shown = console(200, terminal=terminal)
        sink(shown)(started(run=name))
        assert "runs/[red]x[/red] :smile:" in shown.export_text(clear=False)
        assert "\x1b]" not in written_to(shown)


def test_the_display_is_live_on_terminals_only() -> None:
    for terminal, kind in ((True, LiveDisplay), (False, PlainLines)):
        with display(console(80, terminal=terminal)) as sink:
            assert isinstance(sink, kind)


def test_an_error_ends_the_live_display() -> None:
    shown = console(80, terminal=True)

    def fail() -> None:
        with display(shown) as sink:
            sink(started())
            raise UserError("the disk is full")

    with pytest.raises(UserError):
        fail()
    assert written_to(shown).endswith("\x1b[?25h")  # the cursor is back


@drawn
@given(st.lists(st.floats(0, 10), min_size=1, max_size=50), st.integers(1, 60))
def test_a_sparkline_has_a_bar_for_each_value_it_has_room_for(
    values: list[float], width: int
) -> None:
    line = sparkline(values, width)
    shown = values[-width:]
    assert len(line) == len(shown)
    order = sorted(range(len(shown)), key=lambda index: shown[index])
    assert [line[index] for index in order] == sorted(line)
    if max(shown) > min(shown):
        assert {line[order[0]], line[order[-1]]} == {"▁", "█"}


def test_without_tensorboard_the_advice_is_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(UserError, match=r"pip install 'charlm\[tensorboard\]'"):
        TensorBoard(tmp_path / "board")
    assert not (tmp_path / "board").exists()


def test_tensorboard_gets_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class Writer:
        def __init__(self, folder: str, purge_step: int | None) -> None:
            told.append(("open", folder, purge_step))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            told.append((name, value, step))

        def add_text(self, name: str, text: str, step: int) -> None:
            told.append((name, text, step))

        def close(self) -> None:
            told.append(("close",))

    package, module = (types.ModuleType(name) for name in ("tensorboard", "writer"))
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", package)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", module)
    monkeypatch.setattr("charlm.training.tensorboard.require_tensorboard", lambda: None)
    board = TensorBoard(tmp_path, step=7)
    for event in STORY:
        board(event)
    board.close()
    assert told[0] == ("open", str(tmp_path), 7)
    assert told[-1] == ("close",)
    for figure in (
        ("train/loss", 1.4, 20),
        ("train/gradient_norm", 0.75, 10),
        ("validation/loss", 1.25, 15),
        ("sample", HOSTILE, 30),
    ):
        assert figure in told
