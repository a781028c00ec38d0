"""A tiny model, a short text, and a hub on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub
from tiny_models import write_run
from training_helpers import short_text

from charlm.runs import hub as hub_names


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a tiny model in it, runs/tiny of the working folder."""
    return write_run(tmp_path / "work" / "runs" / "tiny")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """The file of a short text to train on."""
    return short_text(tmp_path)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A hub on the loopback, which HF_ENDPOINT names; nobody is logged in."""
    served = Hub()
    monkeypatch.setenv("HF_ENDPOINT", served.url)
    # The library reads HF_ENDPOINT once; versions to 0.30 take links of another hub for wrong ones.
    constants = "huggingface_hub.constants"
    monkeypatch.setattr(f"{constants}.ENDPOINT", served.url)
    address = f"{served.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    for module in (constants, "huggingface_hub.file_download"):  # which had its own, once
        monkeypatch.setattr(f"{module}.HUGGINGFACE_CO_URL_TEMPLATE", address, raising=False)
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setattr(f"{constants}.HF_HUB_DISABLE_XET", True, raising=False)
    monkeypatch.setattr(f"{constants}.HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(hub_names, "_found", {})
    yield served
    served.close()
