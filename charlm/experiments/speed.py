"""How fast generation and training are, beside torch's own LSTM, in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from charlm.config import PRESETS, ModelConfig
from charlm.console.process import share_cores
from charlm.training.config import Precision

VOCABULARY = 82
"""Symbols of *War and Peace*."""
SIZES = ((4, 128), (3, 512))
STREAMS = (1, 16, 64, 256)
PRECISIONS: tuple[Precision, ...] = ("bf16", "fp32")


@dataclass(frozen=True)
class Measurement:
    """Something measured in a process of its own, in turn with its rival, best of the rounds."""

    what: str
    streams: int
    ours: float
    """Characters per second."""
    torch: float
    floor: float | None = None
    """Characters per second if there were nothing but the matrix products, at the speed of large
    ones."""

    @property
    def ratio(self) -> float:
        """How many times faster than torch."""
        return self.ours / self.torch


def measure_generation(seconds: float, rounds: int) -> list[Measurement]:
    """Measure stepping and sampling at every size and number of streams, on one thread."""
    measurements = []
    for (layers, hidden), streams in product(SIZES, STREAMS):
        size = (layers, hidden, streams, seconds)
        rivals: list[Job] = [(step_torch, size), (step_ours, size)]
        if streams == 1 and find_spec("numba"):
            rivals.append((step_ours, (*size, True)))
        rival, *both = _best(rounds, *rivals)
        for ours, way in zip(both, ("", ", compiled"), strict=False):
            label = f"generate {layers}x{hidden}{way}"
            measurements.append(Measurement(label, streams, ours, rival))
    return measurements


def measure_training(presets: Sequence[str], seconds: float, rounds: int) -> list[Measurement]:
    """Measure the training of each preset in each precision, on all cores."""
    measurements = []
    for name, precision in product(presets, PRECISIONS):
        ours, rival, floor = _best(
            rounds,
            (train_ours, (name, precision, seconds)),
            (train_torch, (name, seconds)),
            (products, (name, precision, seconds)),
        )
        streams = PRESETS[name].training.batch_size
        label = f"train {name}, {precision}"
        measurements.append(Measurement(label, streams, ours, rival, floor))
    return measurements


Job = tuple[Callable[..., float], tuple[Any, ...]]


def _best(rounds: int, *jobs: Job) -> list[float]:
    """Run the jobs in turn, each in a fresh process; return the best figure of each."""
    best = [0.0] * len(jobs)
    for _ in range(rounds):
        for index, (function, arguments) in enumerate(jobs):
            # A fresh process: what one rival sets (threads, memory) must not reach the other.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                best[index] = max(best[index], pool.submit(function, *arguments).result())
    return best


def _rate(step: Callable[[], int], seconds: float) -> float:
    """Return characters per second of `step`, which returns how many it made."""
    made, began = 0, 0.0
    for _ in range(3):
        step()
    began = perf_counter()
    while (elapsed := perf_counter() - began) < seconds:
        made += step()
    return made / elapsed


def step_ours(
    layers: int, hidden: int, streams: int, seconds: float, compiled: bool = False
) -> float:
    """Return characters per second of stepping and sampling, in NumPy or compiled, on one thread.

    The weights are such as half precision holds, as those of the models that are shipped.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    from charlm.generation.generate import generate_many
    from charlm.generation.network import shapes
    from charlm.language_model import choose_network
    from corpora.text.vocabulary import Vocabulary

    config = ModelConfig(hidden_size=hidden, num_layers=layers, embedding_size=hidden)
    random = np.random.default_rng(1)
    weights = {
        name: random.uniform(-0.1, 0.1, shape).astype(np.float16).astype(np.float32)
        for name, shape in shapes(config, VOCABULARY).items()
    }
    vocabulary = Vocabulary(tuple(chr(0x21 + index) for index in range(VOCABULARY)))
    with threadpool_limits(1):
        network = choose_network(compiled)(config, weights, VOCABULARY)
        tokens = generate_many(network, vocabulary, "!", samples=streams, seed=1)
        return _rate(lambda: len(next(tokens)), seconds)


def step_torch(layers: int, hidden: int, streams: int, seconds: float) -> float:
    """Return characters per second of stepping an nn.LSTM and sampling on one thread."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(1)
    embedding, output = nn.Embedding(VOCABULARY, hidden), nn.Linear(hidden, VOCABULARY)
    lstm = nn.LSTM(hidden, hidden, layers)
    ids, state = torch.zeros(1, streams, dtype=torch.long), None

    @torch.inference_mode()
    def step() -> int:
        nonlocal ids, state
        y, state = lstm(embedding(ids), state)
        probabilities = torch.softmax(output(y[0]) / 0.7, dim=-1)
        ids = torch.multinomial(probabilities, 1).t()
        ids.tolist()
        return streams

    return _rate(step, seconds)


def train_ours(name: str, precision: Precision, seconds: float) -> float:
    """Return characters per second of a preset, as `charlm train` runs it."""
    share_cores()
    from charlm.console.process import keep_freed_memory
    from charlm.model import CharLM
    from charlm.task import fast_shards
    from charlm.training.distributed import World

    keep_freed_memory()
    chosen = PRESETS[name]
    shards = fast_shards(chosen.model, chosen.training, World())
    return _training_rate(CharLM(chosen.model, VOCABULARY), name, precision, seconds, shards)


def train_torch(name: str, seconds: float) -> float:
    """Return characters per second of a plain nn.LSTM in fp32, with the system's own settings."""
    import torch
    from torch import Tensor, nn

    model = PRESETS[name].model

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            size = model.hidden_size
            self.embedding = nn.Embedding(VOCABULARY, model.embedding_size)
            self.output = nn.Linear(size, VOCABULARY)
            self.lstm = nn.LSTM(model.embedding_size, size, model.num_layers, batch_first=True)

        def forward(self, ids: Tensor, state: Any, generator: Any) -> tuple[Tensor, Any]:
            y, after = self.lstm(self.embedding(ids), state and state[0])
            return self.output(y), [after]

    torch.manual_seed(1)
    return _training_rate(Plain(), name, "fp32", seconds)


def products(name: str, precision: Precision, seconds: float) -> float:
    """Return characters per second of the matrix products that training a preset takes.

    A weight takes two operations a character in the forward pass and four in the backward pass;
    what the processor does of them in a second is that of a product as large as the input of a
    window and a layer's weights.
    """
    share_cores()
    import torch

    from charlm.generation.network import shapes

    chosen = PRESETS[name]
    sizes = shapes(chosen.model, VOCABULARY)
    weights = sum(
        math.prod(shape)
        for weight, shape in sizes.items()
        if len(shape) == 2 and weight != "embedding.weight"
    )
    kind = torch.bfloat16 if precision == "bf16" else torch.float32
    characters = chosen.training.batch_size * chosen.training.window
    hidden = chosen.model.hidden_size
    x, w = torch.randn(characters, hidden, dtype=kind), torch.randn(hidden, 4 * hidden, dtype=kind)

    def step() -> int:
        torch.mm(x, w)
        return 2 * characters * w.numel()

    return _rate(step, seconds) / (6 * weights)


def _training_rate(
    model: Any, name: str, precision: Precision, seconds: float, shards: int = 1
) -> float:
    """Return characters per second of the training loop on `model`: best of its reports."""
    import numpy as np

    from charlm.runs.run_folder import RunFolder
    from charlm.task import LanguageModelling
    from charlm.training.distributed import World
    from charlm.training.events import Step
    from charlm.training.loop import Trainer
    from corpora.text.encoded import EncodedText
    from corpora.text.vocabulary import Vocabulary

    vocabulary = Vocabulary(tuple(chr(0x21 + index) for index in range(VOCABULARY)))
    ids = np.random.default_rng(1).integers(VOCABULARY, size=4_000_000, dtype=np.uint8)
    config = PRESETS[name].training.replace({"evaluate_every": 10**9, "save_seconds": 10**9})
    text = EncodedText("noise", vocabulary, ids, "")
    task = LanguageModelling(
        model, vocabulary, text, config, precision=precision, world=World(), shards=shards
    )
    # Nothing is evaluated or saved: the folder is never made.
    trainer = Trainer(task, config, RunFolder(Path("unused")), world=World(), precision=precision)
    best, began = 0.0, perf_counter()
    for event in trainer.events():
        if isinstance(event, Step):
            best = max(best, event.units_per_second)
            if perf_counter() - began > seconds:
                break
    return best
