"""Progress of a training as plain lines, and the formats of its figures."""

from __future__ import annotations

import math
from typing import Protocol

from rich.console import Console

from charlm.console.program import printable
from charlm.training.events import Evaluated, Event, Finished, Sampled, Started, Step

AVERAGE = "average of the weights"
"""What people see of a model that is the exponential moving average of its weights."""

LINE_SECONDS = 10.0
"""Seconds between progress lines."""


class Sink(Protocol):
    """A function that takes the events of a training, one after the other."""

    def __call__(self, event: Event) -> None:
        """Take `event`."""


def format_clock(seconds: float) -> str:
    """Return a time in the form h:mm:ss, or m:ss below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_nats(loss: float) -> str:
    """Return a loss, which is in nats, as text in nats and bits."""
    return f"{loss:.4f} nats, {loss / math.log(2):.3f} bits"


def format_validation(event: Evaluated) -> str:
    """Return the figures of an evaluation: its loss and, if it has one, its accuracy.

    Once there is an average of the weights, the loss of the one that was worse stands there too.
    """
    accuracy = event.metrics.get("accuracy")
    shown = format_nats(event.loss) + (f", accuracy {accuracy:.2%}" if accuracy is not None else "")
    if event.other_loss is None:
        return shown
    other = "weights" if event.averaged else "average"
    return f"{shown} ({AVERAGE if event.averaged else 'weights'}; {other} {event.other_loss:.4f})"


def drop_drawing(text: str) -> str:
    """Return a sample without a drawing of Braille dots: of such a one, its first line says it."""
    drawn = any("\u2800" < character <= "\u28ff" for character in text)
    return text.partition("\n")[0] if drawn else text


class PlainLines:
    """Writes a line for each evaluation and sample, and one for progress every few seconds."""

    def __init__(self, console: Console) -> None:
        self.console, self.unit = console, ""
        self.last_progress = -math.inf

    def __call__(self, event: Event) -> None:
        """Write a line for `event`, if its kind has one."""
        line = self._line(event)
        if line:
            self.console.print(printable(line), soft_wrap=True, markup=False, emoji=False)

    def _line(self, event: Event) -> str:
        match event:
            case Started():
                self.unit = event.unit
                return describe_start(event)
            case Step() if event.elapsed - self.last_progress >= LINE_SECONDS:
                self.last_progress = event.elapsed
                loss = format_nats(event.train_loss)
                return (
                    f"step {event.step}  pass {event.epoch:.2f}  train {loss}  "
                    f"rate {event.learning_rate:.2e}  norm {event.gradient_norm:.2f} "
                    f"({event.clipped:.0%} clipped)  {event.units_per_second:,.0f} {self.unit}/s  "
                    f"{format_clock(event.remaining)} left"
                )
            case Evaluated():
                best = "  (best so far)" if event.best else ""
                return f"step {event.step}  validation {format_validation(event)}{best}"
            case Sampled():
                return f"step {event.step}  sample: {' '.join(drop_drawing(event.text).split())}"
            case Finished():
                return describe_end(event)
            case _:
                return ""


def describe_start(event: Started) -> str:
    """Return the first line about a training: what is trained, and where."""
    origin = f" from step {event.step:,}" if event.step else ""
    return (
        f"training {event.run}{origin}: {event.parameters:,} parameters, "
        f"{event.device} in {event.precision}, {event.total_steps:,} steps"
    )


def describe_end(event: Finished) -> str:
    """Return the last line about a training: why it ended, and its best loss."""
    best = format_nats(event.best_loss) if math.isfinite(event.best_loss) else "none yet"
    best += f" ({AVERAGE})" if event.averaged else ""
    return (
        f"{event.reason} at step {event.step:,} after {format_clock(event.elapsed)}; "
        f"best validation {best}; {event.clipped:.1%} of the steps clipped"
    )
