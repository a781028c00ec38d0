"""No test here sees the user's cache, a mirror, the network or another test's folder."""

from pathlib import Path

import pytest
from tiny_models import write_run


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("CHARLM_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder with a tiny model in it, runs/tiny of the working folder."""
    return write_run(tmp_path / "work" / "runs" / "tiny")
