from __future__ import annotations

import subprocess
import sys

ENDS = """
import atexit, gc, weakref
from charlm.console.process import collect_seldom

class Ring:
    pass

collect_seldom()
ring = Ring()
ring.itself, seen = ring, weakref.ref(ring)
del ring
made = [[] for _ in range(3 * gc.get_threshold()[0])]
print("collected" if seen() is None else "kept")
atexit.register(print, "said")
"""


def test_garbage_is_still_collected_and_what_is_to_be_done_at_the_end_is_done() -> None:
    done = subprocess.run([sys.executable, "-c", ENDS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["collected", "said"]
    assert not done.stderr
