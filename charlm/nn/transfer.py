"""Copies from the CPU to the device, for which the device need not be waited for."""

from __future__ import annotations

import torch
from torch import Tensor


def move(tensor: Tensor, device: torch.device) -> Tensor:
    """Return `tensor`, which lies on the CPU, on `device`.

    For CUDA it is first copied into page-locked memory. From other memory, the host would wait
    until the device has taken it.
    """
    if device.type == "cuda" and tensor.device.type == "cpu":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
