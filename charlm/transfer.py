"""Starting from a trained model on a text with characters that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def grown(
    weights: Mapping[str, np.ndarray], vocabulary_size: int, random: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return `weights` with rows for the symbols that were added at the end of the vocabulary.

    What the model knew stays as it was: old rows are untouched, and a new symbol starts out about
    as unlikely as the rarer old ones, so that the old distribution loses almost nothing to it.

    Args:
        weights: of a `CharLM` with at most `vocabulary_size` symbols.
        vocabulary_size: symbols to make room for.
        random: draws the new embeddings, of the scale that the old ones have.
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
