"""What follows a feature may also be what the model uses: units that are held while it reads.

A unit is clamped: held at one level at every step. If the model reads its memory of the feature
from this unit, it now takes every place for one of that level, and is surprised where it is wrong.
A control unit of the same layer, held at its own median, shows what holding any unit costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.generation.hold import Hold
from charlm.generation.network import Network
from charlm.inside.reading import WARM_UP, compute_surprisals
from charlm.inside.results import ModelResult
from charlm.inside.traces import Unit, name_unit
from charlm.inside.units.findings import Finding, UnitSearch
from charlm.inside.units.samples import Mask, Progress, ignore, split_levels
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHARACTERS = 20_000
"""Characters that are read with units held, by default."""


@dataclass(frozen=True)
class Clamped:
    """What holding a unit at one level does at some places."""

    feature: str
    """Name of the feature that the unit follows."""
    unit: Unit
    """The unit."""
    control: Unit
    """The control unit."""
    level: str
    """The level: no, yes, low or high."""
    value: float
    """The value at which the unit is held."""
    where: str
    """The places: those after which the feature changes (yes → no, no → yes, fall), or the others
    at which it has the other level."""
    places: int
    """How many there are."""
    free: float
    """Mean surprisal of the character that comes next at these places, in nats."""
    held: float
    """The same with the unit held."""
    control_held: float
    """The same with the control unit held."""


@dataclass(frozen=True)
class Clampings(ModelResult):
    """What holding the units of a search does to the loss."""

    characters: int
    """How many characters were read."""
    rows: tuple[Clamped, ...]
    """A row for each level and kind of place of each unit."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each level and kind of place of each unit; surprisals in nats."""
        return [
            {
                "feature": row.feature,
                "unit": name_unit(row.unit),
                "held_at": row.level,
                "value": row.value,
                "where": row.where,
                "places": row.places,
                "nats": row.free,
                "nats_held": row.held,
                "control": name_unit(row.control),
                "nats_control": row.control_held,
            }
            for row in self.rows
        ]

    def plot(self) -> Figure:
        """Return bars of the three surprisals of each row."""
        from charlm.drawing.bars import draw_bar_groups

        labels = [
            f"{row.feature}, {name_unit(row.unit)} held at {row.level}: "
            f"{row.where} ({row.places:,})"
            for row in self.rows
        ]
        return draw_bar_groups(
            np.array([[row.free, row.control_held, row.held] for row in self.rows]).reshape(-1, 3),
            labels,
            ("as it is", "control unit held", "unit held"),
            x_label="surprisal of the next character in nats",
            title=f"What holding units of {self.model} does",
        )


def count_passes(search: UnitSearch) -> int:
    """Return how often `clamp_units` reads its text: for progress."""
    found = sum(finding.found for finding in search.findings)
    return 1 + 3 * found if found else 0


def clamp_units(
    model: LanguageModel | str,
    search: UnitSearch,
    *,
    characters: int = CHARACTERS,
    streams: int | None = None,
    progress: Progress = ignore,
) -> Clampings:
    """Hold each unit that was found at its two levels, and return what that does to the loss.

    What is read is the start of the second half of the text, on which no unit was chosen, after a
    few characters of the first, which do not count. The loss is reported where the feature matters:
    where the next character changes it (so the closing mark of a quotation, with the unit held as
    if outside), and elsewhere where the feature has the other level.

    Args:
        model: the model that was searched, or its name.
        search: what `find_units` has found.
        characters: how many characters to read for each level.
        streams: in how many parts the text is read side by side; see `read_in_streams`.
        progress: takes the number of characters that were read since the last call.

    Raises:
        UserError: fewer than 2 characters are to be read.
    """
    model = load(model) if isinstance(model, str) else model
    if characters < 2:
        raise UserError(f"at least 2 characters must be read, not {characters}")
    middle = len(search.text) // 2
    part = slice(middle, middle + characters)
    before = search.text[max(0, middle - WARM_UP) : middle]
    ids = model.vocabulary.encode(before + search.text[part])
    counted = len(ids) - len(before)
    found = [finding for finding in search.findings if finding.found]

    def read(network: Network) -> np.ndarray:
        surprisals = compute_surprisals(network, ids, streams=streams)[len(before) :]
        progress(counted)
        return surprisals

    rows: list[Clamped] = []
    free = read(model.network) if found else np.zeros(0)
    for finding in found:
        labels = finding.feature.compute(search.text)[part]
        control = read(_hold(model.network, search.field, finding.control, finding.control_level))
        for high in (False, True):
            value = finding.levels[high]
            held = read(_hold(model.network, search.field, finding.unit, value))
            for where, at in _find_places(labels, finding.feature.is_number, high):
                if at.any():
                    means = (float(nats[at].mean()) for nats in (free, held, control))
                    rows.append(_describe(finding, high, where, int(at.sum()), *means))
    return Clampings(model.name, counted, tuple(rows))


def _describe(finding: Finding, high: bool, where: str, places: int, *means: float) -> Clamped:
    names = ("low", "high") if finding.feature.is_number else ("no", "yes")
    free, held, control = means
    return Clamped(
        finding.feature.name,
        finding.unit,
        finding.control,
        names[high],
        finding.levels[high],
        where,
        places,
        free,
        held,
        control,
    )


def _hold(network: Network, field: str, unit: Unit, value: float) -> Network:
    layer, number = unit
    return network.hold(
        [Hold(layer, field, np.array([number]), np.full((1, 1), value, np.float32))]
    )


def _find_places(labels: np.ndarray, is_number: bool, high: bool) -> Iterator[tuple[str, Mask]]:
    """Yield the names of two kinds of places, and where they are, (T - 1,).

    Args:
        labels: the feature, (T,).
        is_number: whether it is a number.
        high: whether the unit is held at the upper level.
    """
    now, then = labels[:-1], labels[1:]
    if is_number:
        changes, name, other = then < now, "fall", "low" if high else "high"
    else:
        changes = ((now > 0) != (then > 0)) & ((then > 0) == high)
        name, other = ("no → yes", "no") if high else ("yes → no", "yes")
    yield name, changes
    if len(now) and now.min() < now.max():
        low_places, high_places = split_levels(now, is_number)
        yield other, (low_places if high else high_places) & ~changes
