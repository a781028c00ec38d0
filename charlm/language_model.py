"""Character language models for writing and scoring text, loaded by name and without torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from charlm.config import ModelConfig, is_own
from charlm.generation import generate
from charlm.generation.hold import parse_holds
from charlm.generation.network import Network
from charlm.generation.sampling import Sampling
from charlm.generation.surprise import Surprise
from charlm.generation.tokens import Token
from charlm.generation.weights import check_shapes
from charlm.runs.kind import import_attribute
from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.registry import CHARACTERS, find, model_name
from corpora.errors import UserError
from corpora.short_repr import ShortRepr
from corpora.text.vocabulary import Vocabulary

DEFAULT_MODEL = "war_and_peace"

STEPPED = "charlm.stepped_network:SteppedNetwork"
CHECK_SHAPES = "charlm.stepped_network:check_shapes"
"""By import path, because they need torch, and only models with registered cells need them."""


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
    network = make_network(config, file.weights, len(vocabulary), compiled=compiled)
    return LanguageModel(model_name(path), config, vocabulary, network)


def make_network(
    config: ModelConfig,
    weights: Mapping[str, np.ndarray],
    vocabulary_size: int,
    *,
    compiled: bool = False,
) -> Network:
    """Return a model that is ready to read; a registered cell is stepped through torch.

    Args:
        config: its shape.
        weights: float32 arrays under the names of `CharLM.state_dict()`.
        vocabulary_size: how many symbols it knows.
        compiled: step single streams in compiled code.

    Raises:
        UserError: the weights do not fit, Numba is missing, or has no form of the cell.
    """
    if not is_own(config.cell):
        return choose_network(compiled)(config, weights, vocabulary_size)
    if compiled:
        raise UserError(f"the cell {config.cell} was registered: there is no compiled form of it")
    network: Network = import_attribute(STEPPED)(config, weights, vocabulary_size)
    return network


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
        check = import_attribute(CHECK_SHAPES) if is_own(config.cell) else check_shapes
        check(config, file.weights, len(vocabulary))
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    return file, config, vocabulary
