"""Training takes no more memory for a large corpus than for a small one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """
import resource, runpy, sys
sys.argv = ["train", sys.argv[1], "--out", sys.argv[2], "--max-minutes", sys.argv[3],
            "--batch-size", "64", "--window", "32", "--hidden-size", "16", "--embedding-size", "16",
            "--num-layers", "1", "--precision", "fp32", "--device", "cpu", "--sample-length", "0",
            "--evaluate-every", "1000000"]
try:
    runpy.run_module("charlm.train", run_name="__main__")
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def _peak(tmp_path: Path, megabytes: int, minutes: float) -> int:
    """Train for a while on a text of that size; return the peak memory in bytes."""
    path = tmp_path / f"{megabytes}.txt"
    line = b"It rained on the roofs of the town, and nobody in it was surprised.\n"
    block = line * (1_000_000 // len(line))
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    run = subprocess.run(
        [sys.executable, "-c", TRAIN, str(path), str(tmp_path / f"run-{megabytes}"), str(minutes)],
        env={**os.environ, "CHARLM_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(run.stdout.split("peak ")[1])


@pytest.mark.slow
@pytest.mark.parametrize(("megabytes", "minutes"), [(64, 0.02), (1000, 1.0)])
def test_peak_memory_does_not_grow_with_the_corpus(
    tmp_path: Path, megabytes: int, minutes: float
) -> None:
    small = _peak(tmp_path, 2, minutes)
    assert _peak(tmp_path, megabytes, minutes) < small + 60_000_000
