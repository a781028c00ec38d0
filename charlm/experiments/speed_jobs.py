"""The jobs that `charlm.experiments.speed` measures, each in a process of its own.

A job imports what it needs when it runs: its settings of the process come before torch and NumPy.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from charlm.config import PRESETS, ModelConfig
from charlm.console.process import share_cores
from charlm.training.config import Precision

if TYPE_CHECKING:
    from torch import Tensor, nn

    from corpora.text.encoded import EncodedText

VOCABULARY = 82
"""Number of symbols of *War and Peace*."""


def measure_rate(
    step: Callable[[], int], seconds: float, wait: Callable[[], object] = lambda: None
) -> float:
    """Return characters per second of `step`, which returns how many it has handled.

    Args:
        step: may only have started the work when it returns.
        seconds: time for the measurement.
        wait: waits until the work is done.
    """
    done = 0
    for _ in range(3):
        step()
    wait()
    began = perf_counter()
    while perf_counter() - began < seconds:
        done += step()
    wait()
    return done / (perf_counter() - began)


def find_wait(device: str) -> Callable[[], object]:
    """Return a function that waits until `device`, cpu or cuda, has nothing left to do."""
    import torch

    return torch.cuda.synchronize if device == "cuda" else lambda: None


def step_ours(
    layers: int, hidden: int, streams: int, seconds: float, compiled: bool = False
) -> float:
    """Return characters per second of stepping and sampling, in NumPy or compiled, on one thread.

    The weights fit into half precision, as those of the models that ship with charlm.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    from charlm.generation.generate import generate_many
    from charlm.generation.weights import list_shapes
    from charlm.language_model import choose_network
    from corpora.text.vocabulary import Vocabulary

    config = ModelConfig(hidden_size=hidden, num_layers=layers, embedding_size=hidden)
    random = np.random.default_rng(1)
    weights = {
        name: random.uniform(-0.1, 0.1, shape).astype(np.float16).astype(np.float32)
        for name, shape in list_shapes(config, VOCABULARY).items()
    }
    vocabulary = Vocabulary(tuple(chr(0x21 + index) for index in range(VOCABULARY)))
    with threadpool_limits(1):
        network = choose_network(compiled)(config, weights, VOCABULARY)
        tokens = generate_many(network, vocabulary, "!", samples=streams, seed=1)
        return measure_rate(lambda: len(next(tokens)), seconds)


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

    return measure_rate(step, seconds)


def train_ours(name: str, precision: Precision, seconds: float, device: str = "cpu") -> float:
    """Return characters per second of training a preset, as `charlm train` does it.

    It is the best of the training loop's reports.
    """
    share_cores()
    import torch

    from charlm.console.process import keep_freed_memory
    from charlm.model import CharLM
    from charlm.runs.run_folder import RunFolder
    from charlm.task import LanguageModelling, choose_shards
    from charlm.training.distributed import World
    from charlm.training.events import Step
    from charlm.training.loop import Trainer

    keep_freed_memory()
    chosen, text = PRESETS[name], _make_noise()
    world = World(device=torch.device(device))
    config = chosen.training.replace({"evaluate_every": 10**9, "save_seconds": 10**9})
    task = LanguageModelling(
        CharLM(chosen.model, VOCABULARY).to(device),
        text.vocabulary,
        text,
        config,
        precision=precision,
        world=world,
        shards=choose_shards(chosen.model, config, world),
    )
    # The folder is never created, because nothing is evaluated or saved.
    trainer = Trainer(task, config, RunFolder(Path("unused")), world=world, precision=precision)
    best, began = 0.0, perf_counter()
    for event in trainer.events():
        if isinstance(event, Step):  # the loop waits for the device before it reports
            best = max(best, event.units_per_second)
            if perf_counter() - began > seconds:
                break
    return best


def train_torch(name: str, seconds: float, device: str = "cpu") -> float:
    """Return characters per second of training a plain nn.LSTM in a plain loop, the best of all.

    It trains in fp32 with torch's own settings, which allow cuDNN to round to TF32.
    """
    import torch
    from torch import nn

    from charlm.streams import Streams

    config = PRESETS[name].training
    torch.manual_seed(1)
    model = _make_plain_model(PRESETS[name].model).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.learning_rate, fused=True)
    ids = _make_noise().ids
    streams = Streams(ids, config.batch_size, config.window, device=torch.device(device))
    batches, state = itertools.cycle(streams), None

    def step() -> None:
        nonlocal state
        inputs, targets = next(batches)
        logits, (h, c) = model(inputs, state)
        state = h.detach(), c.detach()
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), config.clip)
        optimizer.step()

    wait, best, began = find_wait(device), 0.0, perf_counter()
    while not best or perf_counter() - began < seconds:
        since = perf_counter()
        for _ in range(10):
            step()
        wait()
        rate = 10 * config.batch_size * config.window / (perf_counter() - since)
        best = max(best, rate)
    return best


def _make_plain_model(config: ModelConfig) -> nn.Module:
    """Return an embedding, one nn.LSTM of several layers, and a linear layer."""
    from torch import nn

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            size = config.hidden_size
            self.embedding = nn.Embedding(VOCABULARY, config.embedding_size)
            self.output = nn.Linear(size, VOCABULARY)
            self.lstm = nn.LSTM(config.embedding_size, size, config.num_layers, batch_first=True)

        def forward(self, ids: Tensor, state: Any) -> tuple[Tensor, Any]:
            y, after = self.lstm(self.embedding(ids), state)
            return self.output(y), after

    return Plain()


def _make_noise() -> EncodedText:
    """Return a text of 4,000,000 random characters."""
    import numpy as np

    from corpora.text.encoded import EncodedText
    from corpora.text.vocabulary import Vocabulary

    vocabulary = Vocabulary(tuple(chr(0x21 + index) for index in range(VOCABULARY)))
    ids = np.random.default_rng(1).integers(VOCABULARY, size=4_000_000, dtype=np.uint8)
    return EncodedText("noise", vocabulary, ids, "")
