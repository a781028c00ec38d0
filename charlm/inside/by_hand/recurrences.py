"""The three places where a recurrence may come from, worked out on the same inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from charlm.inside.results import Result
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.figures import Figure

Kind = Literal["hidden to hidden", "output to hidden", "output to output"]

FORMULAS: Mapping[Kind, str] = {
    "hidden to hidden": "h_t = tanh(U x_t + W h_(t-1) + b), y_t = V h_t + c",
    "output to hidden": "h_t = tanh(U x_t + W y_(t-1) + b), y_t = V h_t + c",
    "output to output": "h_t = tanh(U x_t + b), y_t = V h_t + W y_(t-1) + c",
}
"""What each of them computes. Before the first step, h and y are 0."""

CLASSIC_INPUTS = (0.7, 0.9, 1.1)
"""Inputs of the classic example, whose numbers are the defaults of a `Neuron`."""
LARGEST = 1e6
"""Largest size of a number that goes in."""
MOST_STEPS = 1000
"""Most steps of time."""


@dataclass(frozen=True, kw_only=True)
class Neuron:
    """The numbers of one neuron with one output."""

    u: float = 0.2
    """Weight of the input, U."""
    w: float = 0.3
    """Weight of what comes from the step before, W."""
    b: float = -0.1
    """Bias of the neuron, b."""
    v: float = 0.5
    """Weight of the output, V."""
    c: float = 0.1
    """Bias of the output, c."""


@dataclass(frozen=True)
class Path:
    """What one kind of recurrence computes, at each of T steps."""

    kind: Kind
    """Where the recurrence comes from."""
    h: tuple[float, ...]
    """The hidden state."""
    y: tuple[float, ...]
    """The output."""
    influence: tuple[float, ...]
    """dy_t / dx_1: what is left in each output of the first input."""


@dataclass(frozen=True)
class Recurrences(Result):
    """The three kinds side by side."""

    neuron: Neuron
    """The numbers of the neuron."""
    x: tuple[float, ...]
    """The inputs, T."""
    paths: tuple[Path, ...]
    """The three kinds, in the order of `FORMULAS`."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row a step and kind: its input, h, y, and dy_t / dx_1."""
        return [
            {
                "kind": path.kind,
                "t": t + 1,
                "x": x,
                "h": path.h[t],
                "y": path.y[t],
                "dy/dx_1": path.influence[t],
            }
            for path in self.paths
            for t, x in enumerate(self.x)
        ]

    def plot(self) -> Figure:
        """Return a picture: the outputs, and what is left in them of the first input."""
        from charlm.drawing.figures import MaxNLocator
        from charlm.drawing.panels import Line, Panel
        from charlm.drawing.picture import draw_panels

        def points(values: Sequence[float]) -> list[tuple[float, float]]:
            return [(t + 1.0, value) for t, value in enumerate(values)]

        panels = [
            Panel(title, "step t", label, [Line(n, points(v)) for n, v in enumerate(values)])
            for title, label, values in (
                ("the output", "y_t", [path.y for path in self.paths]),
                (
                    "what is left of the first input",
                    "dy_t / dx_1",
                    [p.influence for p in self.paths],
                ),
            )
        ]
        picture = draw_panels(panels, [path.kind for path in self.paths])
        for axes in picture.axes:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return picture


def compare_recurrences(x: Sequence[float], neuron: Neuron | None = None) -> Recurrences:
    """Work out the three kinds of recurrence on the same inputs; see `FORMULAS`.

    An output holds what the training wants to see in it, and so it may lose what later steps need:
    a recurrence from the output is weaker than one from the hidden state. But steps can then be
    trained by themselves, with the right output of the step before in the place of the model's own
    (teacher forcing).

    Source: Goodfellow, Bengio and Courville 2016, Deep Learning, section 10.2 (equations 10.8 to
    10.11 are the first kind, figure 10.4 the second).

    Args:
        x: the inputs, at least one.
        neuron: its numbers; by default those of the classic example.

    Raises:
        UserError: there is no input, there are too many, or a number is not finite or too large.
    """
    neuron = neuron or Neuron()
    if not 1 <= len(x) <= MOST_STEPS:
        raise UserError(f"give 1 to {MOST_STEPS:,} inputs, not {len(x):,}")
    for number in (*x, *vars(neuron).values()):
        if not abs(number) <= LARGEST:
            raise UserError(f"a number from {-LARGEST:g} to {LARGEST:g} is needed, not {number}")
    paths = tuple(_work_out(kind, x, neuron) for kind in FORMULAS)
    if not all(math.isfinite(y) for path in paths for y in path.y + path.influence):
        raise UserError("the output grows without bound; take a smaller W, or fewer inputs")
    return Recurrences(neuron, tuple(x), paths)


def _work_out(kind: Kind, x: Sequence[float], neuron: Neuron) -> Path:
    """Return one kind. Beside h and y, their derivatives by the first input are carried along."""
    found: tuple[list[float], list[float], list[float]] = ([], [], [])
    h = y = dh = dy = 0.0
    for t, value in enumerate(x):
        before, d_before = (h, dh) if kind == "hidden to hidden" else (y, dy)
        direct = kind == "output to output"  # the step before adds to y, not to what enters tanh
        inner = neuron.u * value + neuron.b + (0.0 if direct else neuron.w * before)
        d_inner = (neuron.u if t == 0 else 0.0) + (0.0 if direct else neuron.w * d_before)
        h = math.tanh(inner)
        dh = (1 - h * h) * d_inner
        y = neuron.v * h + neuron.c + (neuron.w * before if direct else 0.0)
        dy = neuron.v * dh + (neuron.w * d_before if direct else 0.0)
        for values, new in zip(found, (h, y, dy), strict=True):
            values.append(new)
    return Path(kind, *map(tuple, found))
