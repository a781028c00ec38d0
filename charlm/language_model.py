"""Character language models for writing and scoring text, loaded by name and without torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from charlm.config import ModelConfig
from charlm.generation import generate
from charlm.generation.hold import parse_holds
from charlm.generation.network import Network
from charlm.generation.sampling import Sampling
from charlm.generation.surprise import Surprise
from charlm.generation.tokens import Token
from charlm.generation.weights import check_shapes
from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.registry import CHARACTERS, find, model_name
from corpora.errors import UserError
from corpora.short_repr import ShortRepr
from corpora.text.vocabulary import Vocabulary

DEFAULT_MODEL = "war_and_peace"


@dataclass(frozen=True)
class LanguageModel(ShortRepr):
    """A character language model that writes and scores text. It keeps no state between calls."""

    name: str
    config: ModelConfig
    vocabulary: Vocabulary
    network: Network

    def generate(
        self,
        prompt: str = "",
        *,
        length: int = 500,
        temperature: float = Sampling.temperature,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
    ) -> str:
        """Return the text that the model writes after `prompt`; see `generate.generate`."""
        sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        tokens = self.stream(prompt, length=length, sampling=sampling, seed=seed, stop=stop)
        return "".join(token.character for token in tokens)

    def stream(
        self,
        prompt: str = "",
        *,
        length: int | None = None,
        sampling: Sampling | None = None,
        seed: int | None = None,
        stop: str | Sequence[str] = (),
    ) -> Iterator[Token]:
        """Yield the tokens that the model writes after `prompt`; see `generate.generate`."""
        return generate.generate(
            self.network,
            self.vocabulary,
            prompt,
            length=length,
            sampling=sampling,
            seed=seed,
            stop=stop,
        )

    def score(self, text: str) -> Iterator[Token]:
        """Yield a token for each character of `text`; see `generate.score`."""
        return generate.score(self.network, self.vocabulary, text)

    def surprise(self, text: str) -> Surprise:
        """Return how much each character of `text` surprises the model.

        Raises:
            UnknownSymbol: the vocabulary lacks a character.
        """
        surprisals = np.array([token.surprisal for token in self.score(text)])
        return Surprise(self.name, text, surprisals)

    def hold(self, *holds: str) -> LanguageModel:
        """Return the model with units that stay at a value, whatever it reads and writes.

        >>> load("war_and_peace").hold("2.46=1").generate("He said", seed=1)  # doctest: +SKIP

        Args:
            holds: LAYER.UNIT=VALUE or LAYER.UNIT.FIELD=VALUE; see `charlm.generation.hold`.

        Raises:
            UserError: one has another form, or names what the model does not have.
        """
        return replace(self, network=self.network.hold(parse_holds(holds, self.config)))


def load(name: str = DEFAULT_MODEL, *, compiled: bool = False) -> LanguageModel:
    """Load a character language model.

    Args:
        name: name of a model that ships with charlm, a run folder, a `.safetensors` file, or
            `hf:user/name[@revision]` of the Hugging Face hub.
        compiled: step single streams in code that Numba compiles, nearly twice as fast.

    Raises:
        UserError: the model does not exist, is damaged or of another kind, or Numba is missing.
    """
    path = find(name, CHARACTERS)
    file, config, vocabulary = read(path)
    network = choose_network(compiled)(config, file.weights, len(vocabulary))
    return LanguageModel(model_name(path), config, vocabulary, network)


def choose_network(compiled: bool) -> type[Network]:
    """Return the class of networks that steps in NumPy, or single streams in compiled code.

    Raises:
        UserError: Numba is missing.
    """
    if not compiled:
        return Network
    try:
        from charlm.generation.compiled import CompiledNetwork
    except ImportError as error:  # Numba is missing, or does not support this NumPy
        raise UserError(
            f"compiled code needs Numba ({error}); pip install 'numba>=0.61'"
        ) from error
    return CompiledNetwork


def read(path: Path) -> tuple[ModelFile, ModelConfig, Vocabulary]:
    """Return the parts of the model in a run folder or model file, after checking that they fit.

    Raises:
        UserError: the model is missing, damaged, or of another kind.
    """
    file = read_model(path, CHARACTERS)
    try:
        config = ModelConfig.from_json(file.config)
        vocabulary = Vocabulary.from_json(file.vocabulary)
        check_shapes(config, file.weights, len(vocabulary))
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    return file, config, vocabulary
