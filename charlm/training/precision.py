"""The arithmetic of a new training: for auto, bf16 where it is measured to be faster.

That a processor can multiply bf16 does not make every layer faster in it. With matrix units (AMX),
a character model of vanilla RNN cells trains at 116 thousand characters a second in fp32 and at 79
thousand in bf16, and one of LSTM cells several times as fast in bf16. It depends on cell, width and
processor, so that no table would be right for the next one: a layer of the model is tried in both.
"""

from __future__ import annotations

import math
from functools import cache
from time import perf_counter

import torch

from charlm.nn.cells import RecurrentLayer, make_layer
from charlm.nn.recurrent import run_layer
from charlm.training.config import Precision
from charlm.training.device import autocast, pick_precision
from charlm.training.distributed import World
from charlm.training.request import Job
from corpora.notice import Notice

WORTH = 1.1
"""Times as fast as fp32 that bf16 must be: below it, the noise of a measurement would decide, and
fp32 has the smaller errors."""
STEPS = 8
"""Steps in time of a trial."""
WIDEST, MOST_ROWS = 512, 64
"""Largest layer and batch of a trial. Larger ones are nearly all matrix product, as these are."""
ROUNDS, SECONDS = 5, 0.3
"""Trials in each arithmetic after the first one, and the time after which no more are begun."""


def settle_precision(job: Job, world: World, notice: Notice) -> Precision:
    """Return the arithmetic of a new training, the same on every rank.

    Args:
        job: what is trained, and in which arithmetic it was asked for.
        world: the processes that train together; the one that leads measures.
        notice: told where another arithmetic than one would expect is taken, or a slow one.
    """
    device, wanted = world.device, job.training.precision
    able = pick_precision("auto", device)
    if wanted == "bf16" and able == "fp32":
        notice(f"bf16 is slow on this {device.type}; --precision auto takes fp32 here")
    if wanted != "auto" or able == "fp32" or device.type != "cpu":
        return pick_precision(wanted, device)
    gain = "" if not world.leads else str(find_gain(job))
    if (found := float(world.share(gain))) >= WORTH:
        return "bf16"
    notice(f"auto takes fp32: layers as these are {found:.1f} times as fast in bf16 here")
    return "fp32"


def find_gain(job: Job) -> float:
    """Return how many times as fast as in fp32 the layers of a job are in bf16, on the CPU.

    A task of a Python program does not say what its layers are: they are taken to gain.
    """
    cell, size = job.model.get("cell"), job.model.get("hidden_size")
    if cell is None or size is None:
        return math.inf
    return measure_gain(cell, min(size, WIDEST), min(job.training.batch_size, MOST_ROWS))


@cache
def measure_gain(cell: str, size: int, rows: int) -> float:
    """Measure how many times as fast as in fp32 a layer is in bf16, forward and backward.

    It takes a fraction of a second, and is remembered as long as the process lives. The best of
    several trials counts, made in turn, so that what else the machine does hardly matters.

    Args:
        cell: of the layer.
        size: its units, and the features of its input.
        rows: streams that are read side by side.
    """
    kinds: tuple[Precision, ...] = ("fp32", "bf16")
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        layer = make_layer(cell, size, size)
        x = torch.randn(STEPS, rows, size)
        trials: dict[Precision, list[float]] = {kind: [] for kind in kinds}
        began = perf_counter()
        for _ in range(1 + ROUNDS):
            for kind, seconds in trials.items():
                seconds.append(_try(layer, x, kind))
            if perf_counter() - began > SECONDS:
                break
    # The first one also allocates memory and prepares kernels: it counts only if there is no other.
    fp32, bf16 = (min(trials[kind][1:] or trials[kind]) for kind in kinds)
    return fp32 / bf16


def _try(layer: RecurrentLayer, x: torch.Tensor, kind: Precision) -> float:
    """Return the seconds of one pass of `x` (T, B, H) through a layer and back."""
    began = perf_counter()
    with autocast(x.device, kind):
        features = x.to(torch.bfloat16) if kind == "bf16" else x
        y, _ = run_layer(layer, features.requires_grad_())
    torch.autograd.grad(y.float().sum(), list(layer.parameters()))
    return perf_counter() - began
