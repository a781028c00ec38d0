"""The character language model: embedding, a stack of recurrent layers, logits."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call

from charlm.config import ModelConfig
from charlm.nn.dropout import dropped_weights, locked_dropout
from charlm.nn.recurrent import LAYERS, State, cast_state

EMBEDDING_SCALE = 2.0


class CharLM(nn.Module):
    """Embedding, `num_layers` recurrent layers and a linear layer to logits.

    The layers are separate modules of one layer each, so that residual connections and dropout
    can stand between them; in bf16 on a CPU that is as fast as one module of all (75 and 80
    thousand characters a second, before `keep_freed_memory`).
    """

    def __init__(self, config: ModelConfig, vocabulary_size: int) -> None:
        super().__init__()
        self.config = config
        sizes = [config.embedding_size] + [config.hidden_size] * config.num_layers
        self.embedding = nn.Embedding(vocabulary_size, config.embedding_size)
        layer = LAYERS[config.cell]
        self.layers = nn.ModuleList(layer(below, config.hidden_size) for below in sizes[:-1])
        self.output = nn.Linear(config.hidden_size, vocabulary_size)
        # Characters must speak up against what the layers add to them: after 3 passes over War and
        # Peace (128 streams, learning rate 4e-3), validation is at 1.47 nats CRLF-equivalent with
        # torch's own scale of 1, 1.43 with 2, 1.46 with 4.
        nn.init.normal_(self.embedding.weight, std=EMBEDDING_SCALE)
        self.rank, self.world_size = 0, 1

    def forward(
        self,
        ids: Tensor,
        state: State | None = None,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, State]:
        """Read `ids` (B, T) from `state`; return logits (B, T, V) and the state after them.

        `generator`, on the CPU, draws the dropout masks while training; the same, the same masks.
        """
        x = self.embedding(ids.t())  # time first, as the recurrent kernels want it: (T, B, E)
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        after: State = []
        share = self.config.dropout if self.training else 0.0
        weight_share = self.config.weight_dropout if self.training else 0.0
        for index, layer in enumerate(self.layers):
            before = cast_state(x, state[index]) if state is not None else None
            if weight_share:
                weights = layer.get_parameter("weight_hh_l0")
                dropped = dropped_weights(weights, weight_share, generator)
                y, layer_state = functional_call(layer, {"weight_hh_l0": dropped}, (x, before))
            else:
                y, layer_state = layer(x, before)
            after.append(layer_state)
            y = locked_dropout(y, share, generator, rank=self.rank, ranks=self.world_size)
            x = x + y if self.config.residual and x.shape == y.shape else y
        return self.output(x).transpose(0, 1), after
