"""A text that a model of characters reads. This module uses no screen."""

from __future__ import annotations

from itertools import islice

import numpy as np

from charlm.generation.hold import default_field
from charlm.inside.memory.gate_statistics import measure_gates
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.silencing.held_streams import Target, compute_means, measure_losses
from charlm.inside.units.features import FEATURES, Feature
from charlm.inside.units.samples import read_states
from charlm.inside.windows import trace_window
from charlm.language_model import LanguageModel
from charlm.runs.registry import CHARACTERS
from tui.inside.anatomy import describe
from tui.inside.subjects import LayerLoss, Material, Progress, Series, Subject

AROUND = 400
"""Characters on either side of the cursor that are looked at: some widths of the screen."""
MOST, LEAST = 20_000, 1_000
"""Characters on which units are compared, at most, and at most in a model with very many units."""
MOST_BYTES = 64_000_000
"""Memory of the units' values at these characters."""
SILENCED = 1_500
"""Characters that are predicted with a layer silenced."""


class CharacterText(Subject):
    """A text, character by character.

    Args:
        model: the model.
        text: the text; characters that the model does not know are left out.
    """

    def __init__(self, model: LanguageModel, text: str) -> None:
        known = set(model.vocabulary.symbols)
        kept = text if known.issuperset(text) else "".join(c for c in text if c in known)
        super().__init__(describe(CHARACTERS, model), kept)
        self.model = model
        self.labels = tuple(kept)
        self.left_out = len(text) - len(kept)
        self._whole, self._known = text, known

    def find_place(self, position: int) -> int:
        """Return the place of what stands at a position of the reading, or the last place."""
        if self.left_out:
            position = sum(character in self._known for character in self._whole[:position])
        return super().find_place(position)

    def find_position(self, place: int) -> int:
        """Return the position of the reading at which a place stands."""
        if not self.left_out:
            return place
        kept = (at for at, character in enumerate(self._whole) if character in self._known)
        return next(islice(kept, place, None), len(self._whole))

    def describe(self) -> str:
        """Return what is read, for the top of the window."""
        missing = f" · {self.left_out:,} unknown left out" if self.left_out else ""
        return super().describe() + missing

    def choose_part(self, place: int) -> range:
        """Return the places around a place that are looked at together."""
        return range(max(0, place - AROUND), min(len(self), place + AROUND))

    def trace(self, part: range, progress: Progress) -> RecurrentSteps:
        """Return what happens at these places."""
        return trace_window(self.model, self.text, part.start, part.stop, progress=progress)

    def choose_material(self, place: int) -> range:
        """Return the places on which units are compared, around a place: all, or many."""
        size = 4 * self.anatomy.layers * self.anatomy.units
        most = max(LEAST, min(MOST, MOST_BYTES // size))
        if len(self) <= most:
            return range(len(self))
        # In steps of half of it: so a cursor that moves a little asks for the same part.
        middle = round(place / (most // 2)) * (most // 2)
        start = max(0, min(middle - most // 2, len(self) - most))
        return range(start, start + most)

    def count_work(self, place: int) -> int:
        """Return how many steps `gather` reads, for a bar."""
        return 2 * len(self.choose_material(place))

    def gather(self, place: int, progress: Progress) -> Material:
        """Return what units are compared on, around a place."""
        part = self.choose_material(place)
        text = self.text[part.start : part.stop]
        network, cell = self.model.network, self.anatomy.cell
        field = default_field(cell)
        every = np.arange(len(text))
        ids = self.model.vocabulary.encode(text)
        states = read_states(network, ids, every, field, progress=progress)
        gates = measure_gates(self.model, text, progress=progress)

        def write(feature: Feature) -> Series:
            values = feature.compute(text)
            return Series(feature.name, feature.about, feature.is_number, values)

        return Material(
            part.start,
            tuple(text),
            self.joint,
            field,
            states.values.transpose(1, 0, 2),
            tuple(map(write, FEATURES)),
            gates,
            write,
        )

    def measure_layers(self, place: int, progress: Progress) -> list[LayerLoss]:
        """Return what is lost if each layer is silenced: its hidden state stays at its mean."""
        part = self.choose_material(place)
        start = max(part.start, min(place - SILENCED // 2, part.stop - SILENCED))
        ids = self.model.vocabulary.encode(self.text[start : start + SILENCED])
        if len(ids) < 2:  # the second character is predicted from the first
            return []
        network = self.model.network
        held = compute_means(network, ids, ("hidden",), progress)
        targets = [Target(layer, "hidden") for layer in range(self.anatomy.layers)]
        symbols = self.model.vocabulary.symbols
        _, losses = measure_losses(network, ids, targets, held, symbols=symbols, progress=progress)
        return [LayerLoss(loss.increase, loss.error) for loss in losses]

    def count_layers_work(self) -> int:
        """Return how many steps `measure_layers` reads, for a bar."""
        return min(len(self), SILENCED) * (self.anatomy.layers + 2)
