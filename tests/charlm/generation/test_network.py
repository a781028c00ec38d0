from __future__ import annotations

import numpy as np
import pytest
from generation_helpers import (
    CONFIGS,
    LENGTH,
    assert_same,
    ids,
    logits_of,
    network,
)
from tiny_models import named

from charlm.config import ModelConfig


@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_a_copy_goes_its_own_way(config: ModelConfig) -> None:
    first, second, third = (ids(2, seed) for seed in (1, 2, 3))
    net = network(config)
    state = net.start(2)
    logits_of(net, state, first)
    copy = state.take(np.arange(2))
    both = [
        (net.step(state, a).T.copy(), net.step(copy, b).T.copy())  # turn by turn
        for a, b in zip(second.T, third.T, strict=True)
    ]
    for index, other in enumerate((second, third)):
        whole = logits_of(net, net.start(2), np.concatenate([first, other], axis=1))
        np.testing.assert_array_equal(
            np.stack([turn[index] for turn in both], 1), whole[:, LENGTH:]
        )


@pytest.mark.parametrize("config", CONFIGS[::4], ids=named)
def test_streams_are_taken_in_any_order_and_repeated(config: ModelConfig) -> None:
    order = np.array([2, 0, 2, 1, 2])
    before, after = ids(3, seed=1), ids(5, seed=2)
    net = network(config)
    state = net.start(3)
    logits_of(net, state, before)
    found = logits_of(net, state.take(order), after)
    whole = logits_of(net, net.start(5), np.concatenate([before[order], after], axis=1))
    assert_same(found, whole[:, LENGTH:])


def test_a_state_begins_without_a_memory_of_others() -> None:
    net = network(CONFIGS[-1])
    rows = ids(1)
    first = logits_of(net, net.start(), rows)
    logits_of(net, net.start(), ids(1, seed=9))
    np.testing.assert_array_equal(logits_of(net, net.start(), rows), first)
