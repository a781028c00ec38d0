"""The translator: an encoder, and a decoder that may look back at it by attention."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from charlm.nn.dropout import locked_dropout
from seq.layers.decoder import Decoder, Memory
from seq.layers.embedding import embedding
from seq.layers.encoder import Encoder
from seq.padding import PAD
from seq.scan.config import TranslatorConfig

FILE_NAMES = {
    "decoder.embedding.": "target_embedding.",
    "decoder.attention.": "attention.",
    "decoder.output.": "output.",
    "decoder.layers.": "decoder.",
}
"""Beginnings of the names of weights, and what they are in model files: files keep the names that
they had before the decoder was a module of its own."""


class Translator(nn.Module):
    """Reads commands and writes actions (Sutskever, Vinyals and Le 2014; Luong et al. 2015).

    The encoder reads in both directions, each with half of the decoder's units, so that its last
    states, side by side, are what the decoder begins with.
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
        self.decoder = Decoder(
            config.cell,
            target_size,
            config.embedding_size,
            size,
            config.num_layers,
            memory_size=size,
            scoring=None if config.attention == "none" else config.attention,
            dropout=config.dropout,
        )
        self.register_state_dict_post_hook(_use_file_names)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_use_module_names)  # type: ignore[no-untyped-call]

    def encode(
        self, ids: Tensor, lengths: Tensor, generator: torch.Generator | None = None
    ) -> Memory:
        """Read commands.

        Args:
            ids: (S, B).
            lengths: (B,), on the CPU.
            generator: draws the dropout masks while training, those of the decoder included. It
                lies on the CPU.
        """
        x = self.source_embedding(ids)
        if self.training:
            x = locked_dropout(x, self.config.dropout, generator)
        states, final = self.encoder.read_to_end(x, lengths, generator)
        return self.decoder.prepare(states, ids == PAD, final, generator)

    def parameter_counts(self) -> dict[str, int]:
        """Return the number of trainable parameters of each part, by its name in model files."""
        counts: dict[str, int] = {}
        for name, parameter in self.named_parameters():
            part = _rename(name, FILE_NAMES).split(".")[0]
            counts[part] = counts.get(part, 0) + parameter.numel() * parameter.requires_grad
        return counts


def _rename(name: str, beginnings: dict[str, str]) -> str:
    for beginning, other in beginnings.items():
        if name.startswith(beginning):
            return other + name.removeprefix(beginning)
    return name


def _use_file_names(module: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
    """Give the weights of a `state_dict` the names that they have in model files."""
    for name in [name for name in state if name.startswith(prefix)]:
        renamed = prefix + _rename(name.removeprefix(prefix), FILE_NAMES)
        state[renamed] = state.pop(name)


def _use_module_names(module: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
    """Give the weights of a model file the names that they have in the module."""
    beginnings = {theirs: ours for ours, theirs in FILE_NAMES.items()}
    for name in [name for name in state if name.startswith(prefix)]:
        renamed = prefix + _rename(name.removeprefix(prefix), beginnings)
        state[renamed] = state.pop(name)
