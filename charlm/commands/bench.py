"""`charlm bench`: how fast generation and training are, beside torch's own LSTM, in one run."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.table import Table

from charlm.config import DEFAULT_PRESET, PRESETS, ModelConfig
from charlm.console.process import share_cores
from charlm.console.program import print_json, stderr, stdout
from charlm.training.config import Precision, preset
from corpora.errors import UserError

VOCABULARY = 82
"""Symbols of *War and Peace*."""
SIZES = ((4, 128), (3, 512))
STREAMS = (1, 16, 64, 256)
PRECISIONS: tuple[Precision, ...] = ("bf16", "fp32")

What = Literal["all", "generation", "training"]


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


def bench(
    *,
    what: What = "all",
    presets: Annotated[tuple[str, ...], Parameter(name="--preset", consume_multiple=True)] = (
        DEFAULT_PRESET,
    ),
    seconds: float = 1.0,
    rounds: int = 3,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure the speed of generation and training beside torch's own LSTM.

    Generation is compared on one thread: stepping and sampling here, in NumPy and, where Numba is
    installed, compiled, and stepping an nn.LSTM and sampling with torch. Training is compared on
    all cores: presets as `charlm train` runs them, in bf16 and in fp32, and a plain loop over an
    nn.LSTM of the same size in fp32; beside them stands the floor, which is what the matrix
    products alone would take at the speed of large ones in the same arithmetic. Every figure is
    measured in a process of its own, the rivals in turn; the best round counts.

    Parameters
    ----------
    what
        Measure only one of the two.
    presets
        Presets to train.
    seconds
        Time for each measurement of a round.
    rounds
        Rounds to take the best of.
    json
        Write one JSON object.
    """
    if seconds <= 0 or rounds < 1:
        raise UserError("--seconds must be above 0 and --rounds at least 1")
    for name in presets:
        preset(name, PRESETS)
    measurements: list[Measurement] = []
    with stderr().status("measuring …"):
        if what != "training":
            for layers, hidden in SIZES:
                for streams in STREAMS:
                    size = (layers, hidden, streams, seconds)
                    rivals: list[Job] = [(step_torch, size), (step_ours, size)]
                    if streams == 1 and find_spec("numba"):
                        rivals.append((step_ours, (*size, True)))
                    rival, *both = _best(rounds, *rivals)
                    for ours, way in zip(both, ("", ", compiled"), strict=False):
                        label = f"generate {layers}x{hidden}{way}"
                        measurements.append(Measurement(label, streams, ours, rival))
        if what != "generation":
            for name, precision in product(presets, PRECISIONS):
                ours, rival, floor = _best(
                    rounds,
                    (train_ours, (name, precision, seconds)),
                    (train_torch, (name, seconds)),
                    (products, (name, precision, seconds)),
                )
                label = f"train {name}, {precision}"
                streams = PRESETS[name].training.batch_size
                measurements.append(Measurement(label, streams, ours, rival, floor))
    if json:
        rows = [{**vars(m), "ratio": m.ratio} for m in measurements]
        print_json({"measurements": rows, "cores": os.cpu_count()})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("characters per second")
    for heading in ("streams", "charlm", "torch", "ratio", "floor", "of it"):
        table.add_column(heading, justify="right")
    for m in measurements:
        figures = (f"{m.ours:,.0f}", f"{m.torch:,.0f}", f"{m.ratio:.1f}")
        shares = ("", "") if m.floor is None else (f"{m.floor:,.0f}", f"{m.ours / m.floor:.0%}")
        table.add_row(m.what, str(m.streams), *figures, *shares)
    stdout().print(table)


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
    from charlm.language_model import network_class
    from corpora.text.vocabulary import Vocabulary

    config = ModelConfig(hidden_size=hidden, num_layers=layers, embedding_size=hidden)
    random = np.random.default_rng(1)
    weights = {
        name: random.uniform(-0.1, 0.1, shape).astype(np.float16).astype(np.float32)
        for name, shape in shapes(config, VOCABULARY).items()
    }
    vocabulary = Vocabulary(tuple(chr(0x21 + index) for index in range(VOCABULARY)))
    with threadpool_limits(1):
        network = network_class(compiled)(config, weights, VOCABULARY)
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
