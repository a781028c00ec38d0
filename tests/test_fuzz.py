"""Everything that a stranger can hand over, harmed at random: see `fuzz_readers`."""

from __future__ import annotations

import os
from pathlib import Path

import forked_programs
import pytest

pytestmark = pytest.mark.long

PROGRAM = "fuzz_readers"
MENDED = ("caches", "app")  # made again, or set aside, when harmed: never a refusal
READERS = ["models", "trainings", "logs", "caches", "tables", "app"]
COUNTS = {"trainings": 40}
"""Harms of each file, if not 200. Of trainings there are 16 files, and each is resumed for real."""


def harm(folder: Path, reader: str, count: int, seed: int) -> None:
    own = {"CHARLM_CACHE": str(folder / "cache"), "CHARLM_STATE": str(folder / "state")}
    code, out, err = forked_programs.run(
        *("-m", PROGRAM, reader, str(count), str(seed)), cwd=folder, env={**os.environ, **own}
    )
    assert code == 0, err[-4000:]
    answers, refusals = map(int, out.split())
    assert (refusals > 0) == (reader not in MENDED), "the harm was too small to notice"
    assert answers + refusals >= count


@pytest.mark.parametrize("reader", READERS)
def test_harmed_files_are_answered_or_refused_in_one_line(tmp_path: Path, reader: str) -> None:
    harm(tmp_path, reader, COUNTS.get(reader, 200), seed=1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("reader", READERS)
def test_many_more(tmp_path: Path, reader: str) -> None:
    harm(tmp_path, reader, 3000, seed=2)
