"""What the Tab key offers: the names that a command takes there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_models import write_run

from charlm.config import PRESETS
from corpora.known.catalog import CATALOG
from seq.imdb.config import PRESETS as REVIEW_PRESETS


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (("train", ""), CATALOG),
        (("train", "sample", "--preset", ""), PRESETS),
        (("sweep", "sample", "--preset", ""), PRESETS),
        (("imdb", "train", "--preset", ""), REVIEW_PRESETS),
        (("imdb", "compare", ""), REVIEW_PRESETS),
        (("generate", ""), ["runs/mine"]),
        (("evaluate", ""), ["runs/mine"]),
        (("scan", "translate", "jump", "--model", ""), ["runs/mine"]),
        (("train", "sample", "--init-from", ""), ["runs/mine"]),
        (("export", ""), ["runs/mine"]),
        (("push", ""), ["runs/mine"]),
    ],
)
def test_names_are_offered_where_they_are_taken(
    charlm: Any, typed: tuple[str, ...], names: list[str]
) -> None:
    write_run(Path("runs/mine"))
    offered = [line.split("\t")[0] for line in charlm("__complete", *typed).out.splitlines()]
    assert set(names) <= set(offered), offered


@pytest.mark.long
def test_a_script_for_each_shell_is_written_where_one_says(
    charlm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # whose .bashrc gets a line
    for shell in ("bash", "zsh", "fish"):
        ended = charlm("--install-completion", "--shell", shell, "-o", f"{shell}.txt")
        assert ended.code == 0
        assert "__complete" in Path(f"{shell}.txt").read_text()
