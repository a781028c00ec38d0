"""The folder that a run would get is told before it is made."""

from __future__ import annotations

from pathlib import Path

from charlm.runs.run_folder import RunFolder


def test_what_is_proposed_is_what_is_reserved(tmp_path: Path) -> None:
    for _ in range(3):
        proposed = RunFolder.propose("a run/with: names", tmp_path)
        assert not proposed.exists()
        assert RunFolder.reserve("a run/with: names", tmp_path).path == proposed
    assert RunFolder.propose("…", tmp_path / "nowhere") == tmp_path / "nowhere" / "run"
    assert not (tmp_path / "nowhere").exists()
