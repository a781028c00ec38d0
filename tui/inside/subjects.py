"""A text and the model that reads it, whatever the kind of the model. This module uses no screen.

What a kind can show is a method here; what it lacks says so in a line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from charlm.arrays import Ints, Singles
from charlm.inside.memory.gate_statistics import GATES, HIGH, LOW, GateStatistics
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.units.features import Feature
from tui.inside.anatomy import Anatomy
from tui.inside.sights import Sight

Progress = Callable[[int], None]
"""Takes the number of steps that were read since the last call; it raises to end the work."""


@dataclass(frozen=True)
class Series:
    """A feature of a text, as a number for each character, word or step of a part of it."""

    name: str
    """A word or two."""
    about: str
    """What it says."""
    is_number: bool
    """Whether it is a number, or a yes (1) or no (0)."""
    values: Ints
    """The numbers, (T,)."""


@dataclass(frozen=True)
class Material:
    """What units are compared on: a part of the text, with their memory in it."""

    start: int
    """Place of the first label in the text."""
    labels: tuple[str, ...]
    """The characters, words or actions, T."""
    joint: str
    """What stands between two of them in an excerpt."""
    field: str
    """The field that carries the memory."""
    values: Singles
    """This field of all units, (T, L, H)."""
    series: tuple[Series, ...]
    """The features that the part has."""
    gates: GateStatistics
    """What its gates did."""
    write: Callable[[Feature], Series]
    """Makes a series of a feature of texts."""


@dataclass(frozen=True)
class LayerLoss:
    """What is lost if a layer says always the same: its mean."""

    increase: float
    """By how much the loss grows, in nats for each character."""
    error: float
    """Standard error of that."""


class Subject(ABC):
    """A text that a model reads.

    Args:
        anatomy: the model.
        text: the text.
    """

    what = "character"
    """What a step reads."""
    joint = ""
    """What stands between two labels in an excerpt."""
    lacks_layers = ""
    """Why no losses of layers are measured; empty where they are."""
    lacks_writing = ""
    """Why it cannot write on; empty where it can."""
    lacks_pushes = "read by the layer above alone"
    """What is said of a unit that the output layer does not read."""

    def __init__(self, anatomy: Anatomy, text: str) -> None:
        self.anatomy, self.text = anatomy, text
        self.labels: tuple[str, ...] = ()
        """The characters, words or actions."""

    def __len__(self) -> int:
        return len(self.labels)

    def find_place(self, position: int) -> int:
        """Return the place of what stands at a position of the reading, or the last place."""
        return max(0, min(position, len(self) - 1))

    def find_position(self, place: int) -> int:
        """Return the position of the reading at which a place stands."""
        return place

    def choose_part(self, place: int) -> range:
        """Return the places around a place that are looked at together: here all of them."""
        return range(len(self))

    def look(self, place: int, progress: Progress) -> Sight:
        """Return what is seen around a place of the text.

        Raises:
            UserError: there is nothing to read, or the model cannot read it.
        """
        part = self.choose_part(place)
        steps = self.trace(part, progress)
        labels = self.labels[part.start : part.stop]
        return Sight(self.anatomy, labels, part.start, len(self), steps)

    @abstractmethod
    def trace(self, part: range, progress: Progress) -> RecurrentSteps:
        """Return what happens at these places."""

    @abstractmethod
    def gather(self, place: int, progress: Progress) -> Material:
        """Return what units are compared on, around a place."""

    def choose_material(self, place: int) -> range:
        """Return the places on which units are compared, around a place: here all of them."""
        return range(len(self))

    def count_work(self, place: int) -> int:
        """Return how many steps `gather` reads, for a bar."""
        return len(self)

    def measure_layers(self, place: int, progress: Progress) -> list[LayerLoss]:
        """Return what is lost if each layer is silenced; see `lacks_layers`."""
        return []

    def count_layers_work(self) -> int:
        """Return how many steps `measure_layers` reads, for a bar."""
        return 0

    def describe(self) -> str:
        """Return what is read, for the top of the window."""
        return f"{self.anatomy.name} · {self.anatomy.layers}×{self.anatomy.units}"


def summarize_gates(name: str, steps: RecurrentSteps) -> GateStatistics:
    """Return means and saturation of the gates of some steps; see `measure_gates` of charlm."""
    fields = {gate: steps.fields[gate] for gate in GATES[steps.cell]}
    return GateStatistics(
        name,
        steps.cell,
        len(steps),
        {gate: values.mean(axis=0, dtype=np.float64) for gate, values in fields.items()},
        {gate: (values < LOW).mean(axis=0) for gate, values in fields.items()},
        {gate: (values > HIGH).mean(axis=0) for gate, values in fields.items()},
    )
