"""Settings of the process. Only programs make them, never an import or a library call.

A program calls `share_cores` before it loads torch and NumPy.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys


def share_cores() -> None:
    """Make threads give up their core while they wait for each other.

    By default, GNU OpenMP lets a waiting thread spin for about a millisecond. If another program
    uses a core, the threads of a training spin while they wait for a thread that cannot run, and
    keep it from running: beside another training, one was 37 times slower than with this setting.
    NumPy gets one thread, which is enough for its small products. Variables that the user has set
    are kept.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


SELDOM = (10_000, 20, 10)
"""Thresholds of the garbage collector in a program; Python's own are 700, 10 and 10."""


def collect_seldom() -> None:
    """Have the garbage collector look at what torch loads seldom, and not at the end.

    Torch is hundreds of thousands of objects that stay. To look at them while it is loaded, and
    once more when the program ends, took a quarter of the time that `charlm forecast predict`
    computes. The memory of garbage at the end goes back to the system with all other memory.
    """
    gc.set_threshold(*SELDOM)
    atexit.register(gc.freeze)


M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h of the GNU C library


def keep_freed_memory() -> None:
    """Make the GNU C library keep freed memory instead of returning it to the system.

    Each step of training frees a few hundred megabytes of activations and allocates them again. By
    default, glibc maps and unmaps every block of over 32 MB and trims its heap, which causes page
    faults: a step of 4x128 in bf16 is 1.7 to 1.9 times as fast with this setting. With other C
    libraries, nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
