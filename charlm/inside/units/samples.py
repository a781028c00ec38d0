"""Places of a text at which features are compared with states, and the states at these places.

The text is cut in two halves: what is chosen or fitted on the first is judged on the second.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlm.generation.network import Network
from charlm.inside.reading import read_in_streams
from charlm.inside.units.features import Feature, Points, Values
from charlm.inside.units.probes import predict_from_characters
from charlm.inside.units.unit_scores import score
from corpora.errors import UserError

PLACES = 10_000
"""Places of a half that all features share: the deviation of an AUC is then 0.005 and less."""
RARE = 1_000
"""Places of a rare answer, if the half has so many."""
LEAST_CASES = 10
"""How often the answer must turn to yes in a half, or the number fall, at least: all places of one
quotation are one case."""
MOST_BYTES = 4 << 30
"""Memory of the states, at most."""

Mask = npt.NDArray[np.bool_]
Progress = Callable[[int], None]


def ignore(count: int) -> None:
    """Take a number of characters that were read, and do nothing."""


@dataclass(frozen=True)
class Part:
    """Places in one half of a text."""

    places: Values
    """The places (N,), ascending."""
    labels: Values
    """The feature at them, (N,)."""


@dataclass(frozen=True)
class Sample:
    """Where one feature is compared with states."""

    feature: Feature
    """The feature."""
    halves: tuple[Part, Part]
    """Its places in the first half, where units are chosen, and in the second, which judges."""
    own_places: bool
    """Whether it has more places than the shared ones: a rare answer has."""
    mean: float
    """Mean of the feature over the text: the share of yes, or the mean number."""
    one_character: float
    """What the current character alone scores on the second half."""
    two_characters: float
    """What the last two characters score there."""


def draw_places(length: int, seed: int) -> tuple[Values, Values]:
    """Return the places that all features share in each half of a text.

    A half is cut into 10,000 parts of one length, of which each gives one place at random: the
    places are spread evenly, and do not step in time with what is regular in the text.

    Args:
        length: characters of the text, T.
        seed: the same seed gives the same places.
    """
    random = np.random.default_rng(seed)
    middle = length // 2
    halves = []
    for start, end in ((0, middle), (middle, length)):
        edges = np.linspace(start, end, min(PLACES, end - start) + 1).astype(np.int64)
        halves.append(random.integers(edges[:-1], edges[1:]))
    return halves[0], halves[1]


def find_gap(values: Values, is_number: bool) -> str | None:
    """Return why a feature cannot be followed in this text; None if it can.

    Each half must turn from no to yes some times. A number must fall some times: one that only
    grows is a clock, which any slow unit follows.
    """
    middle = len(values) // 2
    for half in (values[:middle], values[middle:]):
        if is_number:
            cases = int(np.count_nonzero(np.diff(half) < 0))
        else:
            cases = int(np.count_nonzero(np.diff((half > 0).astype(np.int64), prepend=0) > 0))
        if cases < LEAST_CASES:
            times = "once" if cases == 1 else f"{cases} times"
            return f"it {'starts again' if is_number else 'turns to yes'} {times} in a half"
    return None


def split_levels(labels: np.ndarray, is_number: bool) -> tuple[Mask, Mask]:
    """Return where a feature is low and where it is high: no and yes, or its outer quarters.

    Args:
        labels: the feature, (N,), not constant.
        is_number: whether it is a number.
    """
    if not is_number:
        return labels <= 0, labels > 0
    low_edge = min(np.quantile(labels, 0.25), labels.max() - 1)
    low = labels <= low_edge
    return low, (labels >= np.quantile(labels, 0.75)) & ~low


def choose_places(
    feature: Feature, values: Values, points: Points, base: Sequence[Values]
) -> Sample:
    """Return where a feature is compared with states.

    A rare answer of a yes or no has too few of the shared places. It gets others: up to 1,000,
    spread evenly over all places with that answer. An AUC compares what is drawn from the one
    answer with what is drawn from the other, so it does not depend on how many there are of each.

    Args:
        feature: the feature.
        values: its values, (T,).
        points: code points of the text, (T,).
        base: the shared places of either half.
    """
    middle = len(values) // 2
    halves, own = [], False
    for places, start, end in zip(base, (0, middle), (middle, len(values)), strict=True):
        labels = values[places]
        for answer in () if feature.is_number else (0, 1):
            of_answer = start + np.flatnonzero((values[start:end] > 0) == answer)
            here = int(np.count_nonzero((labels > 0) == answer))
            if here < min(RARE, len(of_answer)):
                picks = np.linspace(0, len(of_answer) - 1, min(RARE, len(of_answer)))
                more = of_answer[picks.astype(np.int64)]
                places, own = np.sort(np.concatenate([places[(labels > 0) != answer], more])), True
                labels = values[places]
        halves.append(Part(places, labels))
    judged = halves[1]
    one, two = (
        float(score(said[None], judged.labels, feature.is_number)[0])
        for said in predict_from_characters(points, values, judged.places)
    )
    return Sample(feature, (halves[0], halves[1]), own, float(values.mean()), one, two)


def group_samples(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Return the samples in groups with the same places: what is costly is done once for each."""
    shared = [sample for sample in samples if not sample.own_places]
    return [group for group in (shared, *([s] for s in samples if s.own_places)) if group]


@dataclass(frozen=True)
class States:
    """A field of all units at some places."""

    places: Values
    """The places, (P,), ascending."""
    values: npt.NDArray[np.float32]
    """The field after the characters at these places, (L, P, H)."""

    def take(self, layer: int, places: Values) -> npt.NDArray[np.float32]:
        """Return the field of a layer at some of the places, (N, H)."""
        return np.asarray(self.values[layer, np.searchsorted(self.places, places)])


def read_states(
    network: Network,
    ids: np.ndarray,
    places: Values,
    field: str,
    *,
    streams: int | None = None,
    progress: Progress = ignore,
) -> States:
    """Read a text, and keep a field of all units at some places: memory does not grow with it.

    Args:
        network: the model.
        ids: the text, (T,).
        places: the places, (P,), ascending.
        field: what to keep of the units.
        streams: see `read_in_streams`.
        progress: takes the number of characters that were read since the last call.

    Raises:
        UserError: the states would take more than 4 GB.
    """
    config = network.config
    shape = (config.num_layers, len(places), config.hidden_size)
    if (size := 4 * int(np.prod(shape))) > MOST_BYTES:
        raise UserError(f"the states would take {size / 1e9:,.1f} GB; give fewer patterns")
    kept = np.empty(shape, np.float32)
    slots = np.full(len(ids), -1, np.int32)
    slots[places] = np.arange(len(places))
    for reading in read_in_streams(network, ids, streams=streams):
        at = slots[reading.positions]
        keep = np.flatnonzero((at >= 0) & reading.counts)
        for layer, source in enumerate(reading.state.layers):
            kept[layer, at[keep]] = source.fields[field].T[keep]
        progress(int(reading.counts.sum()))
    return States(places, kept)
