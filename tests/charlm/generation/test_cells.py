from __future__ import annotations

import numpy as np
import pytest
import torch
from generation_helpers import CONFIGS, assert_same, ids, logits_of, network, torch_model
from tiny_models import named

from charlm.config import ModelConfig


@pytest.mark.parametrize("streams", [1, 5])
@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_the_cells_equal_those_of_torch(config: ModelConfig, streams: int) -> None:
    rows = ids(streams)
    net = network(config)
    found = logits_of(net, net.start(streams), rows)
    with torch.inference_mode():
        expected, _ = torch_model(config)(torch.from_numpy(rows))
    assert_same(found, expected.numpy())
    assert np.ptp(found, axis=(0, 1)).min() > 0.05, "what was read makes a difference"


@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_many_streams_equal_one_by_one(config: ModelConfig) -> None:
    rows = ids(4)
    net = network(config)
    together = logits_of(net, net.start(4), rows)
    for row, found in zip(rows, together, strict=True):
        assert_same(found[None], logits_of(net, net.start(), row[None]))
