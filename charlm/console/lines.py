"""Readers of a loop's events: lines, a live display, a log, TensorBoard."""

from __future__ import annotations

import math
from typing import Protocol

from rich.console import Console

from charlm.console.program import printable
from charlm.training.events import Evaluated, Event, Finished, Sampled, Started, Step

LINE_SECONDS = 10.0
"""Time between progress lines where the output is no terminal."""


class Sink(Protocol):
    """Takes events, one after the other."""

    def __call__(self, event: Event) -> None:
        """Take `event`."""


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
