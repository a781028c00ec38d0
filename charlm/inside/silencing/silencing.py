"""What a model loses when units, layers or gates are silenced: held at zero or at their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from charlm.arrays import Floats
from charlm.config import Cell, ModelConfig
from charlm.generation.cells import FIELDS
from charlm.generation.generate import check_whole
from charlm.generation.hold import check_field, check_layer, check_unit, default_field
from charlm.generation.network import Network
from charlm.inside.memory.context_curves import Progress, ignore
from charlm.inside.results import ModelResult
from charlm.inside.silencing.held_streams import (
    Loss,
    Target,
    compute_means,
    count_predicted,
    measure_losses,
)
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError
from corpora.text.vocabulary import Ids

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

CHARACTERS = 2000
"""Characters that are predicted with each target silenced, by default."""
CHARACTERS_OF_MEANS = 20_000
"""Characters over which means are taken, at most."""
CHARACTERS_OF_SCREENING = 8000
"""Characters over which the worth of units is estimated, at most."""
MOST_PRODUCTS = 10**12
"""Products of a weight and a number up to which all units are measured: half a minute or so."""
CANDIDATES = 96
"""Units that are measured if there are too many to measure all."""
TOP = 10
"""Units that are reported, by default."""

At = Literal["zero", "mean"]
"""What a silenced unit is held at."""
AT_ZERO: Mapping[Cell, tuple[str, ...]] = {
    "rnn": ("hidden",),
    "rnn_relu": ("hidden",),
    "lstm": ("hidden", "forget"),
    "gru": ("hidden", "reset", "update"),
}
"""Fields of a layer that differ when they are held at zero. The others silence it as its hidden
state does: with an input gate or a candidate of 0 nothing is ever written into the memory."""


@dataclass(frozen=True)
class Silencing(ModelResult):
    """What a model loses when its parts are silenced, one at a time."""

    at: At
    """What they are held at."""
    characters: int
    """Number of characters that are predicted."""
    loss: float
    """Loss of the untouched model on them, in nats per character."""
    layers: tuple[Loss, ...]
    """Each field of each layer, as a whole."""
    units: tuple[Loss, ...]
    """Single units, first the one that matters most."""
    measured: int
    """Number of units that were silenced."""
    candidates: int
    """Number of units that they were chosen from, by an estimate if they are fewer."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each target: layers from 1, units from 0, None for a whole layer."""
        return [
            {
                "layer": one.target.layer + 1,
                "unit": one.target.unit,
                "field": one.target.field,
                "at": self.at,
                "increase": one.increase,
                "standard_error": one.error,
                "hurt": [list(pair) for pair in one.hurt],
            }
            for one in (*self.layers, *self.units)
        ]

    def plot(self) -> Picture:
        """Return a picture: the parts of each layer, and the units that matter most, as bars."""
        from charlm.inside.silencing.silencing_picture import draw_silencing

        value = "zero" if self.at == "zero" else "their mean"
        title = f"What {self.model} loses with parts held at {value}"
        return draw_silencing(self.layers, self.units, title)


def silence(
    model: LanguageModel | str,
    text: str,
    *,
    layer: int | None = None,
    units: Sequence[int] = (),
    of: str | None = None,
    at: At = "mean",
    top: int = TOP,
    characters: int = CHARACTERS,
    every: bool = False,
    progress: Progress = ignore,
) -> Silencing:
    """Measure what a model loses when parts of it are silenced, one at a time.

    A part is held at zero, or at its mean over the text, at every step while the model reads: it
    then says nothing of what was read. Layers and gates are always measured, as a whole. Of the
    units, all are measured if that takes less than about a minute; else the 96 are that count most
    by an estimate from gradients (`charlm.inside.silencing.attribution`), or all with `every`.

    Args:
        model: a model, or its name.
        text: the text; means are taken over its first 20,000 characters.
        layer: the layer whose units are silenced, from 0; None for all layers.
        units: units of that layer, from 0, that are measured whatever they count.
        of: the field of a unit that is held; by default the cell state of an LSTM, or the hidden
            state. Held at zero, both silence a unit.
        at: the value it is held at.
        top: how many units are reported.
        characters: characters of the text that are predicted.
        every: measure every unit, however long it takes.
        progress: called with the number of characters read, `estimate_work` in all.

    Raises:
        UserError: the text is too short, the model does not know one of its characters, or it has
            no such layer, unit or field.
    """
    model = load(model) if isinstance(model, str) else model
    config, network = model.config, model.network
    field = of or default_field(config.cell)
    check_request(config, layer, units, field)
    _check_sizes(text, top, characters)
    ids = model.vocabulary.encode(text[: max(CHARACTERS_OF_MEANS, characters)])
    held = compute_held(network, ids[:CHARACTERS_OF_MEANS], at, progress)
    known = list_targets(config, layer, units, field)
    chosen = known
    if not (every or units or can_measure_all(model, len(known), characters)):
        chosen = _choose(model, ids, known, held[field], max(CANDIDATES, top))
    parts = list_parts(config, at)
    loss, losses = measure_losses(
        network,
        ids[:characters],
        [*parts, *chosen],
        held,
        symbols=model.vocabulary.symbols,
        progress=progress,
    )
    ranked = sorted(losses[len(parts) :], key=lambda one: -one.increase)
    return Silencing(
        model=model.name,
        at=at,
        characters=count_predicted(min(characters, len(ids))),
        loss=loss,
        layers=tuple(losses[: len(parts)]),
        units=tuple(ranked if units else ranked[:top]),
        measured=len(chosen),
        candidates=len(known),
    )


def _check_sizes(text: str, top: int, characters: int) -> None:
    check_whole("top", top, least=1)
    check_whole("characters", characters, least=2)
    if len(text) < 2:
        raise UserError("two characters are needed: the second is predicted from the first")


def compute_held(network: Network, ids: Ids, at: At, progress: Progress) -> dict[str, Floats]:
    """Return the values (L, H) that each field is held at, by its name."""
    held = compute_means(network, ids, FIELDS[network.config.cell], progress)
    return held if at == "mean" else {name: np.zeros_like(one) for name, one in held.items()}


def check_request(config: ModelConfig, layer: int | None, units: Sequence[int], field: str) -> None:
    """Raise `UserError` unless a model of this shape has what is to be silenced."""
    check_field(field, config.cell)
    if layer is not None:
        check_layer(layer, config)
    elif units:
        raise UserError("units are counted in each layer: name the layer as well")
    for unit in units:
        check_unit(unit, config)


def list_parts(config: ModelConfig, at: At) -> list[Target]:
    """Return the fields of whole layers that are silenced."""
    fields = AT_ZERO[config.cell] if at == "zero" else FIELDS[config.cell]
    return [Target(layer, field) for layer in range(config.num_layers) for field in fields]


def list_targets(
    config: ModelConfig, layer: int | None, units: Sequence[int], field: str
) -> list[Target]:
    """Return the single units that may be silenced."""
    layers = range(config.num_layers) if layer is None else (layer,)
    numbers = dict.fromkeys(units) if units else range(config.hidden_size)
    return [Target(one, field, unit) for one in layers for unit in numbers]


def can_measure_all(model: LanguageModel, units: int, characters: int) -> bool:
    """Return whether it takes little time to silence so many units, one at a time."""
    weights = sum(array.size for array in model.network.weights.values())
    return units * characters * weights <= MOST_PRODUCTS


def estimate_work(
    model: LanguageModel, text: str, units: int, at: At, characters: int, every: bool
) -> int:
    """Return about how many characters `silence` reads, for a bar of progress."""
    if not (every or can_measure_all(model, units, characters)):
        units = min(units, CANDIDATES)
    streams = units + len(list_parts(model.config, at)) + 1
    return min(len(text), CHARACTERS_OF_MEANS) + streams * min(characters, len(text))


def _choose(
    model: LanguageModel, ids: Ids, targets: Sequence[Target], held: Floats, count: int
) -> list[Target]:
    """Return the targets that count most by an estimate, in their own order."""
    from charlm.inside.silencing.attribution import estimate_increases

    field = targets[0].field
    estimates = estimate_increases(model, ids[:CHARACTERS_OF_SCREENING], field, held)
    worth = [-estimates[one.layer, one.unit] for one in targets]
    return [targets[n] for n in np.sort(np.argsort(worth, kind="stable")[:count])]
