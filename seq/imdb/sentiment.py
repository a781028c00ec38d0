"""The unit that follows the class of a review, as the sentiment neuron does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from rich.text import Text

from charlm.arrays import Floats
from charlm.console.program import printable
from charlm.drawing.colored_text import Scale
from charlm.drawing.panels import Line, Panel
from charlm.inside.other_kinds import DrawnResult
from seq.layers.pooling import Pooling

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

VIEWS: Mapping[Pooling, str] = {"last": "at the end", "mean": "its mean", "max": "its maximum"}
"""What is looked at of the states of a unit in a text: the state after the last word that it reads,
which is the first word of the text for a backward unit; the mean and the maximum over the text."""
BINS = 24
HEIGHT = 14


@dataclass(frozen=True)
class BestUnit:
    """The unit that follows the class best, in one view of its states."""

    view: Pooling
    """What is looked at: last, mean or max."""
    unit: int
    """The unit of the last layer; a backward one comes after all forward ones."""
    direction: str
    """Forward or backward: how it reads."""
    auc_chosen: float
    """AUC against the class on the half on which the unit was chosen."""
    auc: float
    """AUC on the other half; below 0.5 the unit is low where the class is the one."""
    accuracy: float
    """Share of the other half that one threshold tells apart; it was chosen on the first half."""


@dataclass(frozen=True)
class SentimentUnits(DrawnResult):
    """Units of a classifier that follow the class of texts."""

    corpus: str
    """Name of the texts."""
    class_name: str
    """The class, against all others."""
    other: str
    """The other class, or `another class`."""
    texts: int
    """Number of texts; on half of them units are chosen, figures are those of the other half."""
    units: tuple[BestUnit, ...]
    """The best unit of each view, the best view first."""
    model_auc: float
    """AUC of the whole classifier on the other half."""
    model_accuracy: float
    """Its accuracy there."""
    values: Floats
    """Values of the best unit in its view on the other half, (M,)."""
    labels: npt.NDArray[np.bool_]
    """Whether each of these texts is of the class, (M,)."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each view."""
        return [asdict(unit) for unit in self.units]

    def about(self) -> dict[str, Any]:
        """Return what the figures are measured on, and those of the whole classifier."""
        return {
            "corpus": self.corpus,
            "class": self.class_name,
            "texts": self.texts,
            "model_auc": self.model_auc,
            "model_accuracy": self.model_accuracy,
        }

    def histogram(self) -> tuple[Panel, list[str]]:
        """Return the shares of texts by the value of the best unit, a line for each class."""
        edges = np.linspace(self.values.min(), self.values.max() + 1e-9, BINS + 1)
        middles = ((edges[:-1] + edges[1:]) / 2).tolist()
        lines = []
        for series, own in enumerate((self.labels, ~self.labels)):
            counts, _ = np.histogram(self.values[own], edges)
            shares = (100 * counts / max(1, own.sum())).tolist()
            lines.append(Line(series, list(zip(middles, shares, strict=True))))
        best = self.units[0]
        title = f"unit {best.unit} of {self.model}, {VIEWS[best.view]}"
        panel = Panel(title, "value of the unit", "% of texts", lines)
        return panel, [self.class_name, self.other]

    def draw(self, width: int, scale: Scale) -> Text:
        """Return the table, and the histogram of the best unit."""
        from charlm.drawing.braille import draw

        row = "{:<16} {:<12} {:^4} {:>11} {:>13} {:>14}".format
        named = ("unit", "view", "sign", "AUC, chosen", "AUC, the rest", "one threshold")
        parts = [Text(row(*named), "bold")]
        for one in self.units:
            rises = one.auc_chosen >= 0.5
            chosen, rest = (auc if rises else 1 - auc for auc in (one.auc_chosen, one.auc))
            name, sign = f"{one.unit} ({one.direction})", "+" if rises else "-"
            figures = f"{chosen:.3f}", f"{rest:.3f}", f"{one.accuracy:.1%}"
            parts.append(Text(row(name, VIEWS[one.view], sign, *figures)))
        whole = row(
            "all of them", "", "", "", f"{self.model_auc:.3f}", f"{self.model_accuracy:.1%}"
        )
        parts.append(Text(whole))
        panel, names = self.histogram()
        parts += [Text(), draw([panel], names, width, HEIGHT), Text()]
        about = (
            f"{self.model} on {self.texts:,} of {self.corpus}: chosen on half of them, measured on "
            f"the rest;\nsign +: high where {self.class_name}; one threshold: the share told apart"
        )
        return Text("\n").join([*parts, Text(printable(about), "dim")])

    def plot(self) -> Picture:
        """Return the histogram of the best unit as a picture."""
        from charlm.drawing.picture import draw_panels

        panel, names = self.histogram()
        return draw_panels([panel], names)
