"""The log of a run, `metrics.jsonl`: one event a line. Its one writer and its one reader."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from charlm.runs.files import CONFIG, METRICS, open_regular, read_json
from charlm.training.events import Evaluated, Event, Sampled, to_json
from corpora.atomic import write_atomic
from corpora.errors import os_error


class LogWriter:
    """Appends every event to a file as one line of JSON.

    Opened for a run that goes on from `step`, it first drops what was logged after that step, and
    a last line that a kill cut short: so each step stands in the file once. An evaluation at `step`
    itself is dropped unless `evaluated` says that the run goes on from behind it.
    """

    def __init__(self, path: Path, *, step: int = 0, evaluated: bool = True) -> None:
        end = (step, evaluated)
        try:
            if path.exists() or path.is_symlink():
                kept = [line for line in _whole_lines(path) if _position(line) <= end]
                write_atomic(path, b"".join(kept if step else []))
            self.file = open_regular(path, "append")
        except OSError as error:
            raise os_error(error, path, "write") from error
        self.path = path

    def __call__(self, event: Event) -> None:
        """Log `event`."""
        left = memoryview(f"{json.dumps(_null_infinities(to_json(event)))}\n".encode())
        try:
            while left:  # a disk that is nearly full takes a part
                left = left[self.file.write(left) :]
        except OSError as error:
            raise os_error(error, self.path, "write") from error

    def sync(self) -> None:
        """Flush what was logged to the disk, so that a power cut does not take it away."""
        try:
            os.fsync(self.file.fileno())
        except OSError as error:
            raise os_error(error, self.path, "write") from error

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def log_and_hold(
    events: Iterator[Event], logs: Sequence[Callable[[Event], object]]
) -> Iterator[Event]:
    """Log events and hand them on; those of an evaluation once what belongs to it is saved.

    Whoever reads them may fail: then there is a model and all that it is resumed from.
    """
    held: list[Event] = []
    for event in events:
        for log in logs:
            log(event)
        held.append(event)
        if not isinstance(event, Evaluated | Sampled):
            yield from held
            held.clear()
    yield from held


class LogReader:
    """Reads the log of a run folder, again and again while it grows.

    Damaged lines are left out, and so is a last line that is not whole yet.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / METRICS
        self.rewrites = 0
        """How often the log was found written anew: a run was resumed from an earlier step. The
        next read then begins at the start of the log."""
        self._inode: int | None = None
        self._offset = 0

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield the events that were logged since the last call, in order.

        Raises:
            UserError: there is a log, but it cannot be read.
        """
        try:
            with BufferedReader(open_regular(self.path)) as file:
                found = os.fstat(file.fileno())
                if self._inode not in (None, found.st_ino) or found.st_size < self._offset:
                    self.rewrites += 1
                    self._offset = 0
                self._inode = found.st_ino
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    self._offset += len(line)
                    if (event := _parse(line)) is not None:
                        yield event
        except FileNotFoundError:
            return
        except OSError as error:
            raise os_error(error, self.path) from error


def read_events(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events that a run has logged by now; see `LogReader.read`."""
    return LogReader(folder).read()


def count_damaged(folder: Path) -> tuple[int, int]:
    """Return how many whole lines the log of a run has, and how many of them are no events.

    Raises:
        UserError: there is no log, or it cannot be read.
    """
    events = [_parse(line) is not None for line in _whole_lines(folder / METRICS)]
    return len(events), events.count(False)


def best_loss(folder: Path) -> float | None:
    """Return the lowest validation loss of a run, or the one that an exported model recorded."""
    return to_number(_find_best(folder, "loss", "validation_loss"))


def keeps_average(folder: Path) -> bool:
    """Return whether the model of a run, or an exported one, is the average of its weights."""
    return _find_best(folder, "averaged", "averaged") is True


def _find_best(folder: Path, logged: str, recorded: str) -> object:
    """Return a field of the best evaluation of a run, or of what an exported model recorded."""
    events = (event for event in read_events(folder) if event.get("event") == "evaluated")
    losses = [
        (loss, event) for event in events if (loss := to_number(event.get("loss"))) is not None
    ]
    if losses:
        return min(losses, key=lambda one: one[0])[1].get(logged)
    config = read_json(folder / CONFIG)
    return config.get(recorded) if isinstance(config, dict) else None


def to_number(value: object, largest: float = sys.float_info.max) -> float | None:
    """Return `value` as a float if it is a finite number of at most that size, else None.

    A log may hold null, and, if it is damaged, anything: text, or whole numbers of 400 digits.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= largest else None  # false for NaN, too


def _parse(line: bytes) -> dict[str, Any] | None:
    """Return the event in a line of a log, None for a damaged line."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def _whole_lines(path: Path) -> Iterator[bytes]:
    with BufferedReader(open_regular(path)) as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _position(line: bytes) -> tuple[float, bool]:
    """Return the step of a logged event and whether it belongs to the evaluation after that step.

    The step of a damaged line is infinity, so that the line is dropped.
    """
    event = _parse(line) or {}
    step = event.get("step")
    if not isinstance(step, int) or "event" not in event:
        return math.inf, True
    return step, event["event"] in ("evaluated", "sampled")


def _null_infinities(value: Any) -> Any:
    """Return `value` with null in place of the infinities in it, which JSON lacks."""
    if isinstance(value, Mapping):
        return {key: _null_infinities(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
