"""Everything that a stranger can hand over, harmed at random: see `fuzz_readers`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("fuzz_readers.py")
MENDED = ("caches", "app")  # made again, or set aside, when harmed: never a refusal
READERS = ["models", "trainings", "logs", "caches", "tables", "app"]


def harm(folder: Path, reader: str, count: int, seed: int) -> None:
    own = {"CHARLM_CACHE": str(folder / "cache"), "CHARLM_STATE": str(folder / "state")}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), reader, str(count), str(seed)],
        cwd=folder,
        env={**os.environ, **own, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answers, refusals = map(int, done.stdout.split())
    assert (refusals > 0) == (reader not in MENDED), "the harm was too small to notice"
    assert answers + refusals >= count


@pytest.mark.parametrize("reader", READERS)
def test_harmed_files_are_answered_or_refused_in_one_line(tmp_path: Path, reader: str) -> None:
    harm(tmp_path, reader, 200, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("reader", READERS)
def test_many_more(tmp_path: Path, reader: str) -> None:
    harm(tmp_path, reader, 3000, seed=2)
