"""Translators by name: shipped ones, run folders, single files; ready to translate with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from charlm.runs.registry import TRANSLATOR, find
from charlm.runs.run_folder import RunFolder
from charlm.training.config import Device, Precision
from charlm.training.device import autocast
from corpora.errors import UserError
from corpora.scan.splits import SPLITS
from seq.batches import padded
from seq.decoding import beam, greedy, inspect
from seq.model_file import open_model
from seq.scan.config import TranslatorConfig
from seq.scan.model import Translator
from seq.scan.task import WRITING, Ids, translate
from seq.scan.vocabularies import END, Languages

DEFAULT_TRANSLATOR = "scan"

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Translated:
    """What a command became, and how."""

    command: tuple[str, ...]
    actions: tuple[str, ...]
    ended: bool
    """Whether the translator said that this is all; else it was cut off."""
    log_prob: float
    """Of the whole translation, in nats."""
    symbols: tuple[str, ...]
    """What can be said at each step: the actions and, last, the end."""
    probabilities: Weights
    """Of each of `symbols` at each step, (T, V); the steps are the actions and, if it was said, the
    end."""
    attention: Weights | None
    """Weight of each word of the command at each step, (T, S)."""

    @property
    def steps(self) -> tuple[str, ...]:
        """What was said at each step: the actions and the end."""
        return self.actions + self.symbols[-1:] * self.ended


@dataclass(frozen=True)
class CommandTranslator:
    """A translator that is ready to use. It keeps no state."""

    name: str
    languages: Languages
    model: Translator
    device: torch.device
    precision: Precision

    def translate(self, command: str, *, width: int = 1) -> list[Translated]:
        """Return the likeliest translations of a command, the best first.

        Args:
            command: words that the translator knows; whether the grammar accepts them is not asked.
            width: of the beam, and the number of translations at most; 1 decodes greedily.

        Raises:
            UserError: it is empty, or a word is not known.
        """
        ids, lengths = padded([self._read(command)])
        with torch.inference_mode(), autocast(self.device, self.precision):
            memory = self.model.encode(ids.to(self.device), lengths)
            if width == 1:
                found = greedy(self.model.decoder, memory, WRITING)
            else:
                found = [
                    hypothesis.ids
                    for hypothesis in beam(self.model.decoder, memory, WRITING, width)[0]
                ]
            many = memory.rows(torch.zeros(len(found), dtype=torch.int64, device=self.device))
            written, sizes = padded([np.array(ids) for ids in found])
            thought, looked = inspect(self.model.decoder, many, WRITING, written.to(self.device))
        return [
            self._describe(
                command,
                found[row],
                thought[:size, row].float().cpu().numpy(),
                None if looked is None else looked[:size, row].float().cpu().numpy(),
            )
            for row, size in enumerate(sizes.tolist())
        ]

    def actions(self, commands: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the actions alone, by greedy decoding, of many commands at full speed.

        Raises:
            TypeError: `commands` is one string.
            UserError: one of them is empty, or has a word that is not known.
        """
        if isinstance(commands, str):
            raise TypeError("actions takes a list of commands, not one command")
        read = [self._read(command) for command in commands]
        found = translate(self.model, read, self.device, self.precision)
        return [self.languages.actions(ids) for ids in found]

    def _read(self, command: str) -> Ids:
        if not (words := command.split()):
            raise UserError("an empty command has no translation")
        return self.languages.read(words)

    def _describe(
        self, command: str, ids: Sequence[int], thought: Weights, looked: Weights | None
    ) -> Translated:
        log_prob = float(np.log(thought[np.arange(len(ids)), ids]).sum())
        order = [*range(END + 1, thought.shape[1]), END]
        return Translated(
            command=tuple(command.split()),
            actions=self.languages.actions(ids),
            ended=ids[-1] == END,
            log_prob=log_prob,
            symbols=tuple(self.languages.target.symbols[index] for index in order),
            probabilities=thought[:, order],
            attention=looked,
        )


def load(
    name: str = DEFAULT_TRANSLATOR, *, device: Device = "auto", precision: Precision = "fp32"
) -> CommandTranslator:
    """Load a translator by shipped name, run folder or `.safetensors` file.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
    """

    def build(config: object, vocabulary: str) -> tuple[Languages, Translator]:
        languages = Languages.from_json(vocabulary)
        shape = TranslatorConfig.from_json(config)
        return languages, Translator(shape, len(languages.source), len(languages.target))

    found = open_model(name, TRANSLATOR, build, device, precision)
    return CommandTranslator(found.name, found.about, found.model, found.device, found.precision)


def find_split(name: str) -> str:
    """Return the name of the split that a translator was trained on: `simple` if no file says so.

    Raises:
        UserError: it does not exist or is damaged.
    """
    path = find(name, TRANSLATOR)
    about = RunFolder(path).read_config(TRANSLATOR) if path.is_dir() else {}
    corpus = about.get("corpus")
    split = corpus.get("split") if isinstance(corpus, dict) else None
    return str(split) if split in SPLITS else "simple"
