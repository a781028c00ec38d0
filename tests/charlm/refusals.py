"""Tables of command lines that are refused."""

from __future__ import annotations

import shlex

import pytest


def refusals(table: str) -> pytest.MarkDecorator:
    """Run a test for each row of a table: arguments as typed, ` | `, what the one line says.

    The test takes them as `arguments` and `line`.
    """
    rows = [row.rsplit(" | ", 1) for row in table.splitlines() if row.strip()]
    cases = [
        pytest.param(shlex.split(typed), line.strip(), id=typed.strip() or "nothing")
        for typed, line in rows
    ]
    return pytest.mark.parametrize(("arguments", "line"), cases)
