"""Keep the garbage collector away from what is loaded for good.

Once torch is loaded, a look at all objects takes more than 0.1 s, and nobody else runs meanwhile.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

OFTEN = (700, 10, 2)
"""Thresholds of the collector: it looks at all objects after two looks at the younger ones, not
ten. What a screen that is drawn 20 times a second leaves behind takes 30 ms to remove after ten."""


def collect_often() -> None:
    """Have garbage removed a little at a time. It holds for the whole process."""
    gc.set_threshold(*OFTEN)


@contextmanager
def spared_by_collector() -> Iterator[None]:
    """Have nothing collected meanwhile, nor what was made up to the end looked at ever again.

    For what is done a few times in a program, such as an import: garbage of now, if it is in
    circles, stays.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def spare_all() -> None:
    """Have nothing that there is now looked at ever again, and collect nothing.

    It takes no time. Garbage of now, if it is in circles, stays: for once a pane, whose widgets
    and styles are 100,000 objects.
    """
    gc.freeze()


def spare_what_stays() -> None:
    """Collect what is garbage now, and have what is left never looked at again.

    For what is made of many objects and kept, such as a table: each look at all of them takes as
    long as they are many. Call it once for every thousand of them.
    """
    gc.collect()
    gc.freeze()
