"""The floors of `charlm.experiments.speed`: the matrix products alone of training and of writing.

As `charlm.experiments.speed_jobs`, a floor imports what it needs when it runs.
"""

from __future__ import annotations

import math

from charlm.config import PRESETS, ModelConfig
from charlm.console.process import share_cores
from charlm.experiments.speed_jobs import VOCABULARY, find_wait, measure_rate
from charlm.training.config import Precision


def multiply_training(
    name: str, precision: Precision, seconds: float, device: str = "cpu"
) -> float:
    """Return characters per second of the matrix products alone of training a preset.

    Each weight takes two operations per character in the forward pass, and four in the backward
    pass. The processor's operations per second are measured on one product: the input of a window
    (batch size times window, H) with the weights of a layer (H, 4 H).
    """
    share_cores()
    import torch

    from charlm.generation.weights import list_shapes

    chosen = PRESETS[name]
    sizes = list_shapes(chosen.model, VOCABULARY)
    weights = sum(
        math.prod(shape)
        for weight, shape in sizes.items()
        if len(shape) == 2 and weight != "embedding.weight"
    )
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    characters = chosen.training.batch_size * chosen.training.window
    hidden = chosen.model.hidden_size
    x = torch.randn(characters, hidden, dtype=kind, device=device)
    w = torch.randn(hidden, 4 * hidden, dtype=kind, device=device)

    def step() -> int:
        torch.mm(x, w)
        return 2 * characters * w.numel()

    return measure_rate(step, seconds, find_wait(device)) / (6 * weights)


def multiply_generation(
    layers: int, hidden: int, streams: int, seconds: float, compiled: bool = False
) -> float:
    """Return characters per second of the matrix products alone of writing, on one thread.

    All weights that a step reads lie in one matrix (G, H), which NumPy multiplies with the features
    of the streams (H, N). What is left out is what stands between the products: gates, sampling,
    and the calls themselves. Compiled code keeps weights in half precision: its matrix has half the
    rows, so that as many bytes are read. The input of the lowest layer is looked up, not multiplied
    (see `charlm.generation.weights`).
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    from charlm.generation.weights import Block, list_shapes

    config = ModelConfig(hidden_size=hidden, num_layers=layers, embedding_size=hidden)
    looked_up = ("embedding.weight", "layers.0.weight_ih_l0")
    weights = sum(
        math.prod(shape)
        for weight, shape in list_shapes(config, VOCABULARY).items()
        if len(shape) == 2 and weight not in looked_up
    )
    rows = weights // hidden // (2 if compiled else 1)
    random = np.random.default_rng(1)
    matrix = Block(rows * hidden).store(random.random((rows, hidden), np.float32))
    x, out = random.random((hidden, streams), np.float32), np.empty((rows, streams), np.float32)

    def step() -> int:
        np.dot(matrix, x, out)
        return streams

    with threadpool_limits(1):
        return measure_rate(step, seconds)
