"""Two equations whose solutions are chaotic, solved by the classical Runge-Kutta method (RK4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SUBSTEPS = 10
"""Steps of RK4 between two values that are returned."""
TRANSIENT = 500
"""Values that are left out at the beginning: by then the solution is near its attractor."""


def integrate_mackey_glass(
    length: int,
    start: float,
    *,
    delay: int = 17,
    substeps: int = SUBSTEPS,
    transient: int = TRANSIENT,
) -> Floats:
    """Solve x'(t) = 0.2 x(t - τ) / (1 + x(t - τ)^10) - 0.1 x(t) (Mackey and Glass 1977).

    The method is RK4 with a fixed step. It needs the delayed value at the beginning, the middle and
    the end of each step. Beginning and end are values that were computed before; the middle is
    interpolated by a cubic through the four nearest of them, so that the error per unit of time
    stays of the fourth order.

    Args:
        length: number of values that are returned, one for each unit of time.
        start: x for all times up to 0.
        delay: τ, in units of time.
        substeps: steps of RK4 in a unit of time.
        transient: values that are left out before the first one that is returned.

    Returns:
        The values, (length,).
    """
    step, back = 1.0 / substeps, delay * substeps
    # Two more values before the first: the cubic reaches one step further back.
    found = [start] * (back + 2)
    for _ in range((transient + length - 1) * substeps):
        x, at = found[-1], len(found) - 1 - back
        before, begin, end, after = found[at - 1 : at + 3]
        middle = (9.0 * (begin + end) - before - after) / 16.0
        first, half, last = (0.2 * old / (1.0 + old**10) for old in (begin, middle, end))
        k1 = first - 0.1 * x
        k2 = half - 0.1 * (x + step / 2 * k1)
        k3 = half - 0.1 * (x + step / 2 * k2)
        k4 = last - 0.1 * (x + step * k3)
        found.append(x + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(found[back + 1 + transient * substeps :: substeps])


def integrate_lorenz(
    length: int,
    start: Floats,
    *,
    interval: float = 0.05,
    substeps: int = SUBSTEPS,
    transient: int = TRANSIENT,
) -> Floats:
    """Solve x' = 10 (y - x), y' = x (28 - z) - y, z' = x y - 8/3 z (Lorenz 1963) by RK4.

    Args:
        length: number of rows that are returned.
        start: x, y and z at time 0, (3,).
        interval: time between two rows.
        substeps: steps of RK4 between two rows.
        transient: rows that are left out before the first one that is returned.

    Returns:
        x, y and z in each row, (length, 3).
    """
    step = interval / substeps
    x, y, z = (float(one) for one in start)
    rows = np.empty((transient + length, 3))

    def slope(x: float, y: float, z: float) -> tuple[float, float, float]:
        return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z

    for row in range(transient + length):
        rows[row] = x, y, z
        for _ in range(substeps):
            a = slope(x, y, z)
            b = slope(x + step / 2 * a[0], y + step / 2 * a[1], z + step / 2 * a[2])
            c = slope(x + step / 2 * b[0], y + step / 2 * b[1], z + step / 2 * b[2])
            d = slope(x + step * c[0], y + step * c[1], z + step * c[2])
            x += step / 6 * (a[0] + 2 * b[0] + 2 * c[0] + d[0])
            y += step / 6 * (a[1] + 2 * b[1] + 2 * c[1] + d[1])
            z += step / 6 * (a[2] + 2 * b[2] + 2 * c[2] + d[2])
    return rows[transient:]
