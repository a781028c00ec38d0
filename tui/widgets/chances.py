"""Probabilities in figures, and as lengths on a logarithmic scale. This module uses no screen."""

from __future__ import annotations

import math

LOWEST = -9
"""Power of ten at which the longest scale begins: what is rarer has no bar, but a figure."""
STEP = 3
"""Powers of ten between two ticks of a scale."""


def format_share(share: float) -> str:
    """Return a probability in five characters at most: 100%, 4.2%, 3e-5."""
    if share >= 0.0995:
        return f"{share:.0%}"
    if share >= 0.001:
        return f"{share:.1%}"
    if share <= 0:
        return "0"
    digit, _, power = f"{share:.0e}".partition("e")
    return f"{digit}e{int(power)}"


def format_log(log_prob: float) -> str:
    """Return a log-probability in nats, with the precision that it deserves."""
    return f"{log_prob:.4f}" if log_prob > -1 else f"{log_prob:.2f}"


def find_floor(least: float) -> int:
    """Return the power of ten at which a scale begins that shows probabilities down to `least`.

    It is a tick of the scale, from -3 down to the lowest.
    """
    if least <= 0:
        return LOWEST
    return max(LOWEST, min(-STEP, STEP * math.floor(math.log10(least) / STEP)))


def scale_log(share: float, floor: int) -> float:
    """Return the length of a probability on a scale from 10^floor to 1, as a share of it."""
    if share <= 0:
        return 0.0
    return min(1.0, max(0.0, 1 - math.log10(share) / floor))


def draw_ticks(floor: int, width: int) -> str:
    """Return the axis of a scale from 10^floor to 1: its powers of ten where they belong."""
    line = [" "] * width
    for power in range(floor, 1, STEP):
        label = f"1e{power}" if power else "1"
        place = round((1 - power / floor) * width)
        start = max(0, min(place - len(label) // 2, width - len(label)))
        free = all(letter == " " for letter in line[max(0, start - 1) : start + len(label) + 1])
        if free and start + len(label) <= width:
            line[start : start + len(label)] = label
    return "".join(line).rstrip()
