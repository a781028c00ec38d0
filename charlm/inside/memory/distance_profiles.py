"""The mean influence of a character by its distance to the prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.arrays import Floats
from charlm.inside.results import ModelResult

if TYPE_CHECKING:
    from charlm.drawing.panels import Panel
    from charlm.drawing.picture import Picture


@dataclass(frozen=True)
class DistanceProfile(ModelResult):
    """How large the influence of a character is on average, by its distance to the prediction."""

    places: int
    """Number of predictions."""
    distances: tuple[int, ...]
    """Least distances (K,) of the bins, in characters; each bin ends where the next begins."""
    left_out: Floats
    """Mean size (K,) of the influence when the character is left out, in nats."""
    gradient: Floats
    """Mean size (K,) of gradient times embedding, in nats."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each bin of distances."""
        rows = zip(self.distances, self.left_out.tolist(), self.gradient.tolist(), strict=True)
        return [
            {"distance": name_bin(distance), "left_out": left_out, "gradient": gradient}
            for distance, left_out, gradient in rows
        ]

    def plot(self) -> Picture:
        """Return a picture: both measures over the distance."""
        from charlm.drawing.picture import draw_panels

        return draw_panels([self.panel()], MEASURES, title=self.model)

    def panel(self) -> Panel:
        """Return both measures as a panel, with logarithms on both axes."""
        from charlm.drawing.panels import Line, Panel

        orders = [_compute_orders(values) for values in (self.left_out, self.gradient)]
        lines = [
            Line(series, [(float(place), value) for place, value in enumerate(values.tolist())])
            for series, values in enumerate(orders)
        ]
        low, high = float(np.min(orders)), float(np.max(orders))
        powers = zip(range(-LEAST_ORDER, 2), ORDERS, strict=True)
        return Panel(
            "mean size of the influence on the next prediction",
            "characters back",
            "nats",
            lines,
            x_ticks={float(n): name_bin(one) for n, one in enumerate(self.distances)},
            y_ticks={power: name for power, name in powers if low - 0.1 <= power <= high + 0.1},
        )


def _compute_orders(values: Floats) -> Floats:
    return np.asarray(np.log10(np.maximum(values, 10.0**-LEAST_ORDER)))


LEAST_ORDER = 6
ORDERS = ("0.000001", "0.00001", "0.0001", "0.001", "0.01", "0.1", "1", "10")
"""Names of the powers of ten from the least that is shown."""
MEASURES = ("the character left out", "gradient times embedding")


def name_bin(distance: int) -> str:
    """Return the name of the bin of distances that begins at a power of 2."""
    return str(distance) if distance == 1 else f"{distance}-{2 * distance - 1}"


def list_bins(length: int) -> tuple[int, ...]:
    """Return the least distances 1, 2, 4, 8 … of the bins that begin within `length`."""
    return tuple(2**power for power in range(length.bit_length()))
