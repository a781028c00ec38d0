"""The translator: an encoder, and a decoder with or without attention to it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from charlm.nn.dropout import variational_dropout
from seq.layers.bridge import Bridge
from seq.layers.decoder import Decoder
from seq.layers.embedding import make_embedding
from seq.layers.encoder import Encoder
from seq.layers.memory import Memory
from seq.padding import PAD
from seq.scan.config import TranslatorConfig
from seq.scan.lexicon import Lexicon, read_alike

FILE_NAMES = {
    "decoder.embedding.": "target_embedding.",
    "decoder.attention.": "attention.",
    "decoder.output.": "output.",
    "decoder.layers.": "decoder.",
}
"""Prefixes of the names of weights in the module, and their prefixes in model files. Files keep the
names from the time before the decoder became its own module."""


class Translator(nn.Module):
    """A network that reads commands and writes actions.

    It is the encoder and decoder of Sutskever, Vinyals and Le (2014), with the attention of Luong,
    Pham and Manning (2015). The encoder reads in both directions. Where each direction has half of
    the decoder's units, the last states of both, concatenated, are the decoder's first state;
    otherwise a learned matrix makes it of them.

    With a lexicon, words of one kind are read as one and the same word, and so are their actions,
    which are said by copying alone. So what it does with one word of a kind it does with all: if
    two of them are exchanged in a command, their actions are exchanged in the translation.

    Args:
        config: shape of the translator.
        source_size: number of symbols of commands.
        target_size: number of symbols of actions.
    """

    lexicon: Tensor
    """Distribution over the actions for each word, (source_size, target_size), if the translator
    copies; zeros for a word without a translation. See `learn_lexicon`."""
    kinds: Tensor
    """Number of the kind of each word, (source_size,), if the translator copies; 0 for none."""

    def __init__(self, config: TranslatorConfig, source_size: int, target_size: int) -> None:
        super().__init__()
        self.config = config
        size = config.hidden_size
        self.source_embedding = make_embedding(source_size, config.embedding_size)
        self.encoder = Encoder(
            config.cell,
            config.embedding_size,
            config.encoder_units,
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
            memory_size=2 * config.encoder_units,
            scoring=None if config.attention == "none" else config.attention,
            walking=config.walking,
            copying=config.lexicon,
            feeding=config.input_feeding,
            dropout=config.dropout,
        )
        self.bridge = (
            None
            if 2 * config.encoder_units == size
            else Bridge(2 * config.encoder_units, size, self.decoder.state_counts())
        )
        if config.lexicon:
            self.register_buffer("lexicon", torch.zeros(source_size, target_size))
            self.register_buffer("kinds", torch.zeros(source_size))
        self.register_state_dict_post_hook(_use_file_names)  # type: ignore[no-untyped-call]
        self.register_load_state_dict_pre_hook(_use_module_names)  # type: ignore[no-untyped-call]

    def encode(
        self, ids: Tensor, lengths: Tensor, generator: torch.Generator | None = None
    ) -> Memory:
        """Read commands, and return the memory that the decoder starts from.

        Args:
            ids: ids of the words, (S, B).
            lengths: lengths of the commands, (B,), on the CPU.
            generator: draws the dropout masks in training, those of the decoder included. It lies
                on the CPU.
        """
        copying: dict[str, Tensor] = {}
        padding = ids == PAD
        if self.config.lexicon:
            copying = {
                "translations": self.lexicon[ids],
                "read_as": read_alike(self.kinds @ self.lexicon),
            }
            ids = read_alike(self.kinds)[ids]
        x = self.source_embedding(ids)
        if self.training:
            x = variational_dropout(x, self.config.dropout, generator)
        states, final = self.encoder.read_to_end(x, lengths, generator)
        if self.bridge is not None:
            final = self.bridge(final)
        return self.decoder.prepare(states, padding, final, generator, **copying)

    def learn_lexicon(self, lexicon: Lexicon) -> None:
        """Take over the actions and the kinds of words; all other words have none."""
        self.lexicon.zero_()
        self.kinds.zero_()
        for word, action in lexicon.translations.items():
            self.lexicon[word, action] = 1.0
        for word, kind in lexicon.kinds.items():
            self.kinds[word] = kind

    def parameter_counts(self) -> dict[str, int]:
        """Return the number of trainable parameters of each part, by its name in model files."""
        counts: dict[str, int] = {}
        for name, parameter in self.named_parameters():
            part = _rename(name, FILE_NAMES).split(".")[0]
            counts[part] = counts.get(part, 0) + parameter.numel() * parameter.requires_grad
        return counts


def _rename(name: str, prefixes: dict[str, str]) -> str:
    for prefix, other in prefixes.items():
        if name.startswith(prefix):
            return other + name.removeprefix(prefix)
    return name


def _use_file_names(module: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
    """Rename the weights of a `state_dict` to their names in model files."""
    for name in [name for name in state if name.startswith(prefix)]:
        renamed = prefix + _rename(name.removeprefix(prefix), FILE_NAMES)
        state[renamed] = state.pop(name)


def _use_module_names(module: nn.Module, state: dict[str, Any], prefix: str, *_: object) -> None:
    """Rename the weights of a model file to their names in the module."""
    prefixes = {file: module_ for module_, file in FILE_NAMES.items()}
    for name in [name for name in state if name.startswith(prefix)]:
        renamed = prefix + _rename(name.removeprefix(prefix), prefixes)
        state[renamed] = state.pop(name)
