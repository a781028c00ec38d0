"""The forecaster: a network that reads numbers and says what comes next, and how sure it is."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.nn.recurrent import State
from seq.forecast.config import ForecasterConfig
from seq.forecast.distribution import LEAST_FREEDOM, LEAST_SCALE, Distribution, Feed
from seq.layers.decoder import VectorDecoder
from seq.layers.encoder import Encoder
from seq.layers.memory import Memory


class Forecaster(nn.Module):
    """A network that forecasts H steps from C steps of K columns. The target is column 0.

    Each forecast of a step is the value that was read last plus what the network says, so a network
    that says 0 forecasts no change. With the strategy `direct` that value is the last one known.
    A recursive forecaster forecasts all K columns, because it reads all of them (O = K); the others
    forecast the target alone (O = 1).

    Args:
        config: shape of the forecaster.
        columns: K.
    """

    def __init__(self, config: ForecasterConfig, columns: int) -> None:
        super().__init__()
        self.config, self.columns = config, columns
        self.predicted = columns if config.strategy == "recursive" else 1
        size, directions = config.hidden_size, 2 if config.bidirectional else 1
        if config.strategy != "recursive":
            self.encoder = Encoder(
                config.cell,
                columns,
                size // directions,
                config.num_layers,
                bidirectional=config.bidirectional,
                dropout=config.dropout,
            )
        if config.strategy == "direct":
            self.output = nn.Linear(size, 2 * config.horizon)
        else:
            self.decoder = VectorDecoder(
                config.cell,
                self.predicted,
                size,
                config.num_layers,
                outputs=2 * self.predicted,
                memory_size=size,
                scoring=None if config.attention == "none" else config.attention,
                dropout=config.dropout,
            )
        if config.likelihood == "student":
            self.freedom = nn.Parameter(torch.tensor(3.0))

    def read(self, context: Tensor, generator: torch.Generator | None = None) -> Memory:
        """Read the context, (C, B, K), and return what a decoder starts from.

        Args:
            context: scaled values, after `centre`.
            generator: draws the dropout masks in training. It lies on the CPU.
        """
        padding = torch.zeros(context.shape[:2], dtype=torch.bool, device=context.device)
        if self.config.strategy == "recursive":
            return self.decoder.prepare(context, padding, self._zeros(context), generator)
        states, final = self.encoder.read_to_end(context, None, generator)
        return self.decoder.prepare(states, padding, final, generator)

    def forecast_known(
        self, context: Tensor, future: Tensor, generator: torch.Generator | None = None
    ) -> Distribution:
        """Return the distribution of each step given the true values of all steps before it.

        Args:
            context: scaled values, (C, B, K).
            future: the H rows after them, (H, B, K). The last one is not read.
            generator: draws the dropout masks in training.
        """
        if self.config.strategy == "direct":
            return self._forecast_at_once(context, len(future), generator)
        centre = self._find_centre(context)
        memory = self.read(context - centre, generator)
        own = centre[..., : self.predicted]
        whole = torch.cat([self._first_inputs(context), future[:-1, :, : self.predicted]])
        found, _, _ = self._step(whole - own, memory.final, memory)
        return found.pick(slice(len(whole) - len(future), None)).shift(own)

    def forecast(
        self,
        context: Tensor,
        steps: int,
        feed: Feed | None = None,
        generator: torch.Generator | None = None,
    ) -> Distribution:
        """Return the distribution of each step given what `feed` says of the steps before it.

        Args:
            context: scaled values, (C, B, K).
            steps: H. With the strategy `direct`, at most the horizon.
            feed: says what is read after each step, scaled; by default the point forecast.
            generator: draws the dropout masks in training.
        """
        if self.config.strategy == "direct":
            return self._forecast_at_once(context, steps, generator)
        found, _ = self._go_on(context, steps, feed, generator)
        return Distribution(
            torch.cat([one.mean for one in found]),
            torch.cat([one.scale for one in found]),
            found[0].freedom,
        )

    def look(self, context: Tensor, steps: int) -> Tensor | None:
        """Return how much each step of the point forecast looks at each row of the context.

        Args:
            context: scaled values, (C, B, K).
            steps: H.

        Returns:
            The attention weights, (H, B, C); None without attention.
        """
        if self.config.attention == "none":
            return None
        _, weights = self._go_on(context, steps, None, None)
        return torch.cat(weights)

    def _go_on(
        self, context: Tensor, steps: int, feed: Feed | None, generator: torch.Generator | None
    ) -> tuple[list[Distribution], list[Tensor]]:
        """Return the distribution of each step, and its attention weights if there are any."""
        centre = self._find_centre(context)
        memory = self.read(context - centre, generator)
        own = centre[..., : self.predicted]
        inputs, state = self._first_inputs(context) - own, memory.final
        found: list[Distribution] = []
        looked: list[Tensor] = []
        for step in range(steps):
            outputs, state, weights = self._step(inputs, state, memory)
            found.append(outputs.pick(slice(-1, None)).shift(own))
            if weights is not None:
                looked.append(weights[-1:])
            inputs = (found[-1].mean if feed is None else feed(step, found[-1])) - own
        return found, looked

    def _forecast_at_once(
        self, context: Tensor, steps: int, generator: torch.Generator | None
    ) -> Distribution:
        centre = self._find_centre(context)
        _, final = self.encoder.read_to_end(context - centre, None, generator)
        top = final[-1] if isinstance(final[-1], Tensor) else final[-1][0]
        raw = self.output(top)[0].float().t()  # (2H, B)
        mean, scale = raw.reshape(self.config.horizon, 2, -1)[:steps].unbind(dim=1)
        last = context[-1:, :, 0]
        return self._distribution(mean[..., None] + last[..., None], scale[..., None])

    def _first_inputs(self, context: Tensor) -> Tensor:
        """Return what is read before the first step is forecast: all of it, or the last target."""
        return context if self.config.strategy == "recursive" else context[-1:, :, :1]

    def _step(
        self, inputs: Tensor, state: State, memory: Memory
    ) -> tuple[Distribution, State, Tensor | None]:
        """Return the distribution after each input (T, B, O), the last state, and the weights."""
        raw, after, weights = self.decoder(inputs, state, memory)
        mean, scale = raw.float().chunk(2, dim=2)
        return self._distribution(inputs + mean, scale), after, weights

    def _distribution(self, mean: Tensor, scale: Tensor) -> Distribution:
        freedom = None
        if self.config.likelihood == "student":
            freedom = LEAST_FREEDOM + F.softplus(self.freedom)
        return Distribution(mean, F.softplus(scale) + LEAST_SCALE, freedom)

    def _find_centre(self, context: Tensor) -> Tensor:
        """Return what is subtracted from every row, (1, B, K): the last row, or nothing."""
        last = context[-1:]
        return last if self.config.relative else torch.zeros_like(last)

    def _zeros(self, context: Tensor) -> State:
        zeros = context.new_zeros(1, context.shape[1], self.config.hidden_size)
        counts = self.decoder.state_counts()  # those of a registered cell, too
        return [zeros if count == 1 else (zeros, zeros) for count in counts]


@torch.inference_mode()
def draw_paths(
    model: Forecaster, context: Tensor, steps: int, count: int, generator: torch.Generator
) -> Tensor:
    """Draw how each of B series may go on, `count` times: (H, B, count), the scaled target.

    Step by step, each path reads what it has drawn itself, so its spread grows as it should.

    Args:
        model: the forecaster, in evaluation mode.
        context: scaled values, (C, B, K).
        steps: H.
        count: paths of each series.
        generator: draws the paths. It lies on the CPU.
    """
    many = context.repeat_interleave(count, dim=1)
    drawn: list[Tensor] = []
    if model.config.strategy == "direct":
        drawn.append(model.forecast(many, steps).sample(generator))
    else:

        def feed(step: int, found: Distribution) -> Tensor:
            drawn.append(found.sample(generator))
            return drawn[-1]

        model.forecast(many, steps, feed)
    paths = torch.cat(drawn)[..., 0]
    return paths.view(steps, context.shape[1], count)
