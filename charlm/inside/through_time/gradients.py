"""Back-propagation through time: how much of a gradient arrives at states that are long past."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.arrays import Floats
from charlm.config import Cell
from charlm.inside.results import Result, table_html
from charlm.inside.through_time.decay import MOST_STEPS, find_distance, log_points, mean_factor
from charlm.inside.through_time.subjects import Subject, cut_windows
from charlm.model import CharLM
from charlm.nn.recurrent import LayerState, run_layer
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from charlm.drawing.panels import Panel

WARM_UP = 128
"""Characters that are read before the first state whose gradient is measured."""
MOST_PLACES = 256
"""Most places of a text."""
MOST_BYTES = 4 << 30
"""Memory of the steps that are kept for the way back, at most."""
BYTES_PER_UNIT = 100
"""Memory of a unit at a step, measured: 89 bytes with an LSTM of 4x128."""
FLOOR = -10.0
"""Lowest logarithm of a picture: what is below it is far below the precision of single floats."""

StateName = Literal["h", "c"]


@dataclass(frozen=True, eq=False)
class Curve:
    """How the gradient of a model's loss becomes smaller, or larger, on its way back."""

    model: str
    """Name of the model."""
    cell: Cell
    """Its cell."""
    trained: bool
    """Whether its weights are trained, or those of the start."""
    state: StateName
    """The state: h, or the c of an LSTM."""
    norms: Floats
    """Norm of dL_t / d state_(t-k) for k = 1 to K, (K,): the geometric mean over the places."""

    @property
    def label(self) -> str:
        """Return the name of the curve in a picture."""
        cell = "" if self.cell in self.model else f" ({self.cell})"
        return f"{self.model}{cell}, {self.state}"

    @property
    def half_life(self) -> float | None:
        """Return after how many characters half of the norm at k = 1 is left; None beyond K."""
        return find_distance(self.norms, 0.5)

    @property
    def factor(self) -> float | None:
        """Return the geometric mean of the factor by which a step back changes the norm."""
        return mean_factor(self.norms)


@dataclass(frozen=True, eq=False)
class Gradients(Result):
    """The gradients of several models on their way back through the same text."""

    curves: tuple[Curve, ...]
    """A curve for each model, before and after training, and for each of its states."""
    places: int
    """Number of places of the text, over which the geometric mean is taken."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row a curve, with all its norms."""
        pairs = zip(self.summarize(), self.curves, strict=True)
        return [{**row, "norms": curve.norms.tolist()} for row, curve in pairs]

    def summarize(self) -> list[dict[str, Any]]:
        """Return a row a curve: what it is of, and how fast it falls."""
        return [
            {
                "model": curve.model,
                "cell": curve.cell,
                "trained": curve.trained,
                "state": curve.state,
                "half_life": curve.half_life,
                "one_percent": find_distance(curve.norms, 0.01),
                "factor": curve.factor,
            }
            for curve in self.curves
        ]

    def _repr_html_(self) -> str:
        return table_html(self.summarize())

    def plot(self) -> Figure:
        """Return a picture of the curves: dashed before training, solid after it."""
        from charlm.drawing.picture import draw_panels

        return draw_panels(self.panels(), self.series(), title="back-propagation through time")

    def panels(self) -> list[Panel]:
        """Return the panel of a picture; the logarithms below `FLOOR` are left out."""
        from charlm.drawing.panels import Line, Panel

        names = self.series()
        lines = [
            Line(names.index(curve.label), log_points(curve.norms.tolist()), not curve.trained)
            for curve in self.curves
        ]
        heights = [y for line in lines for _, y in line.points]
        low, high = min(heights, default=0.0), max(heights, default=0.0)
        title = "gradient of a loss k characters later (dashed: before training)"
        y_range = (max(low, FLOOR, high - 12) - 0.2, high + 0.2)
        label = "log10 of the norm"
        return [Panel(title, "k, characters back", label, lines, y_range=y_range)]

    def series(self) -> list[str]:
        """Return the names of the lines of a picture: one for a model before and after training."""
        return list(dict.fromkeys(curve.label for curve in self.curves))


def measure_gradients(
    subjects: Sequence[Subject],
    text: str,
    *,
    steps: int = 100,
    places: int = 16,
    seed: int = 1,
    progress: Callable[[int], None] = lambda count: None,
) -> Gradients:
    """Measure the norm of dL_t / dh_(t-k) over k.

    L_t is the surprisal of the character after position t, in nats. h_(t-k) is the state of all
    layers that the step k characters before hands on to the next one; an LSTM hands on c as well,
    and each of them has a curve of its own, the other one held. By the chain rule

        dL_t / ds_(t-k) = dL_t / ds_(t-1) * ds_(t-1) / ds_(t-2) * ... * ds_(t-k+1) / ds_(t-k)

    where s is h, or h and c: a product of k - 1 Jacobians, which vanishes or explodes with k
    (Hochreiter 1991; Bengio, Simard and Frasconi 1994; Pascanu, Mikolov and Bengio 2013). The
    norms are those of the vector of all units, and their geometric mean is taken over places evenly
    spaced in the text, each in a state that has read the characters before it.

    Args:
        subjects: what is measured.
        text: the text; characters that a model does not know are left out.
        steps: greatest k, K.
        places: number of places.
        seed: seed of the weights of the start.
        progress: is told of each subject that is done: 1.

    Raises:
        UserError: the text is too short, a number is out of range, or memory would not do.
    """
    for name, number, most in (("steps", steps, MOST_STEPS), ("places", places, MOST_PLACES)):
        if not 1 <= number <= most:
            raise UserError(f"--{name} must lie between 1 and {most:,}, not {number:,}")
    for subject in subjects:
        _check_memory(subject, steps * places)
    curves: list[Curve] = []
    for subject in subjects:
        windows = cut_windows(subject.vocabulary, text, WARM_UP + steps + 1, places)
        for state, norms in trace_back(subject.build(seed), windows, steps).items():
            if not np.isfinite(norms).all():
                raise UserError(f"the gradients of {subject.name} are not finite numbers")
            trained = subject.trained is not None
            with np.errstate(divide="ignore"):  # a norm of 0 has the logarithm -inf, its mean is 0
                mean = np.exp(np.log(norms).mean(axis=1))
            curves.append(Curve(subject.name, subject.config.cell, trained, state, mean))
        progress(1)
    return Gradients(tuple(curves), places)


def _check_memory(subject: Subject, count: int) -> None:
    """Raise `UserError` if `count` steps of a network take too much memory."""
    size = BYTES_PER_UNIT * count * subject.config.num_layers * subject.config.hidden_size
    if size > MOST_BYTES:
        raise UserError(
            f"{subject.name} would take {size / 1e9:,.0f} GB; take fewer --steps or --places"
        )


def trace_back(model: CharLM, windows: Tensor, steps: int) -> dict[StateName, Floats]:
    """Return the norms (K, N) of the gradients of each state, k = 1 to K, for each window.

    Args:
        model: the network.
        windows: symbols (N, T). All but the last K + 1 warm the state up; the loss is that of the
            last one.
        steps: greatest distance, K.
    """
    warm, read, target = windows[:, : -steps - 1], windows[:, -steps - 1 : -1], windows[:, -1]
    with torch.no_grad():
        _, state = model(warm) if warm.shape[1] else (None, None)
    handed_on: list[list[LayerState]] = []
    with torch.enable_grad():
        x = torch.empty(0)
        for column in read.t():
            before = None
            if state is not None:
                # New tensors: only what goes to the next step counts, not what goes up a layer.
                before = [_view(layer) for layer in state]
                handed_on.append(before)
            x, state = _step(model, column, before)
        loss = F.cross_entropy(model.output(x), target, reduction="sum")
        named = [_list_states(layers) for layers in handed_on]
        tensors = [tensor for step in named for states in step.values() for tensor in states]
        gradients = iter(torch.autograd.grad(loss, tensors))
    norms: dict[StateName, list[Floats]] = {}
    for step in named:
        for name, states in step.items():
            own = torch.cat([next(gradients) for _ in states], dim=-1)  # (1, N, all units)
            norms.setdefault(name, []).append(own[0].norm(dim=-1).numpy())
    return {name: np.stack(values[::-1]) for name, values in norms.items()}


def _view(state: LayerState) -> LayerState:
    if isinstance(state, Tensor):
        return _own(state)
    return _own(state[0]), _own(state[1])


def _own(tensor: Tensor) -> Tensor:
    return tensor.view_as(tensor) if tensor.requires_grad else tensor.detach().requires_grad_()


def _list_states(layers: Sequence[LayerState]) -> dict[StateName, list[Tensor]]:
    if all(isinstance(layer, Tensor) for layer in layers):
        return {"h": [layer for layer in layers if isinstance(layer, Tensor)]}
    pairs = [layer for layer in layers if not isinstance(layer, Tensor)]
    return {"h": [h for h, _ in pairs], "c": [c for _, c in pairs]}


def _step(
    model: CharLM, ids: Tensor, before: list[LayerState] | None
) -> tuple[Tensor, list[LayerState]]:
    """Read one symbol (N,) a window; return the features (N, H) and the state of each layer."""
    x = model.embedding(ids)[None]
    after: list[LayerState] = []
    for index, layer in enumerate(model.stack()):
        y, state = run_layer(layer, x, None if before is None else before[index])
        after.append(state)
        x = x + y if model.config.residual and x.shape == y.shape else y
    return x[0], after
