"""An estimate of what each unit is worth, where there are too many to silence every one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.arrays import Floats
from charlm.language_model import LanguageModel
from charlm.model import CharLM
from charlm.start import build_model

WINDOW = 128
"""Characters that a stream reads from a state of zeros."""
AT_ONCE = 64
"""Windows that are read side by side: all their steps are in memory for the backward pass."""

Steps = dict[str, Tensor]
"""Values (N, H) of one layer at one step, by the names of `charlm.generation.cells.FIELDS`."""


def estimate_increases(
    model: LanguageModel, ids: npt.NDArray[np.int64], field: str, held: Floats
) -> Floats:
    """Return about how much the loss grows if each unit is held, (L, H), in nats per character.

    Let v_t be a unit's field, pulled a share s of the way to the value that it is held at. The
    slope of the loss of a window at s = 0 is g = sum over t of dL/dv_t * (held - v_t). In a trained
    model its mean is near 0, so the first-order estimate says little; the estimate here is the
    second-order one with Fisher's information for the curvature, half the mean of g squared (Theis,
    Korshunova, Tejani and Huszár 2018 prune networks so).

    In the shipped model of 4x128, with 8,000 characters, the ten cells that matter most when held
    at their mean are among the first 70 of 512 by this figure; by the first-order one, four of the
    ten are among the last. In the one of 4x512, the ten cells of layer 2 that matter most are among
    the first 71 of all 2,048.

    A held cell state of an LSTM does nothing but h = output * tanh(held), and is counted by that
    change of h: the gradient through the cell state would count again what each step has lost.

    Args:
        model: the model.
        ids: the text, (T,), at least 2 characters; it is cut into windows of 128.
        field: what is held, a name of `FIELDS`.
        held: the values (L, H) that units are held at.
    """
    length = min(WINDOW, len(ids) - 1)
    starts = np.arange((len(ids) - 1) // length) * length
    windows = ids[starts[:, None] + np.arange(length + 1)]
    network = build_model(model.config, model.network.weights, len(model.vocabulary)).eval()
    found = np.zeros(held.shape)
    for start in range(0, len(windows), AT_ONCE):
        part = torch.from_numpy(windows[start : start + AT_ONCE]).t()  # (T + 1, N)
        found += (_compute_slopes(network, part, field, held) ** 2).sum(axis=1)
    return np.asarray(found / (2 * len(windows) * length))


def _compute_slopes(network: CharLM, windows: Tensor, field: str, held: Floats) -> Floats:
    """Return the slope of the loss of each window if each unit is held, (L, N, H)."""
    node = "hidden" if field == "cell" else field
    with torch.enable_grad():
        seen: list[list[Steps]] = [[] for _ in held]  # by layer and time
        tops = []
        for symbols in windows[:-1]:
            x = network.embedding(symbols)
            for layer, steps in zip(network.stack(), seen, strict=True):
                assert isinstance(layer, nn.RNNBase)  # `check_field` has refused other cells
                steps.append(_step(layer, x, steps[-1] if steps else None))
                y = steps[-1]["hidden"]
                x = x + y if network.config.residual and x.shape == y.shape else y
            tops.append(x)
        logits = network.output(torch.stack(tops)).flatten(0, 1)
        loss = F.cross_entropy(logits, windows[1:].flatten(), reduction="sum")
        nodes = [step[node] for steps in seen for step in steps]
        gradients = iter(torch.autograd.grad(loss, nodes))
    slopes = np.zeros((len(held), windows.shape[1], held.shape[1]))
    for index, steps in enumerate(seen):
        value = torch.from_numpy(held[index].astype(np.float32))
        for step in steps:
            goal = step["output"] * torch.tanh(value) if field == "cell" else value
            slopes[index] += (next(gradients) * (goal - step[node])).detach().double().numpy()
    return slopes


def _step(layer: nn.RNNBase, x: Tensor, before: Steps | None) -> Steps:
    """Return the fields of a layer at one step, each a node of the graph; x is (N, E)."""
    w_ih, w_hh, b_ih, b_hh = layer.all_weights[0]
    zeros = x.new_zeros(len(x), layer.hidden_size)
    h = before["hidden"] if before is not None else zeros
    outer, inner = F.linear(x, w_ih, b_ih), F.linear(h, w_hh, b_hh)
    if layer.mode == "LSTM":
        i, f, g, o = (outer + inner).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * (before["cell"] if before is not None else zeros) + i * g
        fields = {"cell": c, "input": i, "forget": f, "candidate": g, "output": o}
        return {"hidden": o * c.tanh(), **fields}
    if layer.mode == "GRU":
        (r, z, n), (r_h, z_h, n_h) = outer.chunk(3, dim=1), inner.chunk(3, dim=1)
        r, z = (r + r_h).sigmoid(), (z + z_h).sigmoid()
        n = (n + r * n_h).tanh()
        return {"hidden": (1 - z) * n + z * h, "reset": r, "update": z, "candidate": n}
    h = outer + inner
    return {"hidden": h.relu() if layer.mode == "RNN_RELU" else h.tanh()}
