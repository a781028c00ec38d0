"""`charlm scan info` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from command_helpers import flags
from commands_of_scan import shape

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_sizes_are_those_of_the_model_that_is_trained(charlm: Charlm, runs: Any) -> None:
    given = flags(shape(hidden_size=32, embedding_size=16))
    found = json.loads(charlm("scan", "info", "--json", *given).out)
    assert found["vocabulary"] == {"source": 14, "target": 9}
    for kind, run in runs.items():
        counted = json.loads(charlm("info", run, "--json").out)["parameters"]["total"]
        assert sum(found["parameters"][kind].values()) == counted
    assert "without attention" in charlm("scan", "info").out


def test_what_needs_attention_counts_with_it_alone(charlm: Charlm) -> None:
    found = json.loads(charlm("scan", "info", "--json", "--walking", "--lexicon").out)
    plain = json.loads(charlm("scan", "info", "--json").out)["parameters"]
    assert found["parameters"]["none"] == plain["none"]
    more = found["parameters"]["scaled_dot"]
    assert sum(more.values()) > sum(plain["scaled_dot"].values())
