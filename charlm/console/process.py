"""What a program sets for its process. Called by programs, never by an import or a library call.

`share_cores` comes before torch and NumPy are loaded.
"""

from __future__ import annotations

import ctypes
import os
import sys


def share_cores() -> None:
    """Make the processor's threads yield while they wait for each other.

    GNU OpenMP lets a waiting thread spin for about a millisecond. As soon as another program wants
    a core, the threads of a training wait for one that is not running, and do so by keeping it from
    running: a training beside another one was 37 times slower with the default than with this.
    NumPy's products here are small: one thread is enough for them. What a user has set stands.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h of the GNU C library


def keep_freed_memory() -> None:
    """Let the C library keep freed memory instead of handing it back to the system.

    Each step frees and takes again a few hundred megabytes of activations. By default glibc maps
    and unmaps every block of over 32 MB and trims its heap, and the page faults cost half of the
    time: a step of 4x128 in bf16 is 1.7 to 1.9 times faster with this. Other C libraries: no-op.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
