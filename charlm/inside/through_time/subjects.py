"""What gradients are measured on: models as they are or at the start, and stretches of a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from charlm.config import ModelConfig
from charlm.language_model import LanguageModel
from charlm.model import CharLM
from charlm.start import build_model
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary


def draw_fresh(config: ModelConfig, vocabulary_size: int, seed: int) -> CharLM:
    """Return a model with the weights of the start, as a training draws them.

    Args:
        config: its shape.
        vocabulary_size: number of symbols.
        seed: seed of the weights.
    """
    # The caller's generator is put back: a library call does not reseed it.
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return CharLM(config, vocabulary_size)


@dataclass(frozen=True)
class Subject:
    """What is measured: a model, as it is, or a shape with the weights of the start."""

    name: str
    """Name of the model."""
    config: ModelConfig
    """Its shape."""
    vocabulary: Vocabulary
    """Its symbols."""
    trained: LanguageModel | None = None
    """The trained model; None for the weights of the start."""

    def build(self, seed: int) -> CharLM:
        """Return the network in double precision: in single, gradients of 1e-45 are zero."""
        size = len(self.vocabulary)
        if self.trained is None:
            return draw_fresh(self.config, size, seed).double().eval()
        return build_model(self.config, self.trained.network.weights, size).double().eval()


def before_and_after(model: LanguageModel) -> tuple[Subject, Subject]:
    """Return a trained model with the weights of the start, and as it is."""
    start = Subject(model.name, model.config, model.vocabulary)
    return start, Subject(model.name, model.config, model.vocabulary, model)


def cut_windows(vocabulary: Vocabulary, text: str, length: int, places: int) -> Tensor:
    """Return windows (places, length) of symbols, evenly spaced in a text. They may overlap.

    Raises:
        UserError: the text is shorter than a window.
    """
    ids = vocabulary.encode(vocabulary.drop_unknown(text)).astype(np.int64)
    if len(ids) < length:
        raise UserError(
            f"the text has {len(ids):,} characters that the model knows; {length:,} are needed"
        )
    starts = np.linspace(0, len(ids) - length, places).astype(np.int64)
    return torch.from_numpy(ids[starts[:, None] + np.arange(length)])
