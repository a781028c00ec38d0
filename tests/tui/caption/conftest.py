"""The app with two captioners that need no training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seers import NAMES, Seer

from charlm.runs import registry
from charlm.runs.files import CONFIG, MODEL
from charlm.runs.model_file import ModelFile, write_model
from charlm.runs.registry import CAPTIONER


@pytest.fixture
def captioners(at_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app two captioners."""
    for name in NAMES:
        folder = tmp_path / "captioners" / "seq" / name
        folder.mkdir(parents=True)
        write_model(folder / MODEL, ModelFile(CAPTIONER, {}, "", {"w": np.zeros(1, np.float32)}))
        (folder / CONFIG).write_text(f'{{"kind": "{CAPTIONER}", "format": 1, "corpus": {{}}}}')
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / "captioners" / package)
    monkeypatch.setattr("tui.caption.pane.load_captioner", Seer)
