"""The translator: an encoder, and a decoder that may look back at it by attention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

from charlm.nn.dropout import locked_dropout, locked_mask
from charlm.nn.recurrent import LAYERS, State
from seq.batches import PAD
from seq.layers.attention import Attention
from seq.layers.decoder import Memory
from seq.layers.embedding import embedding
from seq.layers.encoder import Encoder
from seq.scan.config import TranslatorConfig


class Translator(nn.Module):
    """Reads commands and writes actions (Sutskever, Vinyals and Le 2014; Luong et al. 2015).

    The encoder reads in both directions, with half of the decoder's units each, so that its last
    states, side by side, are what the decoder begins with. With attention, the weighted sum of the
    encoder's states joins each state of the decoder before the output layer. It is not fed back:
    so, where the right actions are given, the decoder's layers run over all steps at once, in one
    kernel.
    """

    def __init__(self, config: TranslatorConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        self.config = config
        size = config.hidden_size
        self.source_embedding = embedding(source_size, config.embedding_size)
        self.encoder = Encoder(
            config.cell,
            config.embedding_size,
            size // 2,
            config.num_layers,
            bidirectional=True,
            dropout=config.dropout,
        )
        self.target_embedding = embedding(target_size, config.embedding_size)
        below = [config.embedding_size] + [size] * (config.num_layers - 1)
        self.decoder = nn.ModuleList(LAYERS[config.cell](features, size) for features in below)
        looks = config.attention != "none"
        self.attention = Attention(config.attention, size) if looks else None
        self.output = nn.Linear(2 * size if looks else size, target_size)

    def encode(
        self, ids: Tensor, lengths: Tensor, generator: torch.Generator | None = None
    ) -> Memory:
        """Read commands `ids` (S, B) of `lengths` (B,), which are on the CPU.

        `generator`, on the CPU, draws the dropout masks while training, also those of the decoder.
        """
        x = self.source_embedding(ids)
        if self.training:
            x = locked_dropout(x, self.config.dropout, generator)
        states, final = self.encoder.with_final(x, lengths, generator)
        masks: tuple[Tensor, ...] = ()
        if self.training and self.config.dropout:
            widths = [layer.input_size for layer in self._layers()] + [self.output.in_features]
            masks = tuple(
                locked_mask(len(lengths), width, self.config.dropout, generator).to(ids.device)
                for width in widths
            )
        return Memory(states, ids == PAD, final, masks)

    def decode(
        self, symbols: Tensor, state: State, memory: Memory
    ) -> tuple[Tensor, State, Tensor | None]:
        """Go on from `state` after each of `symbols` (T, B).

        Returns:
            The logits (T, B, V) of what follows each symbol, the state after the last one, and the
            weights (T, B, S) of attention, if there is any.
        """
        masks = memory.masks or (None,) * (len(state) + 1)
        x = self.target_embedding(symbols)
        after: State = []
        for layer, before, mask in zip(self._layers(), state, masks, strict=False):
            x, layer_state = layer(x if mask is None else x * mask, before)
            after.append(layer_state)
        weights = None
        if self.attention is not None:
            attended, weights = self.attention(x, memory.states, memory.padding)
            x = torch.cat([x, attended.to(x.dtype)], dim=2)
        mask = masks[-1]
        logits: Tensor = self.output(x if mask is None else x * mask)
        return logits.float(), after, weights

    def _layers(self) -> Iterable[nn.RNNBase]:
        return cast("Iterable[nn.RNNBase]", self.decoder)

    def parameter_counts(self) -> dict[str, int]:
        """Return the number of trainable parameters of each part."""
        return {
            name: sum(p.numel() for p in part.parameters() if p.requires_grad)
            for name, part in self.named_children()
        }
