"""Load a translator by shipped name, run folder or file, and translate commands with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from reprlib import repr as shortened

import numpy as np
import torch

from charlm.arrays import Singles
from charlm.runs.registry import TRANSLATOR
from charlm.training.config import Device, Precision
from charlm.training.device import autocast
from corpora.errors import UserError
from corpora.short_repr import ShortRepr
from seq.batches import pad
from seq.beam import check_width
from seq.decoding import beam_search, greedy_search, inspect
from seq.model_file import open_model
from seq.padding import END, Ids
from seq.scan.config import TranslatorConfig
from seq.scan.model import Translator
from seq.scan.task import find_rules, translate
from seq.scan.vocabularies import Languages

DEFAULT_TRANSLATOR = "scan"


@dataclass(frozen=True)
class TranslatedCommand(ShortRepr):
    """A command with its translation, and with the probabilities and attention of each step."""

    command: tuple[str, ...]
    """Words of the command."""
    actions: tuple[str, ...]
    """Actions of the translation."""
    ended: bool
    """Whether the translation ends with the end. Otherwise it reached the greatest length."""
    log_prob: float
    """Log-probability of the whole translation, in nats."""
    symbols: tuple[str, ...]
    """The V symbols that are possible at each step: all actions and, last, the end."""
    probabilities: Singles
    """Probability of each of `symbols` at each of the T `steps`, (T, V)."""
    attention: Singles | None
    """Attention weight of each word of the command at each step, (T, S); None without attention."""

    def _repr_html_(self) -> str:
        said = f"<p>{escape(' '.join(self.command))} → <b>{escape(' '.join(self.actions))}</b></p>"
        if self.attention is None:
            return said
        from charlm.drawing.signed_cells import table_signed_html

        return said + table_signed_html(self.attention, self.command, self.steps, "attention")

    @property
    def steps(self) -> tuple[str, ...]:
        """Symbol of each step: the actions and, if the translation ended, the end."""
        return self.actions + self.symbols[-1:] * self.ended


@dataclass(frozen=True)
class CommandTranslator(ShortRepr):
    """A loaded translator. It keeps no state between calls."""

    name: str
    """Name of the model, to show to people."""
    languages: Languages
    """Vocabularies of commands and of actions."""
    model: Translator
    """The network, on `device`."""
    device: torch.device
    precision: Precision
    """Arithmetic of the recurrent layers: fp32 or bf16."""

    def translate(self, command: str, *, width: int = 1) -> list[TranslatedCommand]:
        """Return the most probable translations of a command, the best first.

        Args:
            command: words of the vocabulary. They need not form a command of the grammar.
            width: width of the beam, and greatest number of translations, from 1 to 1,000. 1 is
                greedy search.

        Raises:
            TypeError: `command` is no string.
            UserError: the command is empty, a word is not in the vocabulary, or the width is wrong.
        """
        if not isinstance(command, str):
            what = "a list" if isinstance(command, list | tuple) else shortened(command)
            raise TypeError(f"translate takes one command, not {what}; use actions")
        check_width(width)
        ids, lengths = pad([self._encode(command)])
        rules = find_rules(self.model.config)
        with torch.inference_mode(), autocast(self.device, self.precision):
            memory = self.model.encode(ids.to(self.device), lengths)
            if width == 1:
                found = greedy_search(self.model.decoder, memory, rules)
            else:
                found = [
                    hypothesis.ids
                    for hypothesis in beam_search(self.model.decoder, memory, rules, width)[0]
                ]
            many = memory.select(torch.zeros(len(found), dtype=torch.int64, device=self.device))
            written, sizes = pad([np.array(ids) for ids in found])
            probabilities, weights = inspect(
                self.model.decoder, many, rules, written.to(self.device)
            )
        return [
            self._describe(
                command,
                found[row],
                probabilities[:size, row].float().cpu().numpy(),
                None if weights is None else weights[:size, row].float().cpu().numpy(),
            )
            for row, size in enumerate(sizes.tolist())
        ]

    def actions(self, commands: Iterable[str]) -> list[tuple[str, ...]]:
        """Return only the actions of each command, by greedy search in large batches.

        Raises:
            TypeError: `commands` is one string, or does not hold strings.
            UserError: a command is empty, or a word is not in the vocabulary.
        """
        if isinstance(commands, str):
            raise TypeError("actions takes a list of commands, not one command")
        if not isinstance(commands, Iterable):
            raise TypeError(f"actions takes a list of commands, not {commands!r}")
        encoded = [self._encode(command) for command in commands]
        found = translate(self.model, encoded, self.device, self.precision)
        return [self.languages.decode_actions(ids) for ids in found]

    def _encode(self, command: str) -> Ids:
        if not isinstance(command, str):
            raise TypeError(f"a command must be a string, not {shortened(command)}")
        if not (words := command.split()):
            raise UserError("an empty command has no translation")
        return self.languages.encode_command(words)

    def _describe(
        self, command: str, ids: Sequence[int], probabilities: Singles, weights: Singles | None
    ) -> TranslatedCommand:
        with np.errstate(divide="ignore"):  # a chance too small for a number is 0
            log_prob = float(np.log(probabilities[np.arange(len(ids)), ids]).sum())
        order = [*range(END + 1, probabilities.shape[1]), END]
        return TranslatedCommand(
            command=tuple(command.split()),
            actions=self.languages.decode_actions(ids),
            ended=ids[-1] == END,
            log_prob=log_prob,
            symbols=tuple(self.languages.target.symbols[index] for index in order),
            probabilities=probabilities[:, order],
            attention=weights,
        )


def load(
    name: str = DEFAULT_TRANSLATOR, *, device: Device = "auto", precision: Precision = "fp32"
) -> CommandTranslator:
    """Load a translator by shipped name, run folder or `.safetensors` file.

    Args:
        name: a shipped name (`scan`), a run folder or a file.
        device: device to compute on.
        precision: fp32 gives the same figures in any batch, to 1e-5. bf16 is faster on some
            processors and gives figures close to these.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """

    def build(config: object, vocabulary: str) -> tuple[Languages, Translator]:
        languages = Languages.from_json(vocabulary)
        shape = TranslatorConfig.from_json(config)
        return languages, Translator(shape, len(languages.source), len(languages.target))

    found = open_model(name, TRANSLATOR, build, device, precision)
    return CommandTranslator(found.name, found.about, found.model, found.device, found.precision)
