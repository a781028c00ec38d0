"""The client of the Hugging Face hub, made quiet, and the reasons that its errors give."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 5.0
"""Seconds to wait for the first answer of the hub."""

LONGEST_REASON = 200
"""Characters of a reason that a message repeats."""


@contextmanager
def quiet_hub(*loggers: str) -> Iterator[None]:
    """Turn bars, logs and warnings of `huggingface_hub` off, and restore them afterwards.

    Args:
        loggers: names of loggers of other libraries that are to be silent as well.
    """
    from huggingface_hub import utils

    hub: Any = utils  # untyped: it imports these functions lazily
    bars = not hub.are_progress_bars_disabled()
    levels = {name: logging.getLogger(name).level for name in ("huggingface_hub", *loggers)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hub.disable_progress_bars()
        for name in levels:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if bars:
                hub.enable_progress_bars()


def root_cause(error: BaseException) -> str:
    """Return the first line of the message of the first exception in the chain of causes."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0][:LONGEST_REASON] or type(error).__name__
