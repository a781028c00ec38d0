"""Files of run folders that strangers hand over: no links are followed, no pipes waited for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from training_helpers import last_step, request, resume, short_text, start, trained, trained_until

from charlm import language_model
from charlm.runs.files import CONFIG, LAST, METRICS, MODEL, VOCABULARY, read_json
from charlm.runs.model_file import read_kind
from charlm.runs.run_folder import LOCK, RunFolder
from charlm.training.events import Saved
from charlm.training.log import LogWriter, read_events
from corpora.errors import UserError

FILES = (CONFIG, VOCABULARY, MODEL, METRICS, LAST)


@pytest.fixture
def stopped(text: Path) -> Path:
    """A run that can be resumed."""
    run = Path("handed over").absolute()
    trained_until(20, start, request(text, run))
    return run


def move_out(path: Path, outside: Path) -> Path:
    """Put a link in the place of a file or folder, which goes `outside`."""
    outside.mkdir()
    target = outside / path.name
    path.rename(target)
    path.symlink_to(target)
    return target


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", [*FILES, "last"])
def test_a_link_is_never_followed_when_a_run_goes_on(
    stopped: Path, tmp_path: Path, name: str
) -> None:
    move_out(stopped / name, tmp_path / "outside")
    before = contents(tmp_path / "outside")
    if name == MODEL:
        # It is written anew, in the place of the link.
        trained(resume(stopped))
        assert not (stopped / MODEL).is_symlink()
    else:
        with pytest.raises(UserError, match="symbolic link"):
            trained(resume(stopped))
    assert contents(tmp_path / "outside") == before


def test_a_log_that_is_a_link_to_nothing_makes_nothing(stopped: Path, tmp_path: Path) -> None:
    (stopped / METRICS).unlink()
    (stopped / METRICS).symlink_to(tmp_path / "a start file")
    with pytest.raises(UserError, match="symbolic link"):
        trained(resume(stopped))
    assert not (tmp_path / "a start file").exists()


def test_a_lock_that_is_a_link_empties_nothing(stopped: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("data")
    (stopped / LOCK).unlink(missing_ok=True)
    (stopped / LOCK).symlink_to(precious)
    with pytest.raises(UserError, match="symbolic link"):
        trained(resume(stopped))
    assert precious.read_text() == "data"


@pytest.mark.parametrize("name", [CONFIG, VOCABULARY, MODEL])
def test_a_model_is_not_read_through_a_link_in_its_folder(
    run: Path, tmp_path: Path, name: str
) -> None:
    language_model.load(str(run))
    move_out(run / name, tmp_path / "outside")
    with pytest.raises(UserError, match="symbolic link"):
        language_model.load(str(run))


def test_a_folder_and_a_file_that_the_user_names_may_be_links(run: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to(run)
    (tmp_path / "file.safetensors").symlink_to(run / MODEL)
    for name in ("folder", "file.safetensors"):
        assert language_model.load(str(tmp_path / name)).vocabulary


ASKS: dict[str, Callable[[Path], Any]] = {
    "load": lambda run: language_model.load(str(run)),
    "kind": read_kind,
    "config": lambda run: RunFolder(run).read_config(),
    "log": lambda run: list(read_events(run)),
    "resume": lambda run: trained(resume(run)),
    "last": lambda run: RunFolder(run).load_last(),
}


@pytest.mark.wide(4)
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("ask", ASKS)
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(
    stopped: Path, name: str, ask: str
) -> None:
    path = stopped / name
    path.unlink()
    os.mkfifo(path)
    with suppress(UserError):
        ASKS[ask](stopped)
    assert path.is_fifo() or (ask, name) == ("resume", MODEL), "it was not read, nor written"


@pytest.mark.parametrize("data", ["[" * 100_000, '{"a":' * 50_000, "1" * 5000, "\ud800", "nul"])
def test_odd_json_is_a_line(tmp_path: Path, data: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data.encode("utf-8", "surrogatepass"))
    with pytest.raises(UserError, match="damaged"):
        read_json(path)


def test_the_log_is_on_the_disk_before_each_save(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real, save = LogWriter.sync, RunFolder.save_last
    monkeypatch.setattr(LogWriter, "sync", lambda log: (order.append("log"), real(log))[1])
    monkeypatch.setattr(
        RunFolder, "save_last", lambda *given: (order.append("save"), save(*given))[1]
    )
    events = trained(start(request(text, Path("run"))))
    assert order.count("save") == sum(isinstance(event, Saved) for event in events) > 1
    assert order == ["log", "save"] * order.count("save")


def test_a_line_is_written_whole_however_little_the_disk_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(LogWriter(tmp_path / METRICS)) as log:
        real = log.file.write
        monkeypatch.setattr(log, "file", Slow(log.file, lambda data: real(data[:7])))
        log(Saved(step=3, path="x" * 100))
    (line,) = (tmp_path / METRICS).read_text().splitlines()
    assert json.loads(line)["path"] == "x" * 100


class Slow:
    """A file that takes seven bytes at a time."""

    def __init__(self, file: Any, write: Callable[[Any], int]) -> None:
        self.write, self.close, self.fileno = write, file.close, file.fileno


def test_a_run_is_named_once_however_many_start(tmp_path: Path) -> None:
    names = [RunFolder.reserve("a run/with: names", tmp_path).path.name for _ in range(3)]
    assert names == ["a-run-with-names", "a-run-with-names-2", "a-run-with-names-3"]
    assert RunFolder.reserve("…", tmp_path).path.name == "run"
    assert len(os.fsencode(RunFolder.reserve("戦争と平和" * 50, tmp_path).path.name)) <= 255


def test_a_training_that_cannot_begin_leaves_no_folder(text: Path) -> None:
    with pytest.raises(UserError, match="too few"):
        trained(start(request(short_text(text.parent, 50, "short.txt"), None)))
    assert not Path("runs").exists() or not any(Path("runs").iterdir())
    assert last_step(Path("runs")) == -1


def test_a_descriptor_that_is_closed_meanwhile_does_not_hide_a_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, listed = RunFolder(tmp_path / "run"), Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda folder: [folder / "gone", *listed(folder)])
    with run.locked():
        assert run.find_training() == os.getpid()
