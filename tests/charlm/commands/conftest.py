"""What `charlm models` lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Listed = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def listed(charlm: Callable[..., Any]) -> Listed:
    """Call `charlm models --json` with options, and return the row of each model by its name."""

    def call(*options: str) -> dict[str, dict[str, Any]]:
        ended = charlm("models", "--json", *options)
        assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
        return {row["model"]: row for row in json.loads(ended.out)["models"]}

    return call
