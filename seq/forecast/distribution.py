"""What a forecaster says of each step: a distribution, whose mean is the point forecast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

LEAST_SCALE = 1e-4
"""Smallest scale of a distribution, in deviations of the training part: a likelihood without such a
bound has no maximum on a series without noise."""
LEAST_FREEDOM = 2.1
"""Fewest degrees of freedom of Student's distribution: with more than two it has a variance."""


@dataclass(frozen=True)
class Distribution:
    """A distribution for each of O columns of B series at each of H steps, scaled values."""

    mean: Tensor
    """The point forecast, (H, B, O): mean and median."""
    scale: Tensor
    """The scale, (H, B, O): the standard deviation of a Gaussian."""
    freedom: Tensor | None = None
    """Degrees of freedom of Student's distribution, a scalar; None for a Gaussian."""

    def pick(self, rows: slice) -> Distribution:
        """Return the distribution of some of the steps."""
        return Distribution(self.mean[rows], self.scale[rows], self.freedom)

    def shift(self, centre: Tensor) -> Distribution:
        """Return the distribution with `centre` (1, B, O) added to every value."""
        return Distribution(self.mean + centre, self.scale, self.freedom)

    def surprisal(self, values: Tensor) -> Tensor:
        """Return -ln of the density at `values` (H, B, O), in nats."""
        if self.freedom is not None:
            student = torch.distributions.StudentT(
                self.freedom, self.mean, self.scale, validate_args=False
            )
            density: Tensor = student.log_prob(values)  # type: ignore[no-untyped-call]
            return -density
        return F.gaussian_nll_loss(
            self.mean, values, self.scale**2, full=True, eps=LEAST_SCALE**2, reduction="none"
        )

    def sample(self, generator: torch.Generator) -> Tensor:
        """Return a value for each, (H, B, O); what is drawn is drawn on the CPU."""
        noise = torch.randn(self.mean.shape, generator=generator)
        if self.freedom is not None:
            shape = (self.freedom.detach().cpu() / 2).expand(noise.shape).contiguous()
            # The square of a Gaussian is a gamma variable; torch's own sampler takes a generator.
            gamma = torch._standard_gamma(shape, generator=generator)
            noise = noise * (shape / gamma.clamp_min(1e-6)).sqrt()
        return self.mean + self.scale * noise.to(self.mean)


Feed = Callable[[int, Distribution], Tensor]
"""Says what is read after a step: from its number, counted from 0, and its distribution (1, B, O),
the values (1, B, O)."""
