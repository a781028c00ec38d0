"""What the tests register: cells that torch has as well, one that it lacks, and an attention."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from charlm import parts
from charlm.console import plugins

SOURCE = '''
"""A module of a user's, with the minimal gated unit (Zhou et al. 2016)."""

import torch
from torch import nn

import charlm


@charlm.register_cell("mgu")
class MinimalGatedUnit(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.hidden_size = hidden_size
        self.gate = nn.Linear(input_size + hidden_size, hidden_size)
        self.candidate = nn.Linear(input_size + hidden_size, hidden_size)

    def forward(self, x, state=None):
        h = x.new_zeros(x.shape[1], self.hidden_size) if state is None else state[0]
        outputs = []
        for step in x:
            f = self.gate(torch.cat([step, h], 1)).sigmoid()
            n = self.candidate(torch.cat([step, f * h], 1)).tanh()
            h = (1 - f) * h + f * n
            outputs.append(h)
        return torch.stack(outputs), h[None]


@charlm.register_cell("pair")
class Pair(nn.LSTM):
    """Its state has two tensors. It is run as a module, not by torch's kernel."""


@charlm.register_attention("bilinear")
class Bilinear(nn.Module):
    def __init__(self, query_size, key_size):
        super().__init__()
        self.between = nn.Linear(key_size, query_size, bias=False)

    def forward(self, queries, keys):
        return torch.einsum("tbq,sbq->tbs", queries, self.between(keys))
'''


def write_plugin(name: str = "mycells") -> Path:
    """Write the module into the working folder."""
    path = Path(f"{name}.py")
    path.write_text(SOURCE)
    return path


def forget(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    """Be as a process that has imported no plugin yet."""
    monkeypatch.setattr(parts, "_registered", {})
    monkeypatch.setattr(plugins, "_loaded", [])
    for module in modules:
        monkeypatch.delitem(sys.modules, module, raising=False)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the cells and the attention of `SOURCE`."""
    forget(monkeypatch)
    names = {"__name__": "mycells"}
    exec(SOURCE, names)
