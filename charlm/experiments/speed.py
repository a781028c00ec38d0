"""The speed of generation and training, measured beside torch's own LSTM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from multiprocessing import get_context
from typing import Any

from charlm.config import PRESETS
from charlm.experiments.speed_floors import multiply_generation, multiply_training
from charlm.experiments.speed_jobs import step_ours, step_torch, train_ours, train_torch
from charlm.training.config import Precision

SIZES = ((4, 128), (3, 512))
"""Numbers of layers and hidden sizes for generation."""
STREAMS = (1, 16, 64, 256)
"""Numbers of streams for generation."""
PRECISIONS: tuple[Precision, ...] = ("bf16", "fp32")


@dataclass(frozen=True)
class Measurement:
    """The speed of a job and of its counterpart in torch, each the best of several rounds."""

    what: str
    """Name of the job, as shown to people."""
    streams: int
    """Number of streams that are read or written side by side."""
    ours: float
    """Characters per second of charlm."""
    torch: float
    """Characters per second of torch."""
    floor: float
    """Characters per second of the matrix products alone: of training at the speed of large ones,
    of generation as one product of all weights."""

    @property
    def ratio(self) -> float:
        """Speed of charlm divided by the speed of torch."""
        return self.ours / self.torch


def measure_generation(seconds: float, rounds: int) -> list[Measurement]:
    """Measure stepping and sampling at every size and number of streams, on one thread.

    Args:
        seconds: time for each measurement.
        rounds: rounds; the best one counts.
    """
    measurements = []
    for (layers, hidden), streams in product(SIZES, STREAMS):
        size = (layers, hidden, streams, seconds)
        ways = {"": False} | ({", compiled": True} if streams == 1 and find_spec("numba") else {})
        jobs = [
            (job, (*size, compiled))
            for compiled in ways.values()
            for job in (step_ours, multiply_generation)
        ]
        rival, *both = _run_in_turn(rounds, (step_torch, size), *jobs)
        for way, ours, floor in zip(ways, both[::2], both[1::2], strict=True):
            label = f"generate {layers}x{hidden}{way}"
            measurements.append(Measurement(label, streams, ours, rival, floor))
    return measurements


def measure_training(
    presets: Sequence[str], seconds: float, rounds: int, device: str = "cpu"
) -> list[Measurement]:
    """Measure the training of each preset in each precision, on all cores or on a GPU.

    Args:
        presets: names of presets.
        seconds: time for each measurement.
        rounds: rounds; the best one counts.
        device: cpu or cuda.
    """
    measurements = []
    for name, precision in product(presets, PRECISIONS):
        ours, rival, floor = _run_in_turn(
            rounds,
            (train_ours, (name, precision, seconds, device)),
            (train_torch, (name, seconds, device)),
            (multiply_training, (name, precision, seconds, device)),
        )
        streams = PRESETS[name].training.batch_size
        label = f"train {name}, {precision}"
        measurements.append(Measurement(label, streams, ours, rival, floor))
    return measurements


Job = tuple[Callable[..., float], tuple[Any, ...]]
"""A function that returns characters per second, and its arguments."""


def _run_in_turn(rounds: int, *jobs: Job) -> list[float]:
    """Run the jobs in turn, each in a fresh process; return the best figure of each."""
    best = [0.0] * len(jobs)
    for _ in range(rounds):
        for index, (function, arguments) in enumerate(jobs):
            # A fresh process: the settings of one job (threads, memory) must not affect another.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                best[index] = max(best[index], pool.submit(function, *arguments).result())
    return best
