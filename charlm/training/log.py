"""TODO."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from charlm.runs.files import CONFIG, METRICS, read_json
from charlm.training.events import Evaluated, Event, Sampled, Step, to_json
from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error


def read_events(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events logged in a run folder, in order; a line cut short by a kill is left out.

    Raises:
        UserError: there is a log, but it cannot be read.
    """
    path = folder / METRICS
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    event = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(event, dict):
                    yield event
    except FileNotFoundError:
        return
    except OSError as error:
        raise os_error(error, path) from error


def best_loss(folder: Path) -> float | None:
    """Return the lowest validation loss of a run, or the one that an exported model recorded."""
    events = (event for event in read_events(folder) if event.get("event") == "evaluated")
    losses = [loss for event in events if (loss := _number(event.get("loss"))) is not None]
    if losses:
        return min(losses)
    config = read_json(folder / CONFIG)
    return _number(config.get("validation_loss")) if isinstance(config, dict) else None


def _number(value: object) -> float | None:
    """Return `value` if it is a finite number: a log may hold null, or anything if damaged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


class JsonLines:
    """Appends every event to a file as one line of JSON.

    Opened for a run that goes on from `step`, it first drops what was logged after it, and a last
    line that a kill cut short: each step stands in the file once. An evaluation at `step` itself is
    dropped unless `evaluated` says that the run goes on from behind it.
    """

    def __init__(self, path: Path, *, step: int = 0, evaluated: bool = True) -> None:
        end = (step, evaluated)
        try:
            if path.exists():
                kept = [line for line in _lines(path) if _place_of(line) <= end]
                write_atomic(path, b"".join(kept if step else []))
            self.file = path.open("ab", buffering=0)
        except OSError as error:
            raise os_error(error, path, "write") from error
        self.path = path

    def __call__(self, event: Event) -> None:
        """Log `event`."""
        line = json.dumps(_finite(to_json(event))) + "\n"
        try:
            self.file.write(line.encode())
        except OSError as error:
            raise os_error(error, self.path, "write") from error

    def close(self) -> None:
        """Close the file."""
        self.file.close()


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line


def _place_of(line: bytes) -> tuple[float, bool]:
    """Return the step of a logged event and whether it belongs to the evaluation after that step.

    The step of a damaged line is infinity, so that it is dropped.
    """
    try:
        event = json.loads(line)
        step, kind = event["step"], event["event"]
    except (ValueError, KeyError, TypeError):
        return math.inf, True
    return step if isinstance(step, int) else math.inf, kind in ("evaluated", "sampled")


def _finite(value: Any) -> Any:
    """Return `value` with null for the infinities in it, which JSON lacks."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def require_tensorboard() -> None:
    """Raise `UserError` unless TensorBoard is installed."""
    if find_spec("tensorboard") is None:
        raise UserError("TensorBoard is not installed; pip install 'charlm[tensorboard]'")


class TensorBoard:
    """Writes scalars for TensorBoard, which comes with the extra of that name."""

    def __init__(self, folder: Path, *, step: int = 0) -> None:
        require_tensorboard()
        from torch.utils.tensorboard.writer import SummaryWriter

        # What was logged after `step`, from which the run goes on, is not shown.
        self.writer = SummaryWriter(str(folder), purge_step=step or None)

    def __call__(self, event: Event) -> None:
        """Log `event` if TensorBoard can show it."""
        if isinstance(event, Step | Evaluated):
            kind = "train" if isinstance(event, Step) else "validation"
            for name, value in _scalars(event):
                self.writer.add_scalar(f"{kind}/{name}", value, event.step)
        elif isinstance(event, Sampled):
            self.writer.add_text("sample", event.text, event.step)

    def close(self) -> None:
        """Write what is still to be written."""
        self.writer.close()


def _scalars(event: Step | Evaluated) -> Iterator[tuple[str, float]]:
    if isinstance(event, Evaluated):
        yield from event.metrics.items()
        return
    yield "loss", event.train_loss
    yield "learning_rate", event.learning_rate
    yield "gradient_norm", event.gradient_norm
    yield "units_per_second", event.units_per_second
