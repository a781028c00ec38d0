"""What the gates say of memory: how long each unit keeps its state, and which gates are stuck."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.config import Cell
from charlm.inside.memory.context_curves import Progress, ignore
from charlm.inside.reading import read_in_streams
from charlm.inside.results import ModelResult
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

GATES: Mapping[Cell, tuple[str, ...]] = {
    "rnn": (),
    "rnn_relu": (),
    "lstm": ("input", "forget", "output"),
    "gru": ("reset", "update"),
}
"""Gates with values from 0 to 1, by cell."""
KEEPERS: Mapping[Cell, str] = {"lstm": "forget", "gru": "update"}
"""The gate that a unit's state is multiplied with at each step."""
LOW, HIGH = 0.1, 0.9
"""A gate is left-saturated below, and right-saturated above, as in Karpathy et al. 2015."""
NEARLY_ALWAYS = 0.9
"""Share of the time from which on a gate counts as always saturated."""
EDGES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""Least memory lengths of the bins of a histogram, in characters."""
LONGEST = 1e7
"""Memory length that a gate has which rounds to 1."""


@dataclass(frozen=True)
class GateStatistics(ModelResult):
    """What the gates of every unit did while a model read a text."""

    cell: Cell
    """Its recurrent cell."""
    characters: int
    """Number of characters that were read."""
    means: Mapping[str, Floats]
    """Mean over the text (L, H) of each gate."""
    left: Mapping[str, Floats]
    """Share of the time (L, H) in which each gate was below 0.1."""
    right: Mapping[str, Floats]
    """Share of the time (L, H) in which each gate was above 0.9."""

    def memory_lengths(self) -> Floats | None:
        """Return the memory length (L, H) of each unit in characters, 1 / (1 - f).

        f is the mean of the forget gate of an LSTM, or of the update gate of a GRU, which also
        multiplies what is kept. With a constant f, a share f^k is left after k characters; 1 /
        (1 - f) is the sum of these shares. None for cells without gates.
        """
        if self.cell not in KEEPERS:
            return None
        kept = self.means[KEEPERS[self.cell]]
        return np.asarray(1 / np.maximum(1 - kept, 1 / LONGEST))

    def half_lives(self) -> Floats | None:
        """Return the characters (L, H) after which half of a state is left: log 2 / -log f."""
        if self.cell not in KEEPERS:
            return None
        kept = np.clip(self.means[KEEPERS[self.cell]], 1e-300, 1 - 1 / LONGEST)
        return np.asarray(-math.log(2) / np.log(kept))

    def count_lengths(self) -> npt.NDArray[np.int64] | None:
        """Return how many units of each layer (L, B) fall into the bins that begin at `EDGES`."""
        lengths = self.memory_lengths()
        if lengths is None:
            return None
        bounds = (*EDGES, np.inf)
        return np.stack([np.histogram(layer, bounds)[0] for layer in lengths])

    def saturation(self) -> list[dict[str, Any]]:
        """Return a row for each gate of each layer.

        `left` and `right` are shares of units and time; `always_left` and `always_right` count the
        units whose gate is saturated at least nine tenths of the time.
        """
        return [
            {
                "layer": layer + 1,
                "gate": gate,
                "mean": float(self.means[gate][layer].mean()),
                "left": float(self.left[gate][layer].mean()),
                "right": float(self.right[gate][layer].mean()),
                "always_left": int((self.left[gate][layer] >= NEARLY_ALWAYS).sum()),
                "always_right": int((self.right[gate][layer] >= NEARLY_ALWAYS).sum()),
            }
            for gate in self.means
            for layer in range(len(self.means[gate]))
        ]

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each unit, its layer from 1 and its number from 0."""
        lengths, half_lives = self.memory_lengths(), self.half_lives()
        if lengths is None or half_lives is None:
            return []
        rows = []
        for layer, unit in np.ndindex(lengths.shape):
            row: dict[str, Any] = {"layer": layer + 1, "unit": unit}
            row["memory_length"] = float(lengths[layer, unit])
            row["half_life"] = float(half_lives[layer, unit])
            for gate in self.means:
                row[gate] = float(self.means[gate][layer, unit])
                row[f"{gate}_left"] = float(self.left[gate][layer, unit])
                row[f"{gate}_right"] = float(self.right[gate][layer, unit])
            rows.append(row)
        return rows

    def plot(self) -> Picture:
        """Return a picture: memory lengths by layer, and the saturation of every gate."""
        from charlm.inside.memory.memory_pictures import draw_lengths, draw_saturation, make_figure

        rows = 1 + len(self.means) // 2
        title = f"Gates of {self.model}, {self.characters:,} characters"
        figure, axes = make_figure(title, rows, 2 if self.means else 1)
        if (counts := self.count_lengths()) is None:
            axes[0].text(0.5, 0.5, f"{self.cell} cells have no gates", ha="center")
            return figure
        draw_lengths(axes[0], counts, EDGES)
        for place, gate in enumerate(self.means, start=1):
            draw_saturation(axes[place], self.left[gate], self.right[gate], gate)
        return figure


def name_length(edge: float) -> str:
    """Return the name of the bin of memory lengths that begins at `edge`."""
    return f"{edge}-{2 * edge}" if edge != EDGES[-1] else f"{edge}+"


def measure_gates(
    model: LanguageModel | str, text: str, *, progress: Progress = ignore
) -> GateStatistics:
    """Measure the means and the saturation of all gates while a model reads a text.

    Karpathy, Johnson and Li (2015), "Visualizing and Understanding Recurrent Networks", figure 3:
    a gate is left-saturated where it is below 0.1, and right-saturated where it is above 0.9. An
    RNN has no gates, and those of a registered cell are not known; their figures are empty.

    Args:
        model: a model, or its name.
        text: the text, at least one character.
        progress: called with the number of characters that have been read.

    Raises:
        UserError: there is no text, or the model does not know one of its characters.
    """
    model = load(model) if isinstance(model, str) else model
    if not text:
        raise UserError("there is no text to read")
    ids, config = model.vocabulary.encode(text), model.config
    gates = GATES.get(config.cell, ())
    shape = (config.num_layers, config.hidden_size)
    means, left, right = ({gate: np.zeros(shape) for gate in gates} for _ in range(3))
    for reading in read_in_streams(model.network, ids) if gates else ():
        for layer, values in enumerate(reading.state.layers):
            for gate in gates:
                seen = values.fields[gate][:, reading.counts]
                means[gate][layer] += seen.sum(axis=1)
                left[gate][layer] += (seen < LOW).sum(axis=1)
                right[gate][layer] += (seen > HIGH).sum(axis=1)
        progress(int(reading.counts.sum()))
    for figures in (means, left, right):
        for gate in gates:
            figures[gate] /= len(ids)
    return GateStatistics(model.name, config.cell, len(ids), means, left, right)
