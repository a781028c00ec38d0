"""What truncated back-propagation through time cuts off from the gradient of the weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.config import Cell
from charlm.inside.results import Result
from charlm.inside.through_time.subjects import Subject, cut_windows
from charlm.model import CharLM
from charlm.nn.recurrent import State, detach_state
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from charlm.drawing.panels import Panel

LENGTH = 512
"""Characters of a stretch: the full gradient goes back through all of them."""
PLACES = 8
"""Stretches of the text, over which the loss is averaged."""


@dataclass(frozen=True)
class Truncated:
    """The gradient of the recurrent weights, cut after T steps, beside the full one."""

    model: str
    """Name of the model."""
    cell: Cell
    """Its cell."""
    trained: bool
    """Whether its weights are trained, or those of the start."""
    steps: int
    """Steps of a window, T: no gradient goes from one window to the window before."""
    norm: float
    """Norm of the truncated gradient."""
    full_norm: float
    """Norm of the full gradient."""
    difference: float
    """|full - truncated| / |full|: the share that is cut off."""
    cosine: float
    """Cosine of the angle between them."""

    @property
    def label(self) -> str:
        """Return the name of its line in a picture."""
        return self.model if self.cell in self.model else f"{self.model} ({self.cell})"


@dataclass(frozen=True)
class Truncation(Result):
    """What truncation cuts off, for several models and several numbers of steps."""

    rows: tuple[Truncated, ...]
    """A row for each model, before and after training, and each number of steps."""
    length: int
    """Characters that the full gradient goes back through."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each model and number of steps."""
        return [dict(vars(row)) for row in self.rows]

    def panels(self) -> list[Panel]:
        """Return the panels of a picture: the share that is cut off, and the cosine, over T."""
        from charlm.drawing.panels import Line, Panel

        names = self.series()
        curves: dict[tuple[str, bool], list[Truncated]] = {}
        for row in self.rows:
            curves.setdefault((row.label, row.trained), []).append(row)
        return [
            Panel(
                title,
                "log2 of T, steps of a window",
                figure,
                [
                    Line(
                        names.index(name),
                        [(math.log2(row.steps), getattr(row, figure)) for row in rows],
                        dashed=not trained,
                    )
                    for (name, trained), rows in curves.items()
                ],
            )
            for figure, title in (
                ("difference", "share of the gradient that is cut off (dashed: before training)"),
                ("cosine", "cosine with the full gradient"),
            )
        ]

    def series(self) -> list[str]:
        """Return the names of the lines of a picture."""
        return list(dict.fromkeys(row.label for row in self.rows))

    def plot(self) -> Figure:
        """Return a picture of what is cut off, over the steps of a window."""
        from charlm.drawing.picture import draw_panels

        return draw_panels(self.panels(), self.series())


def truncate(
    subjects: Sequence[Subject],
    text: str,
    windows: Sequence[int],
    *,
    seed: int = 1,
    length: int = LENGTH,
    progress: Callable[[int], None] = lambda count: None,
) -> Truncation:
    """Compare the gradient of windows of T steps with that of the whole stretch.

    As in training (`charlm.train`), the state goes on from window to window, and its gradient does
    not (Williams and Peng 1990; Mikolov 2012). Only the recurrent weights, W_hh of all layers, are
    compared. The loss is the mean over 8 stretches of the text that begin in a state of zeros.

    Args:
        subjects: what is measured.
        text: the text.
        windows: numbers of steps T, each less than the length.
        seed: seed of the weights of the start.
        length: characters of a stretch.
        progress: is told of each gradient that is done: 1.

    Raises:
        UserError: the text is too short, or a number of steps out of range.
    """
    for steps in windows:
        if not 1 <= steps < length:
            raise UserError(f"--truncation must lie between 1 and {length - 1}, not {steps:,}")
    rows: list[Truncated] = []
    for subject in subjects:
        ids = cut_windows(subject.vocabulary, text, length + 1, PLACES)
        model = subject.build(seed).float()  # as in training; four times as fast for an LSTM
        full = compute_gradient(model, ids, length)
        progress(1)
        for steps in sorted(set(windows)):
            own = compute_gradient(model, ids, steps)
            progress(1)
            rows.append(
                Truncated(
                    subject.name,
                    subject.config.cell,
                    subject.trained is not None,
                    steps,
                    float(own.norm()),
                    float(full.norm()),
                    float((full - own).norm() / full.norm()),
                    float(F.cosine_similarity(full, own, dim=0, eps=0.0)),
                )
            )
    return Truncation(tuple(rows), length)


def compute_gradient(model: CharLM, ids: Tensor, steps: int) -> Tensor:
    """Return the gradient of the mean loss with respect to all W_hh, truncated after `steps`.

    Args:
        model: the network.
        ids: symbols (N, T + 1).
        steps: steps of a window.
    """
    weights = [layer.get_parameter("weight_hh_l0") for layer in model.stack()]
    total = [torch.zeros_like(weight) for weight in weights]
    state: State | None = None
    count = ids.shape[1] - 1
    for start in range(0, count, steps):
        end = min(start + steps, count)
        with torch.enable_grad():
            logits, state = model(ids[:, start:end], state)
            targets = ids[:, start + 1 : end + 1].flatten()
            loss = F.cross_entropy(logits.flatten(0, 1), targets, reduction="sum")
            gradients = torch.autograd.grad(loss / (len(ids) * count), weights)
        state = detach_state(state)
        for sum_, gradient in zip(total, gradients, strict=True):
            sum_ += gradient
    return torch.cat([gradient.flatten() for gradient in total])
