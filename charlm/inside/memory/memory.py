"""All that is measured of a model's memory on one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from charlm.generation.generate import check_whole
from charlm.inside.memory.context_curves import (
    CONTEXTS,
    POSITIONS,
    ContextCurve,
    Progress,
    count_characters,
    cut_context,
    ignore,
    make_panel,
)
from charlm.inside.memory.distance_profiles import MEASURES, DistanceProfile
from charlm.inside.memory.gate_statistics import EDGES, KEEPERS, GateStatistics, measure_gates
from charlm.inside.memory.influence import (
    WINDOW,
    Influence,
    measure_influence,
    measure_profile,
)
from charlm.inside.results import Result, table_html
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

EXCERPT = 400
"""Characters at the end of a long text whose influence is shown one by one."""


@dataclass(frozen=True)
class Memory(Result):
    """How far back a model remembers, seen in four ways."""

    curves: tuple[ContextCurve, ...]
    """The loss by the length of the context: of the model, then of those beside it."""
    influence: Influence
    """The influence of each character at the end of the text on the next prediction."""
    profile: DistanceProfile
    """The mean influence by distance: over many places of a long text, or over a short text."""
    gates: GateStatistics
    """Memory lengths and saturation of the gates."""

    def records(self) -> list[dict[str, Any]]:
        """Return the rows of all four parts; `part` says whose they are."""
        parts: dict[str, Sequence[Result]] = {
            "curve": self.curves,
            "influence": [self.influence],
            "profile": [self.profile],
            "gates": [self.gates],
        }
        return [
            {"part": part, **row}
            for part, results in parts.items()
            for result in results
            for row in result.records()
        ]

    def plot(self) -> Picture:
        """Return a picture with four panels."""
        from charlm.inside.memory.memory_pictures import (
            draw_lengths,
            draw_lines,
            draw_saturation,
            make_figure,
        )

        figure, axes = make_figure(f"How far back {self.curves[0].model} remembers", 2, 2)
        draw_lines(axes[0], make_panel(self.curves), [curve.model for curve in self.curves])
        draw_lines(axes[1], self.profile.panel(), MEASURES)
        counts = self.gates.count_lengths()
        if counts is not None:
            keeper = KEEPERS[self.gates.cell]
            draw_lengths(axes[2], counts, EDGES)
            draw_saturation(axes[3], self.gates.left[keeper], self.gates.right[keeper], keeper)
        return figure

    def _repr_html_(self) -> str:
        tables = [table_html(curve.records()) for curve in self.curves]
        parts = [*tables, self.influence._repr_html_(), table_html(self.profile.records())]
        return "".join([*parts, table_html(self.gates.saturation())])


def measure_memory(
    model: LanguageModel | str,
    text: str,
    *,
    beside: Sequence[LanguageModel | str] = (),
    positions: int = POSITIONS,
    following: str | None = None,
    progress: Progress = ignore,
) -> Memory:
    """Measure how far back a model remembers, in four ways on the same text.

    See `cut_context`, `measure_influence`, `measure_profile` and `measure_gates`. In a text of 512
    characters or more, influence by distance is a mean over many of its places.

    Args:
        model: a model, or its name.
        text: the text, at least 2 characters.
        beside: models whose curves are measured as well, at the same places.
        positions: places at which the context is cut, at most.
        following: the character whose prediction is influenced; by default the likeliest one.
        progress: called with the number of characters read, about `estimate_work` in all.

    Raises:
        UserError: the text is too short, or a model does not know one of its characters.
    """
    models = [load(one) if isinstance(one, str) else one for one in (model, *beside)]
    check_whole("positions", positions, least=1)
    if len(text) < 2:
        raise UserError("two characters are needed: the second is predicted from the first")
    for one in models:
        one.vocabulary.encode(text)  # what is unknown to one of them is said at once
    contexts = choose_contexts(text)
    excerpt = text[-EXCERPT:]
    influence = measure_influence(models[0], excerpt, following=following, progress=progress)
    several = len(text) >= 2 * WINDOW
    return Memory(
        tuple(
            cut_context(one, text, contexts=contexts, positions=positions, progress=progress)
            for one in models
        ),
        influence,
        measure_profile(models[0], text, progress=progress) if several else influence.profile(),
        measure_gates(models[0], text, progress=progress),
    )


def choose_contexts(text: str) -> list[int]:
    """Return the contexts that fit into a text."""
    return [context for context in CONTEXTS if context < len(text)]


def estimate_work(text: str, models: int, positions: int) -> int:
    """Return about how many characters `measure_memory` reads, for a bar of progress."""
    if len(text) < 2:
        return 0
    cuts = models * count_characters(len(text), choose_contexts(text), positions)
    influence = min(len(text), EXCERPT) ** 2 // 2
    return cuts + influence + len(text) + (100_000 if len(text) >= 2 * WINDOW else 0)
