"""A file of the user with the name of a package of ours is named in one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from programs import ROOT, run_python

from charlm.shadows import PACKAGES, find_shadow


def start(module: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run_python("-m", module, "--help", folder=folder)


@pytest.mark.long
@pytest.mark.parametrize(
    ("module", "hidden"),
    [
        ("charlm.train", "corpora"),
        ("charlm", "seq"),
        ("charlm.inside", "corpora"),
        ("seq.imdb", "charlm"),
        ("seq.scan", "corpora"),
        ("tui", "seq"),
        ("tui", "charlm"),
    ],
)
def test_the_file_is_named_and_nothing_else_is_said(
    tmp_path: Path, module: str, hidden: str
) -> None:
    (tmp_path / f"{hidden}.py").write_text("raise SystemError('the file of the user ran')\n")
    ended = start(module, tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert f"{tmp_path / hidden}.py hides the package {hidden} of charlm" in ended.stderr


@pytest.mark.long
def test_a_package_of_the_user_hides_as_well_and_a_mere_folder_does_not(tmp_path: Path) -> None:
    (tmp_path / "corpora").mkdir()
    (tmp_path / "corpora" / "mine.txt").write_text("a folder of texts")
    assert start("charlm.train", tmp_path).returncode == 0
    (tmp_path / "corpora" / "__init__.py").write_text("")
    assert "hides the package corpora" in start("charlm.train", tmp_path).stderr


def test_ours_hide_nothing() -> None:
    assert find_shadow(ROOT) is None
    assert all((ROOT / name / "__init__.py").is_file() for name in PACKAGES)
