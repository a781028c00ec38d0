"""Two translators that have learned a small split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands_of_scan import put, request
from training_helpers import start, trained

KINDS = ("scaled_dot", "none")


@pytest.fixture(scope="session")
def runs(once: Callable[..., Path]) -> dict[str, Path]:
    """Two translators that have learned their 44 commands, with and without attention."""
    wanted = {"hidden_size": 32, "embedding_size": 16, "dropout": 0.0, "epochs": 30}

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            put(patch)
            for kind in KINDS:
                trained(start(request(folder / kind, attention=kind, **wanted)))

    folder = once("translators", make)
    return {kind: folder / kind for kind in KINDS}
