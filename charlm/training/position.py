"""Where a training stands: what is saved beside the weights."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Sums:
    """What steps add up to."""

    steps: int = 0
    loss: float = 0.0
    norm: float = 0.0
    """The largest gradient norm."""
    clipped: float = 0.0

    def add(self, loss: float, norm: float, clipped: float) -> None:
        """Count one more step: step by step, the sums do not depend on when saves were made."""
        self.steps += 1
        self.loss += loss
        self.norm = max(self.norm, norm)
        self.clipped += clipped


@dataclass
class Position:
    """Where a training stands; saved as JSON beside the weights."""

    step: int = 0
    elapsed: float = 0.0
    best_loss: float = math.inf
    stale: int = 0
    """Evaluations since the best one."""
    clipped: float = 0.0
    """Steps in which the gradient was clipped."""
    since_report: Sums = field(default_factory=Sums)
    since_evaluation: Sums = field(default_factory=Sums)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Undo `dataclasses.asdict`."""
        sums = {name: Sums(**data[name]) for name in ("since_report", "since_evaluation")}
        return cls(**{**data, **sums})
