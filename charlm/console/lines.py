"""Readers of a loop's events: lines, a live display, a log, TensorBoard."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from charlm.console.program import printable
from charlm.events import Evaluated, Event, Finished, Sampled, Started, Step, to_json
from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error

LINE_SECONDS = 10.0
"""Time between progress lines where the output is no terminal."""


class Sink(Protocol):
    """Takes events, one after the other."""

    def __call__(self, event: Event) -> None:
        """Take `event`."""


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


def clock(seconds: float) -> str:
    """Return h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def nats(loss: float) -> str:
    """Return a loss in nats and bits."""
    return f"{loss:.4f} nats, {loss / math.log(2):.3f} bits"


def validation(event: Evaluated) -> str:
    """Return the figures of an evaluation: its loss and, where there is one, the accuracy."""
    accuracy = event.metrics.get("accuracy")
    return nats(event.loss) + (f", accuracy {accuracy:.2%}" if accuracy is not None else "")


class PlainLines:
    """Writes a line for each evaluation and sample, and for progress every few seconds."""

    def __init__(self, console: Console) -> None:
        self.console, self.unit = console, ""
        self.said = -math.inf

    def __call__(self, event: Event) -> None:
        """Write the line for `event`, if it has one."""
        line = self._line(event)
        if line:
            self.console.print(printable(line), soft_wrap=True, markup=False, emoji=False)

    def _line(self, event: Event) -> str:
        match event:
            case Started():
                self.unit = event.unit
                return started(event)
            case Step() if event.elapsed - self.said >= LINE_SECONDS:
                self.said = event.elapsed
                return (
                    f"step {event.step}  pass {event.epoch:.2f}  train {nats(event.train_loss)}  "
                    f"rate {event.learning_rate:.2e}  norm {event.gradient_norm:.2f} "
                    f"({event.clipped:.0%} clipped)  {event.units_per_second:,.0f} {self.unit}/s  "
                    f"{clock(event.remaining)} left"
                )
            case Evaluated():
                best = "  (best so far)" if event.best else ""
                return f"step {event.step}  validation {validation(event)}{best}"
            case Sampled():
                return f"step {event.step}  sample: {' '.join(event.text.split())}"
            case Finished():
                return finished(event)
            case _:
                return ""


def started(event: Started) -> str:
    """Return the first line about a training."""
    goes_on = f" from step {event.step:,}" if event.step else ""
    return (
        f"training {event.run}{goes_on}: {event.parameters:,} parameters, "
        f"{event.device} in {event.precision}, {event.total_steps:,} steps"
    )


def finished(event: Finished) -> str:
    """Return the last line about a training."""
    best = nats(event.best_loss) if math.isfinite(event.best_loss) else "none yet"
    return (
        f"{event.reason} at step {event.step:,} after {clock(event.elapsed)}; "
        f"best validation {best}; {event.clipped:.1%} of the steps clipped"
    )
