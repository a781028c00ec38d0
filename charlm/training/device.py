"""Device, precision, threads, memory and torchrun: the only module that asks the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Any, Literal

import torch

from charlm.nn.recurrent import runs_bf16
from charlm.training.config import Device, Precision
from corpora.errors import UserError

Arithmetic = Literal["bf16", "tf32", "fp32"]
"""Arithmetic of recurrent layers. TF32 is fp32 whose factors are rounded to 10 bits."""


def count_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pick_device(wanted: Device) -> torch.device:
    """Return the device that `wanted` names. Under torchrun, each process gets its own GPU.

    Raises:
        UserError: there is no such device, or fewer GPUs than processes.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        wanted = "cuda" if available["cuda"] else "cpu"  # MPS steps slower than a CPU at 4x128
    if not available[wanted]:
        there = ", ".join(name for name, there in available.items() if there)
        raise UserError(f"there is no {wanted} device here; --device may be auto, {there}")
    if wanted != "cuda":
        return torch.device(wanted)
    index, count = int(os.environ.get("LOCAL_RANK", 0)), torch.cuda.device_count()
    if index >= count:
        processes = max(index + 1, int(os.environ.get("LOCAL_WORLD_SIZE", 0)))
        raise UserError(
            f"{processes} processes cannot share {count} GPU{'s' * (count != 1)}; "
            f"take --nproc-per-node={count}, or --device cpu"
        )
    return torch.device("cuda", index)


def pick_precision(wanted: Precision, device: torch.device) -> Precision:
    """Return fp32 or bf16: what was asked for, or for auto what the processor is fast at."""
    if wanted != "auto":
        return wanted
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    if device.type == "cpu":
        native = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
        # Private, but the only places where torch tells; absent, fp32 is the safe answer.
        asked = [getattr(torch.cpu, name, None) for name in native]
        return "bf16" if any(ask is not None and ask() for ask in asked) else "fp32"
    return "fp32"


def pick_arithmetic(precision: Precision, device: torch.device) -> Arithmetic:
    """Return what recurrent layers compute in on `device`, where the rest is in `precision`."""
    if precision != "bf16":
        return "fp32"
    if device.type == "cpu" or runs_bf16(device):
        return "bf16"
    ampere = device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)
    return "tf32" if ampere and torch.version.hip is None else "fp32"


@contextmanager
def autocast(device: torch.device, precision: Precision) -> Iterator[None]:
    """Enter the context in which forward passes run."""
    with ExitStack() as stack:
        stack.enter_context(set_rounding(device, precision))
        if precision == "bf16":
            stack.enter_context(torch.autocast(device.type, torch.bfloat16))
        yield


@contextmanager
def set_rounding(device: torch.device, precision: Precision) -> Iterator[None]:
    """Let cuDNN's recurrences round fp32 to TF32 if `precision` is bf16, and not if it is fp32.

    By default torch lets them. Forward and backward pass need the same setting. It is one of the
    whole process: torch's own is put back when the last context ends.
    """
    if device.type != "cuda":
        yield
        return
    _tf32.enter(allowed=precision == "bf16")
    try:
        yield
    finally:
        _tf32.leave()


class _Tf32:
    """The setting of torch that allows TF32 in cuDNN, shared by the threads that change it."""

    def __init__(self) -> None:
        self.lock, self.users, self.before = Lock(), 0, ""

    def enter(self, *, allowed: bool) -> None:
        """Allow it or not, until the last of those that entered leaves."""
        with self.lock:
            self.before = self.before if self.users else self.read()
            self.users += 1
            self.write("tf32" if allowed else "ieee")

    def leave(self) -> None:
        """Put back what was there before the first one entered, if nobody else is inside."""
        with self.lock:
            self.users -= 1
            if not self.users:
                self.write(self.before)

    def read(self) -> str:
        """Return torch's setting: tf32, or ieee or none, which do not allow it."""
        if (rnn := _cudnn_rnn()) is not None:
            return str(rnn.fp32_precision)
        return "tf32" if torch.backends.cudnn.allow_tf32 else "ieee"

    def write(self, value: str) -> None:
        """Change torch's setting."""
        if value == self.read():
            return
        if (rnn := _cudnn_rnn()) is not None:
            rnn.fp32_precision = value
        else:
            torch.backends.cudnn.allow_tf32 = value == "tf32"


def _cudnn_rnn() -> Any:
    """Return the settings of cuDNN's recurrences, which torch has from 2.9 on; before, None."""
    rnn = getattr(torch.backends.cudnn, "rnn", None)
    return rnn if hasattr(rnn, "fp32_precision") else None


_tf32 = _Tf32()
