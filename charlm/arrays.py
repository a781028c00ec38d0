"""Names for the types of arrays that many modules take and return."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
"""What is computed in double precision: losses, surprisals, shares, gradients."""
Singles = npt.NDArray[np.float32]
"""What networks compute with: states, gates, attention weights."""
Reals = npt.NDArray[np.floating]
"""Either of the two, such as what is drawn."""
Ints = npt.NDArray[np.int64]
"""Lengths, places and indices."""
