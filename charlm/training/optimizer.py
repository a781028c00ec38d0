"""AdamW, its learning rate, and the clipping of its gradients."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_, clip_grad_value_, get_total_norm

from charlm.training.config import LoopConfig


def adamw(model: nn.Module, config: LoopConfig, device: torch.device) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019) that decays matrices and leaves biases alone."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=config.learning_rate, fused=device.type in ("cpu", "cuda") or None
    )


def learning_rate(config: LoopConfig, step: int, fraction: float) -> float:
    """Return the learning rate: a linear warm-up, then half a cosine down to its final share.

    Args:
        config: peak, warm-up steps and final share.
        step: steps made so far.
        fraction: how much of the training is behind, 0 to 1, by steps or by time.
    """
    warmup = min(1.0, (step + 1) / max(1, config.warmup_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, fraction)))
    final = config.final_learning_rate
    return config.learning_rate * warmup * (final + (1 - final) * cosine)


class Clipper:
    """Bounds the gradients of `parameters` by their global norm or value by value."""

    def __init__(self, parameters: list[nn.Parameter], config: LoopConfig) -> None:
        self.parameters, self.config = parameters, config

    def __call__(self) -> tuple[Tensor, Tensor]:
        """Clip in place; return the global norm before it, and 1.0 if anything was cut, else 0.0.

        Both stay on the device: reading them here would make every step wait.
        """
        clip = self.config.clip
        if self.config.clip_by == "norm":
            norm = clip_grad_norm_(self.parameters, clip)
            return norm, (norm > clip).to(norm.dtype)
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        norm = get_total_norm(gradients)
        if self.config.clip_by == "none":
            return norm, torch.zeros_like(norm)
        largest = get_total_norm(gradients, norm_type=math.inf)
        clip_grad_value_(self.parameters, clip)
        return norm, (largest > clip).to(norm.dtype)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return the optimizer's tensors, named INDEX.KEY by parameter."""
    state = optimizer.state_dict()["state"]
    return {f"{index}.{key}": t for index, entry in state.items() for key, t in entry.items()}


def moment_templates(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Return tensors of the shapes and types that AdamW keeps for each parameter, by name.

    The names are those of `optimizer_tensors`; the tensors are on the meta device.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    templates: dict[str, Tensor] = {}
    for index, parameter in enumerate(parameters):
        meta = torch.empty_like(parameter, device="meta")
        templates |= {f"{index}.exp_avg": meta, f"{index}.exp_avg_sq": meta}
        templates[f"{index}.step"] = torch.empty((), device="meta")
    return templates


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Undo `optimizer_tensors`; raise ValueError or KeyError where they do not fit."""
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in tensors.items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = tensor
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})
