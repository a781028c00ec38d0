"""Ids of symbols, and the id that fills sequences up to one length."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.integer[Any]]
"""Ids of symbols, or indices of examples, (N,)."""

PAD = 0
"""Id of the padding in every vocabulary of this package."""
