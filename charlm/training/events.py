"""What a training loop tells the world; the command line, the log and the app all read these."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Started:
    """Training begins, or goes on from `step`."""

    run: str
    step: int
    total_steps: int
    parameters: int
    device: str
    precision: str
    unit: str
    """What `units_per_second` counts, in the plural: characters, reviews, commands."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """Progress since the last such event; losses are means over those steps, in nats."""

    step: int
    epoch: float
    """Passes made so far, with the fraction of the one under way."""
    train_loss: float
    learning_rate: float
    gradient_norm: float
    """Largest global norm since the last such event, before clipping."""
    clipped: float
    """Share of the steps since the last such event in which the gradient was clipped."""
    units_per_second: float
    elapsed: float
    """Seconds of training, over all sessions of the run."""
    remaining: float
    """Estimated seconds to the end."""


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """The validation part was read; `loss` in nats per unit decides what the best model is."""

    step: int
    epoch: float
    """Passes made so far, with the fraction of the one under way."""
    loss: float
    train_loss: float
    """Mean training loss since the last evaluation."""
    best: bool
    metrics: Mapping[str, float]
    averaged: bool = False
    """Whether these figures are those of the average of the weights, which was the better one."""
    other_loss: float | None = None
    """Loss of the other of the two, the weights or their average; None while there is none."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What the model writes at this step."""

    step: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A checkpoint was written that training can go on from."""

    step: int
    path: str


Reason = Literal["finished", "out of time", "no improvement", "interrupted", "diverged"]


@dataclass(frozen=True, kw_only=True)
class Finished:
    """Training ended; `best_loss` is the validation loss of the model that was kept."""

    step: int
    reason: Reason
    best_loss: float
    elapsed: float
    clipped: float
    """Share of all the run's steps in which the gradient was clipped."""
    averaged: bool = False
    """Whether the model that was kept is the average of the weights."""


Event = Started | Step | Evaluated | Sampled | Saved | Finished


def to_json(event: Event) -> dict[str, Any]:
    """Return the event as a plain object whose first key, `event`, is its kind in lower case."""
    return {"event": type(event).__name__.lower(), **dataclasses.asdict(event)}
