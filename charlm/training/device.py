"""Device, precision, threads, memory and torchrun: the only module that asks the machine."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from charlm.training.config import Device, Precision
from corpora.errors import UserError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def pick_device(wanted: Device) -> torch.device:
    """Return the device that `wanted` names; raise `UserError` if it is not there."""
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
    if wanted == "cuda":
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
    return torch.device(wanted)


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


def autocast(device: torch.device, precision: Precision) -> AbstractContextManager[object]:
    """Return the context in which forward passes run."""
    if precision == "bf16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
