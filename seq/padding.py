"""Ids of symbols, and the symbols that fill, begin and end what is written."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.integer[Any]]
"""Ids of symbols, or indices of examples, (N,)."""

PAD = 0
"""Id of the padding in every vocabulary of this package."""

START, END = 1, 2
"""Ids of the symbols before and after what a decoder writes."""

MARKS = ("<pad>", "<start>", "<end>")
"""The first symbols of the vocabulary of a decoder, by their ids."""
