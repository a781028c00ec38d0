"""Models that ship in tests of the app: files that only say of what kind they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charlm.runs import registry
from charlm.runs.files import CONFIG, MODEL
from charlm.runs.model_file import ModelFile, write_model


def ship(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    kind: str,
    names: Iterable[str],
    corpus: Mapping[str, Any],
) -> None:
    """Have models of a kind ship with `seq`, and no others; what loads them is a stand-in."""
    for name in names:
        own = folder / "shipped" / "seq" / name
        own.mkdir(parents=True)
        write_model(own / MODEL, ModelFile(kind, {}, "", {"w": np.zeros(1, np.float32)}))
        (own / CONFIG).write_text(json.dumps({"kind": kind, "format": 1, "corpus": corpus}))
    monkeypatch.setattr(registry, "pretrained", lambda package: folder / "shipped" / package)
