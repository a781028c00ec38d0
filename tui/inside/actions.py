"""A command that a translator puts into actions, step by step. This module uses no screen."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from charlm.generation.hold import default_field
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.units.features import Feature
from charlm.runs.registry import TRANSLATOR
from tui.inside.anatomy import describe
from tui.inside.subjects import Material, Progress, Series, Subject, summarize_gates
from tui.inside.words import spread_on_words

if TYPE_CHECKING:
    from seq.scan.library import CommandTranslator


class CommandText(Subject):
    """The steps of a translator's decoder.

    Args:
        translator: the translator.
        text: the command.
    """

    what = "step"
    joint = " "
    lacks_layers = "What a silenced layer costs is measured for models of characters."
    lacks_writing = "A translation ends by itself: units are held in models of characters."

    def __init__(self, translator: CommandTranslator, text: str) -> None:
        super().__init__(describe(TRANSLATOR, translator), text)
        self.translator = translator
        (self.found,) = translator.translate(text)
        self.labels = self.found.steps

    @cached_property
    def _steps(self) -> RecurrentSteps:
        from seq.scan.steps import trace_decoder

        return trace_decoder(self.translator, self.found)

    def trace(self, part: range, progress: Progress) -> RecurrentSteps:
        """Return what happens at these places: all of them."""
        progress(len(self))
        return self._steps

    def gather(self, place: int, progress: Progress) -> Material:
        """Return what units are compared on: the steps, and the actions that they name."""
        steps = self.trace(range(len(self)), progress)
        field = default_field(steps.cell)
        numbers = Series("step", "steps so far", True, np.arange(len(self)))
        actions = [
            Series(
                one, f"names {one}", False, np.array([label == one for label in self.labels], int)
            )
            for one in dict.fromkeys(self.labels)
        ]
        gates = summarize_gates(self.anatomy.name, steps)
        series = (numbers, *actions)
        return Material(
            0, self.labels, self.joint, field, steps.fields[field], series, gates, self._write
        )

    def _write(self, feature: Feature) -> Series:
        ends = list(accumulate(len(label) + 1 for label in self.labels))
        spans = [
            (end - 1 - len(label), end - 1) for label, end in zip(self.labels, ends, strict=True)
        ]
        values = spread_on_words(feature.compute(" ".join(self.labels)), spans, feature.is_number)
        return Series(feature.name, feature.about, feature.is_number, values)
