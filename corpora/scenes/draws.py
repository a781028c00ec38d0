"""Random numbers that are the same for ever, on every machine and with every version of NumPy.

They are those of SplitMix64 (Steele, Lea and Flood 2014): a counter goes through a mixer of bits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint64]

STEP, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = 2**64 - 1


def mix(value: int) -> int:
    """Return 64 bits in which each bit of `value` has moved about half of all bits."""
    value &= MASK
    value = ((value ^ (value >> 30)) * FIRST) & MASK
    value = ((value ^ (value >> 27)) * SECOND) & MASK
    return value ^ (value >> 31)


def make_key(*numbers: int) -> int:
    """Return a key of 64 bits that stands for a series of numbers, such as seed and index."""
    key = 0
    for number in numbers:
        key = mix(key + STEP + mix(number + STEP))
    return key


class Draws:
    """A series of random numbers.

    Args:
        key: decides all of them; see `make_key`.
    """

    def __init__(self, key: int) -> None:
        self._state = key

    def below(self, count: int) -> int:
        """Return a whole number from 0 to `count` - 1."""
        self._state = (self._state + STEP) & MASK
        return mix(self._state) * count >> 64

    def between(self, least: int, greatest: int) -> int:
        """Return a whole number from `least` to `greatest`, both included."""
        return least + self.below(greatest - least + 1)


def draw_bytes(keys: Keys, count: int) -> Bytes:
    """Return random bytes for each key, (N, count).

    Args:
        keys: a key for each row, (N,).
        count: bytes of a row.
    """
    steps = np.arange(1, -(-count // 8) + 1, dtype=np.uint64) * np.uint64(STEP)
    value = keys[:, None] + steps  # uint64 wraps around, as the mixer wants it
    value = (value ^ (value >> np.uint64(30))) * np.uint64(FIRST)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(SECOND)
    value ^= value >> np.uint64(31)
    found: Bytes = value.astype("<u8").view(np.uint8)
    return found[:, :count]
