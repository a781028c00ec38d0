"""The official files of SCAN, if a mirror has them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corpora.places import mirror_dir
from corpora.scan import official
from corpora.scan.grammar import Pair

# Asked at import, before a fixture hides it from the tests.
MIRROR = mirror_dir()


@pytest.fixture
def official_files() -> Path:
    """Return the folder "scan" of the mirror."""
    if MIRROR is None or not (MIRROR / "scan").is_dir():
        pytest.skip("needs the official files in a mirror")
    return MIRROR / "scan"


@pytest.fixture
def read_pairs() -> Callable[[Path], list[Pair]]:
    """Read a file of pairs."""
    return lambda path: [official.parse_pair(line) for line in path.read_text().splitlines()]


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "REPOSITORY", "http://127.0.0.1:9")
