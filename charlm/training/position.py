"""Where a training stands: what is saved beside the weights."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Self

from corpora.errors import UserError

LATER = ("settled", "averaged", "best_averaged")
"""Fields of a position that a later version added: a file without them means the defaults."""


@dataclass
class Sums:
    """Figures of steps, added up."""

    steps: int = 0
    loss: float = 0.0
    norm: float = 0.0
    """The largest gradient norm."""
    clipped: float = 0.0
    """Steps in which the gradient was clipped."""

    def add(self, loss: float, norm: float, clipped: float) -> None:
        """Count one more step. Step by step, the sums do not depend on when saves were made."""
        self.steps += 1
        self.loss += loss
        self.norm = max(self.norm, norm)
        self.clipped += clipped


@dataclass
class Position:
    """Where a training stands; saved as JSON beside the weights."""

    step: int = 0
    elapsed: float = 0.0
    """Seconds of training, over all sessions."""
    best_loss: float = math.inf
    """The lowest validation loss by now, in nats."""
    best_averaged: bool = False
    """Whether the model with that loss is the average of the weights."""
    stale: int = 0
    """Evaluations since the best one."""
    clipped: float = 0.0
    """Steps in which the gradient was clipped."""
    settled: bool = False
    """Whether the run was lengthened after its schedule had ended: the rate stays the last one."""
    averaged: int = 0
    """Steps that went into the average of the weights."""
    since_report: Sums = field(default_factory=Sums)
    since_evaluation: Sums = field(default_factory=Sums)

    def settle(self, total_steps: int, max_minutes: float) -> bool:
        """Settle at the last learning rate if the schedule has ended; return whether it has.

        For a training that is lengthened: a schedule that had ended is not stretched, for the rate
        would leap from its lowest back to where the longer schedule has it.

        Args:
            total_steps: at which the schedule ended before.
            max_minutes: after which it ended before; 0 for no limit.
        """
        out_of_time = max_minutes > 0 and self.elapsed >= 60 * max_minutes
        self.settled = self.settled or self.step >= total_steps or out_of_time
        return self.settled

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Undo `dataclasses.asdict`.

        Raises:
            UserError: a field is unknown, missing, or no figure that can be.
        """
        fields = _check(cls, data, nested=("since_report", "since_evaluation"))
        sums = {
            name: Sums(**_check(Sums, fields[name]))
            for name in ("since_report", "since_evaluation")
        }
        return cls(**{**fields, **sums})


def _check(kind: type[Sums] | type[Position], data: object, nested: tuple[str, ...] = ()) -> Any:
    """Return `data` if it is an object with the fields of `kind`, and figures in them."""
    defaults = {one.name: one.default for one in dataclasses.fields(kind)}
    if not isinstance(data, dict) or {*data, *LATER} != {*defaults, *LATER}:
        raise UserError("the position of the training is damaged")
    for name, value in data.items():
        if name in nested:
            continue
        if isinstance(defaults[name], bool):
            if not isinstance(value, bool):
                raise UserError(f"the position of the training is damaged: {name} cannot be so")
            continue
        whole = isinstance(defaults[name], int)
        good = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        # A loss may be below zero; it may be infinite before the first evaluation.
        if not good or value != value or (value < 0 and "loss" not in name) or value >= 2**63:
            if name == "best_loss" and value == math.inf:
                continue
            raise UserError(f"the position of the training is damaged: {name} cannot be so")
    return data
