"""What must be set before torch and NumPy are loaded. Called by programs, never by an import."""

import os


def share_cores() -> None:
    """Make the processor's threads yield while they wait for each other.

    GNU OpenMP lets a waiting thread spin for about a millisecond. As soon as another program wants
    a core, the threads of a training wait for one that is not running, and do so by keeping it from
    running: a training beside another one was 37 times slower with the default than with this.
    NumPy's products here are small: one thread is enough for them. What a user has set stands.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
