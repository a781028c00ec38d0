"""All that a run folder holds, for comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from charlm import language_model
from charlm.runs.files import LAST, MODEL
from charlm.runs.run_folder import RunFolder

PARTS = [MODEL, "config.json", "vocabulary.json", LAST]
"""The files of a run that are looked at."""


def everything(run: Path) -> Any:
    """Load all that a run folder holds, for comparison."""
    language_model.load(str(run))
    file, config, vocabulary = language_model.read(run)
    arrays, state = RunFolder(run).load_last()
    return (config, vocabulary, state, *map(in_bytes, (file.weights, arrays)))


def in_bytes(arrays: dict[str, np.ndarray]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: (a.dtype.str, a.shape, a.tobytes()) for name, a in arrays.items()}
