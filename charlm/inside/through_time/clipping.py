"""What clipping does to a step whose gradient explodes, and to one whose gradient does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.config import ModelConfig, TrainingConfig
from charlm.inside.results import Result
from charlm.inside.through_time.subjects import cut_windows, draw_fresh
from charlm.training.config import ClipBy
from charlm.training.optimizer import Clipper
from corpora.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONFIG = ModelConfig(cell="rnn", num_layers=1, residual=False, dropout=0.0)
"""One layer, whose gradient has one way back."""
EXPLODING = 4.0
"""Factor of the recurrent weights of the step that explodes: the norm of its gradient, through 128
characters, is then 40,000 to 80,000 times larger."""
LENGTH, PLACES = 128, 16
"""Characters that are propagated back through, and stretches of the text in the batch."""


@dataclass(frozen=True)
class Clipped:
    """The gradient of all weights at one step, before and after clipping."""

    factor: float
    """Factor of the recurrent weights; 1 for an ordinary step."""
    clip_by: ClipBy
    """How it is clipped: by norm, by value, or not at all."""
    norm_before: float
    """Norm of the gradient before it is clipped."""
    norm: float
    """Norm after it."""
    cosine: float
    """Cosine of the angle between the gradients before and after: 1 is the same direction."""
    share: float
    """Share of the numbers of the gradient that clipping has changed."""

    @property
    def angle(self) -> float:
        """Return the angle between the gradients before and after, in degrees."""
        # Rounded: a cosine of 1 - 1e-16 would be an angle of a millionth of a degree.
        return math.degrees(math.acos(max(-1.0, min(1.0, round(self.cosine, 12)))))


@dataclass(frozen=True)
class Clipping(Result):
    """An ordinary and an exploding step, clipped in both ways."""

    clip: float
    """The bound: of the norm of the whole gradient, or of each of its numbers."""
    steps: tuple[Clipped, ...]
    """The ordinary step, then the exploding one: not clipped, by norm, by value."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each step and way of clipping."""
        return [{**vars(step), "angle": step.angle} for step in self.steps]

    def plot(self) -> Figure:
        """Return a picture of the step that explodes: its gradients as arrows."""
        from charlm.inside.through_time.clipping_picture import draw_arrows

        exploding = [step for step in self.steps if step.factor == EXPLODING]
        return draw_arrows({step.clip_by: (step.norm, step.angle) for step in exploding})


def clip_steps(
    vocabulary: Vocabulary, text: str, *, clip: float | None = None, seed: int = 1
) -> Clipping:
    """Clip the gradient of an ordinary step and of one that explodes, by norm and by value.

    By norm, g becomes g * clip / |g| if |g| > clip: shorter, in the same direction (Pascanu,
    Mikolov and Bengio 2013, algorithm 1). By value, each number of g is brought between -clip and
    clip (Mikolov 2012): the norm is bounded only by clip * sqrt(numbers), and the direction is
    another one. The clipping is that of `charlm.train`.

    Args:
        vocabulary: the symbols of the text.
        text: the text.
        clip: the bound; by default that of a training.
        seed: seed of the weights of the start.

    Raises:
        UserError: the text is too short.
    """
    bound = TrainingConfig.clip if clip is None else clip
    windows = cut_windows(vocabulary, text, LENGTH + 1, PLACES)
    steps: list[Clipped] = []
    for factor in (1.0, EXPLODING):
        model = draw_fresh(CONFIG, len(vocabulary), seed).double()
        with torch.no_grad():
            for layer in model.stack():
                layer.get_parameter("weight_hh_l0").mul_(factor)
        parameters = list(model.parameters())
        with torch.enable_grad():
            logits, _ = model(windows[:, :-1])
            loss = F.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
            gradients = torch.autograd.grad(loss, parameters)
        before = _join(gradients)
        ways: tuple[ClipBy, ...] = ("none", "norm", "value")
        for clip_by in ways:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient.clone()
            Clipper(parameters, TrainingConfig(clip=bound, clip_by=clip_by))()
            after = _join([p.grad for p in parameters if p.grad is not None])
            steps.append(_compare(factor, clip_by, before, after))
    return Clipping(bound, tuple(steps))


def _join(gradients: Sequence[Tensor]) -> Tensor:
    return torch.cat([gradient.flatten() for gradient in gradients])


def _compare(factor: float, clip_by: ClipBy, before: Tensor, after: Tensor) -> Clipped:
    cosine = float(F.cosine_similarity(before, after, dim=0, eps=0.0))
    share = float((before != after).double().mean())
    return Clipped(factor, clip_by, float(before.norm()), float(after.norm()), cosine, share)
