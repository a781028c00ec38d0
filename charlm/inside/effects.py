"""The effect of every unit on the next character: gradient times value, through one step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.arrays import Singles
from charlm.inside.traces import Trace
from charlm.language_model import LanguageModel
from charlm.model import CharLM
from charlm.nn.recurrent import LayerState, run_layer
from charlm.start import build_model

AT_ONCE = 1024
"""Characters whose effects are computed together: each is a row of a batch of one step."""


def add_effects(model: LanguageModel, trace: Trace) -> Trace:
    """Return a trace with the field `effect`: what each unit adds to the next character.

    The effect of a unit at a step is d log p(next) / dh * h, in nats. To first order, so much of
    the log-probability of the character that comes next is lost if the unit's output is set to
    zero on its way up, through the layers above, at this step alone. What it does to later steps
    is not in it. The last character has no next one: its effects are 0.

    Args:
        model: the model that was traced.
        trace: its trace, with the states of the cells (hidden, and cell for an LSTM).

    Raises:
        UserError: the states were not traced.
    """
    network = build_model(model.config, model.network.weights, len(model.vocabulary)).eval()
    ids = torch.from_numpy(model.vocabulary.encode(trace.text).astype(np.int64))
    names = ("hidden", "cell") if model.config.cell == "lstm" else ("hidden",)
    states = [trace.field(name) for name in names]
    effects = np.zeros_like(states[0])
    # The first character was read in the state after a line feed, which is not in the trace.
    for start in range(1, len(ids) - 1, AT_ONCE):
        end = min(start + AT_ONCE, len(ids) - 1)
        before = [state[start - 1 : end - 1] for state in states]
        effects[start:end] = _compute(network, ids[start : end + 1], before)
    return replace(trace, fields={**trace.fields, "effect": effects})


def _compute(model: CharLM, ids: Tensor, before: list[Singles]) -> Singles:
    """Return the effects (N, L, H) at N characters, given the states (N, L, H) before them."""
    outputs: list[Tensor] = []
    with torch.enable_grad():
        x = model.embedding(ids[:-1])[None]  # (1, N, E): one step of N streams
        for index, layer in enumerate(model.stack()):
            parts = [torch.from_numpy(np.ascontiguousarray(b[:, index]))[None] for b in before]
            state: LayerState = parts[0] if len(parts) == 1 else (parts[0], parts[1])
            y = run_layer(layer, x, state)[0].requires_grad_()
            outputs.append(y)
            x = x + y if model.config.residual and x.shape == y.shape else y
        nats = F.cross_entropy(model.output(x[0]), ids[1:], reduction="sum")
        gradients = torch.autograd.grad(-nats, outputs)
    products = [(g * y).detach()[0] for g, y in zip(gradients, outputs, strict=True)]
    return torch.stack(products, dim=1).numpy()
