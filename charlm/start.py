"""The training of a character language model, made from a corpus and a configuration.

The training may be new, be resumed, or start from another model, whose vocabulary then grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch

from charlm.config import REGULARIZATION, ModelConfig, TrainingConfig
from charlm.language_model import read
from charlm.model import CharLM
from charlm.runs.hub import pin
from charlm.runs.place import (
    FROM_PYTHON,
    PLACE,
    find_again,
    record_decoding,
    record_place,
    recorded_decoding,
    recorded_suffixes,
)
from charlm.runs.registry import CHARACTERS, find
from charlm.runs.tensors import Arrays
from charlm.task import LanguageModelling, choose_shards
from charlm.training.config import Precision
from charlm.training.distributed import World, under_torchrun
from charlm.training.request import Hooks, Job, Request
from corpora.errors import UserError
from corpora.known.folders import is_folder
from corpora.known.resolve import encode, encode_string
from corpora.text.decoding import Decoding
from corpora.text.encoded import EncodedText
from corpora.text.vocabulary import Vocabulary


@dataclass(frozen=True, kw_only=True)
class LanguageModelRequest(Request):
    """A request to train a character language model."""

    kind: ClassVar[str] = CHARACTERS
    shares_batches: ClassVar[bool] = True
    place: ClassVar[frozenset[str]] = PLACE | {"suffixes"}

    corpus: str = FROM_PYTHON
    """File, folder, name or path that the catalogue knows, or - for standard input."""
    text: str | None = None
    """A text of Python's, in the place of `corpus`."""
    model: ModelConfig
    training: TrainingConfig
    decoding: Decoding = field(default_factory=Decoding)
    """How the bytes of the corpus become text."""
    suffixes: tuple[str, ...] | None = None
    """Ends of the names of the files of a folder that are read; None for all texts."""
    make: bool = True
    """Whether the path of a catalogued corpus is made if it is missing. A path that comes from a
    run folder is read, never made: a stranger may have written it."""
    preset: str | None = None
    """Name of the preset that the configurations come from; it is only recorded."""
    init_from: str | None = None
    """Model to start from. Its shape then replaces that of `model`, except for dropout."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Encode the corpus; see `Request.job`. The run is named after the corpus."""
        if self.corpus == "-" and under_torchrun():
            raise UserError(
                "processes that train together cannot share standard input; name a file"
            )
        text = self._encode(hooks)
        if vocabulary is None:
            model, symbols, weights = self._prepare_model(text)
        else:
            model, symbols, weights = self.model, Vocabulary.from_json(vocabulary), None

        def task(world: World, precision: Precision) -> LanguageModelling:
            made = build_model(model, weights, len(symbols)).to(world.device)
            shards = choose_shards(model, self.training, world)
            return LanguageModelling(
                made, symbols, text, self.training, precision=precision, world=world, shards=shards
            )

        corpus = {**record_place(self.corpus), **record_decoding(self.decoding)}
        if is_folder(self.corpus):
            corpus["suffixes"] = self.suffixes and list(self.suffixes)
        corpus |= {"characters": len(text), "sha256": text.sha256}
        return Job(
            kind=self.kind,
            name=text.name,
            training=self.training,
            model=model.to_json(),
            vocabulary=symbols.to_json(),
            about={"preset": self.preset, "init_from": pin(self.init_from), "corpus": corpus},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded.

        Args:
            signed: what the last checkpoint says of the run.
            moved: `corpus`, if the corpus is now somewhere else, or `text`, if it is a string;
                `suffixes`, if the files of a folder are chosen in another way.

        Raises:
            UserError: the record is damaged, or the corpus was standard input or a string.
        """
        source = signed["corpus"]
        if source["spec"] == "-" and not moved:
            raise UserError(
                "this run read standard input; give its text again: CORPUS --resume RUN"
            )
        given = "text" in moved
        corpus = FROM_PYTHON if given else moved.get("corpus") or find_again(source)
        return cls(
            corpus=corpus,
            text=moved.get("text"),
            suffixes=moved.get("suffixes") or recorded_suffixes(source, corpus),
            model=ModelConfig.from_json(signed["model"]),
            training=TrainingConfig.from_json(signed["training"]),
            decoding=recorded_decoding(source),
            make="corpus" in moved,
        )

    def _encode(self, hooks: Hooks) -> EncodedText:
        if self.text is not None:
            return encode_string(self.text)
        return encode(
            self.corpus,
            decoding=self.decoding,
            progress=hooks.progress,
            notice=hooks.notice,
            make=self.make,
            suffixes=self.suffixes,
        )

    def _prepare_model(self, text: EncodedText) -> tuple[ModelConfig, Vocabulary, Arrays | None]:
        """Return the shape of the model, its vocabulary, and the weights to start from, if any.

        `init_from` gets new weights for the characters of the text that it lacks.
        """
        if self.init_from is None:
            return self.model, text.vocabulary, None
        file, config, known = read(find(self.init_from, CHARACTERS))
        vocabulary = known.extend(text.vocabulary.symbols)
        random = np.random.default_rng(self.training.seed)
        weights = grow_vocabulary(file.weights, len(vocabulary), random)
        regularization = {name: getattr(self.model, name) for name in REGULARIZATION}
        return config.replace(regularization), vocabulary, weights


def load_torch_model(path: Path, device: torch.device) -> tuple[CharLM, Vocabulary]:
    """Return the torch model in a run folder or model file, on `device`, and its vocabulary.

    Raises:
        UserError: it is missing, damaged, or a model of another kind.
    """
    file, config, vocabulary = read(path)
    return build_model(config, file.weights, len(vocabulary)).to(device), vocabulary


def build_model(config: ModelConfig, weights: Arrays | None, vocabulary_size: int) -> CharLM:
    """Return a torch model on the CPU, with the given weights, or with random ones for None."""
    model = CharLM(config, vocabulary_size)
    if weights is not None:
        model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    return model


def grow_vocabulary(
    weights: Mapping[str, np.ndarray], vocabulary_size: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return `weights` with rows for the symbols that were added at the end of the vocabulary.

    The old rows stay as they are. A new symbol gets the lowest bias of all. So it is unlikely at
    first, and the loss on the old text hardly changes.

    Args:
        weights: weights of a `CharLM` with at most `vocabulary_size` symbols.
        vocabulary_size: number of symbols, the new ones included.
        random: draws the new embeddings, with the mean and the deviation of the old ones.
    """
    embedding, output = weights["embedding.weight"], weights["output.weight"]
    bias = weights["output.bias"]
    added = vocabulary_size - len(embedding)
    features = random.normal(
        embedding.mean(axis=0), embedding.std(axis=0), (added, len(embedding.T))
    )
    return {
        **weights,
        "embedding.weight": np.concatenate([embedding, features.astype(np.float32)]),
        "output.weight": np.concatenate([output, np.repeat(output.mean(axis=0)[None], added, 0)]),
        "output.bias": np.concatenate([bias, np.full(added, bias.min(), np.float32)]),
    }
