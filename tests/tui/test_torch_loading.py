"""Torch is loaded in a thread while the program goes on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tui import torch_loading

MEASURE = """
import sys, threading, time
from importlib.util import find_spec
find_spec("torch")
if {early}:
    from tui.torch_loading import load_torch as load
else:
    def load():
        import torch
thread = threading.Thread(target=load)
thread.start()
longest, before = 0.0, time.perf_counter()
while thread.is_alive():
    time.sleep(0.001)
    longest, before = max(longest, time.perf_counter() - before), time.perf_counter()
import torch
assert torch.ones(3).sum().item() == 3
print(longest)
"""


def measure_longest_wait(*, early: bool) -> float:
    """Return the longest time, in seconds, for which a loading of torch stops the main thread."""
    program = [sys.executable, "-c", MEASURE.format(early=early)]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


@pytest.mark.long
@pytest.mark.skipif(not torch_loading.list_libraries(), reason="another platform")
def test_the_program_goes_on_meanwhile() -> None:
    measure_longest_wait(early=True)  # now the files are in memory
    assert measure_longest_wait(early=True) < measure_longest_wait(early=False) / 2
