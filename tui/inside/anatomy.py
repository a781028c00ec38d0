"""What a model is made of, whatever it reads: weights, symbols. This module uses no screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.arrays import Floats, Singles
from charlm.config import Cell
from charlm.runs.registry import CHARACTERS, CLASSIFIER, TRANSLATOR

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel
    from seq.imdb.library import TextClassifier
    from seq.scan.library import CommandTranslator

POOLED = ("last", "max", "mean")
"""Parts of the pooled vector of a classifier that concatenates, in their order."""


@dataclass(frozen=True)
class Anatomy:
    """The shape of a model, and the weights at its ends."""

    kind: str
    """Kind of the model; see `charlm.runs.registry`."""
    name: str
    """Its name."""
    cell: Cell
    """The cell of every layer."""
    layers: int
    """Number of layers, L."""
    units: int
    """Units of a layer, H; in two directions, those of both."""
    outputs: Singles | None
    """What a unit adds to the logits, (S, H), if it is read by the output layer; None if there are
    layers between."""
    output_names: tuple[str, ...]
    """Names of the S rows."""
    direct: tuple[bool, ...]
    """Which layers the output layer reads without another layer between, (L,)."""
    symbols: tuple[str, ...]
    """The V symbols that the layers read."""
    vectors: Singles
    """Their vectors, (V, E)."""
    norms: Mapping[str, tuple[float, ...]]
    """Root mean square of the weights of each layer, by the names W_ih and W_hh."""

    def list_pushes(self, layer: int, unit: int, count: int) -> list[tuple[str, float]]:
        """Return what a unit pushes most, with the logit that it adds where its h is 1.

        What is added to all symbols alike changes no probability: the mean is taken off.

        Args:
            layer: the layer, from 0.
            unit: the unit, from 0.
            count: how many symbols, the largest sizes first.

        Returns:
            Names and logits; none for a layer that is not read by the output layer.
        """
        if self.outputs is None or not self.direct[layer]:
            return []
        added = self.outputs[:, unit].astype(np.float64)
        if self.kind != CLASSIFIER:
            added -= added.mean()
        order = np.argsort(-np.abs(added), kind="stable")[:count].tolist()
        return [(self.output_names[n], float(added[n])) for n in order]

    def find_nearest(self, symbol: str, count: int) -> list[str]:
        """Return the symbols whose vectors point in the most similar directions, nearest first."""
        form = symbol if symbol in self.symbols else symbol.lower()  # of words, case is lost
        if form not in self.symbols:
            return []
        at = self.symbols.index(form)
        lengths = np.linalg.norm(self.vectors, axis=1)
        cosines = self.vectors @ self.vectors[at] / np.maximum(lengths, 1e-12)
        cosines[at] = -np.inf
        order = np.argsort(-cosines, kind="stable")[:count].tolist()
        return [self.symbols[n] for n in order if np.isfinite(cosines[n])]


def describe(kind: str, model: Any) -> Anatomy:
    """Return the anatomy of a loaded model.

    Args:
        kind: its kind.
        model: what the loader of that kind returns.
    """
    if kind == CHARACTERS:
        return _describe_characters(model)
    return _describe_classifier(model) if kind == CLASSIFIER else _describe_translator(model)


def _describe_characters(model: LanguageModel) -> Anatomy:
    config, weights = model.config, model.network.weights
    # With residual connections, what any layer says is added to all that comes above, up to what
    # the output layer reads.
    direct = [config.residual or n == config.num_layers - 1 for n in range(config.num_layers)]
    layers = range(config.num_layers)
    return Anatomy(
        CHARACTERS,
        model.name,
        config.cell,
        config.num_layers,
        config.hidden_size,
        weights["output.weight"],
        model.vocabulary.symbols,
        tuple(direct),
        model.vocabulary.symbols,
        weights["embedding.weight"],
        {
            name: tuple(_root_mean_square([weights[f"layers.{n}.{key}_l0"]]) for n in layers)
            for name, key in (("W_ih", "weight_ih"), ("W_hh", "weight_hh"))
        },
    )


def _describe_classifier(classifier: TextClassifier) -> Anatomy:
    model, config = classifier.model, classifier.model.config
    units = config.hidden_size * (2 if config.bidirectional else 1)
    outputs, names = None, list(classifier.classes)
    if model.dense is None:
        weight = _to_numpy(model.output.weight)
        outputs = weight[1:] - weight[:1] if len(weight) == 2 else weight - weight.mean(axis=0)
        names = names[1:] if len(weight) == 2 else names
        if config.pooling == "concat":
            parts = np.split(outputs, len(POOLED), axis=1)
            outputs = np.concatenate(parts)
            names = [f"{name} ({part})" for part in POOLED for name in names]
    return Anatomy(
        CLASSIFIER,
        classifier.name,
        config.cell,
        config.num_layers,
        units,
        outputs,
        tuple(names),
        (*[False] * (config.num_layers - 1), True),
        tuple(classifier.tokenizer.symbols),
        _to_numpy(model.embedding.weight),
        _measure_norms([model.encoder.layers_at(n) for n in range(config.num_layers)]),
    )


def _describe_translator(translator: CommandTranslator) -> Anatomy:
    model, config = translator.model, translator.model.config
    decoder = model.decoder
    layers: list[Any] = list(decoder.layers)
    symbols = translator.languages.target.symbols
    return Anatomy(
        TRANSLATOR,
        translator.name,
        config.cell,
        len(layers),
        config.hidden_size,
        # A decoder that copies has one more output, which decides when.
        _to_numpy(decoder.output.weight)[: len(symbols), : config.hidden_size],
        symbols,
        (*[False] * (len(layers) - 1), True),
        symbols,
        _to_numpy(decoder.embedding.weight),
        _measure_norms([[layer] for layer in layers]),
    )


def _measure_norms(layers: Sequence[Sequence[Any]]) -> dict[str, tuple[float, ...]]:
    """Return the norms of torch's layers, each a list of its directions."""
    return {
        name: tuple(
            _root_mean_square([_to_numpy(getattr(one, f"{key}_l0")) for one in directions])
            for directions in layers
        )
        for name, key in (("W_ih", "weight_ih"), ("W_hh", "weight_hh"))
    }


def _root_mean_square(matrices: Sequence[Singles]) -> float:
    squares: list[Floats] = [matrix.astype(np.float64).ravel() ** 2 for matrix in matrices]
    return float(np.sqrt(np.concatenate(squares).mean()))


def _to_numpy(tensor: Any) -> Singles:
    return np.asarray(tensor.detach().float().cpu().numpy(), np.float32)
