"""Gradients of a prediction with respect to the embedding of each character before it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.arrays import Floats
from charlm.language_model import LanguageModel
from charlm.model import CharLM
from charlm.nn.recurrent import LayerState, run_layer
from charlm.start import build_model

AT_ONCE = 32
"""Texts that are read side by side."""


def compute_products(
    model: LanguageModel,
    ids: npt.NDArray[np.int64],
    following: npt.NDArray[np.int64],
    *,
    first: int = 0,
) -> Floats:
    """Return gradient times embedding for each character of N texts, (N, T - first), in nats.

    For the character at t it is e_t . d log p(next) / d e_t, where e_t is its embedding: to first
    order, what log p(next) loses if the embedding becomes zero (Denil, Demiraj and de Freitas
    2014; Li, Chen, Hovy and Jurafsky 2016).

    Args:
        model: the model.
        ids: the texts, (N, T), each read from a state of zeros.
        following: the character (N,) that is predicted after each of them.
        first: place of the first character whose figure is wanted.
    """
    network = build_model(model.config, model.network.weights, len(model.vocabulary)).eval()
    found = []
    for start in range(0, len(ids), AT_ONCE):
        part = torch.from_numpy(ids[start : start + AT_ONCE]).t()  # (T, N)
        wanted = torch.from_numpy(following[start : start + AT_ONCE])
        states: list[LayerState | None] = [None] * model.config.num_layers
        with torch.no_grad():
            if first:
                _, states = _read(network, network.embedding(part[:first]), states)
            embedded = network.embedding(part[first:])
        with torch.enable_grad():
            embedded.requires_grad_()
            top, _ = _read(network, embedded, states)
            log_prob = -F.cross_entropy(network.output(top[-1]), wanted, reduction="sum")
            (gradient,) = torch.autograd.grad(log_prob, embedded)
        found.append((gradient * embedded).detach().sum(dim=2).t().double().numpy())
    return np.concatenate(found)


def _read(
    network: CharLM, x: Tensor, states: list[LayerState | None]
) -> tuple[Tensor, list[LayerState | None]]:
    """Return what the highest layer gives for embeddings (T, N, E), and the states after them."""
    after: list[LayerState | None] = []
    for layer, state in zip(network.stack(), states, strict=True):
        y, state_after = run_layer(layer, x, state)
        after.append(state_after)
        x = x + y if network.config.residual and x.shape == y.shape else y
    return x, after
