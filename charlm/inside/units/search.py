"""Units that follow a feature of the text, and what a whole layer knows of it.

The method is that of Karpathy, Johnson and Li (2015), who looked for such units by eye, made by
rule. A unit's score means little without three others beside it: that of a linear probe of its
whole layer, that of the last characters alone, and chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.arrays import Floats
from charlm.generation.hold import check_field, default_field
from charlm.inside.traces import Unit
from charlm.inside.units.features import FEATURES, Feature
from charlm.inside.units.findings import Finding, UnitSearch
from charlm.inside.units.patterns import make_pattern
from charlm.inside.units.probes import fit_and_predict
from charlm.inside.units.samples import (
    Part,
    Progress,
    Sample,
    States,
    choose_places,
    draw_places,
    find_gap,
    group_samples,
    ignore,
    read_states,
    split_levels,
)
from charlm.inside.units.unit_scores import find_strength, rank, score, score_ranks
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError
from corpora.text.vocabulary import code_points

LEAST_CHARACTERS = 1_000
"""Fewest characters of a text."""
MOST_PATTERNS = 20
"""Most regular expressions of a search."""
BEST = 3
"""Units of a feature that are judged; the first of them is described."""
TIE = 0.01
"""Strengths that are so close say nothing of which unit is better: the places of one quotation are
one case, and there are some tens of them."""
EXCERPTS = 5
"""Places that are kept where a unit is highest, and where it is lowest."""
APART = 100
"""Fewest characters between two of these places."""


def find_units(
    model: LanguageModel | str,
    text: str,
    *,
    of: str | None = None,
    patterns: Sequence[str] = (),
    seed: int = 0,
    streams: int | None = None,
    progress: Progress = ignore,
) -> UnitSearch:
    """Find the units that follow features of a text, such as quotations or the place in the line.

    Every unit is scored on some 10,000 places of the first half of the text, and the best one and a
    probe of each layer are judged on as many of the second. Memory does not grow with the text, but
    for some tens of bytes for each character. 100,000 characters of 4x128 take some eight seconds.

    Args:
        model: a model, or its name.
        text: the text, at least 1,000 characters.
        of: what of the units; by default the field that carries the memory.
        patterns: regular expressions, whose matches are features as well; see `make_pattern`.
        seed: the same seed takes the same places.
        streams: in how many parts the text is read side by side; see `read_in_streams`. In one
            stream, the memory of a unit may reach back to the start of the text.
        progress: takes the number of characters that were read since the last call.

    Raises:
        UserError: the text is too short, the model does not know one of its characters, or has no
            such field; a pattern is none, takes too long, or has the name of another feature.
    """
    model = load(model) if isinstance(model, str) else model
    field = of or default_field(model.config.cell)
    check_field(field, model.config.cell)
    features = list_features(patterns)
    if len(text) < LEAST_CHARACTERS:
        raise UserError(
            f"the text has {len(text):,} characters; at least {LEAST_CHARACTERS:,} are needed"
        )
    ids, points = model.vocabulary.encode(text), code_points(text)
    base = draw_places(len(text), seed)
    samples: list[Sample] = []
    missing: dict[str, str] = {}
    for feature in features:
        values = feature.compute(text)
        if (gap := find_gap(values, feature.is_number)) is not None:
            missing[feature.name] = gap
        else:
            samples.append(choose_places(feature, values, points, base))
    places = np.unique(np.concatenate([*base, *(p.places for s in samples for p in s.halves)]))
    states = read_states(model.network, ids, places, field, streams=streams, progress=progress)
    found = [f for group in group_samples(samples) for f in _judge(states, group, base[1])]
    order = [feature.name for feature in features]
    found.sort(key=lambda finding: order.index(finding.feature.name))
    return UnitSearch(model.name, model.config, text, field, tuple(found), missing)


def list_features(patterns: Sequence[str] = ()) -> list[Feature]:
    """Return the features of a search: those by rule, and those of regular expressions.

    Raises:
        UserError: a pattern is none, there are too many, or two features have one name.
    """
    if len(patterns) > MOST_PATTERNS:
        raise UserError(f"give at most {MOST_PATTERNS} patterns, not {len(patterns)}")
    features = [*FEATURES, *map(make_pattern, patterns)]
    names = [feature.name for feature in features]
    for name in names:
        if names.count(name) > 1:
            raise UserError(f"two features are called {name!r}; name one with NAME=REGEX")
    return features


def _judge(states: States, samples: Sequence[Sample], shown: np.ndarray) -> list[Finding]:
    """Return the findings of features that share their places.

    Args:
        states: the field at all places.
        samples: the features, F.
        shown: the places among which the unit's highest and lowest values are sought.
    """
    layers, _, units = states.values.shape
    first, second = samples[0].halves
    scores = np.empty((len(samples), layers, units))
    probes = np.empty((len(samples), layers))
    for layer in range(layers):
        own, other = states.take(layer, first.places), states.take(layer, second.places)
        ranks = rank(np.ascontiguousarray(own.T))
        said = fit_and_predict(own, [sample.halves[0].labels for sample in samples], other)
        for row, sample in enumerate(samples):
            is_number = sample.feature.is_number
            scores[row, layer] = score_ranks(ranks, sample.halves[0].labels, is_number)
            probes[row, layer] = score(said[row : row + 1], sample.halves[1].labels, is_number)[0]
    return [
        _describe(states, sample, scores[row], probes[row], shown)
        for row, sample in enumerate(samples)
    ]


def _describe(
    states: States, sample: Sample, scores: Floats, probes: Floats, shown: np.ndarray
) -> Finding:
    """Return the finding of a feature, given the scores (L, H) of units and (L,) of probes."""
    is_number = sample.feature.is_number
    strengths = find_strength(scores, is_number)
    first, second = sample.halves
    order = _order(states, first, strengths)
    signs = np.where(scores >= (0.0 if is_number else 0.5), 1, -1)

    def judge(layer: int, unit: int) -> float:
        values = signs[layer, unit] * states.take(layer, second.places)[:, unit]
        return float(score(values[None], second.labels, is_number)[0])

    layer, unit = order[0]
    own = states.take(layer, first.places)
    low, high = split_levels(first.labels, is_number)
    control = _choose_control(own, strengths[layer], unit)
    values = states.take(layer, shown)[:, unit]
    return Finding(
        feature=sample.feature,
        mean=sample.mean,
        one_character=sample.one_character,
        two_characters=sample.two_characters,
        unit=(layer, unit),
        sign=int(signs[layer, unit]),
        score=judge(layer, unit),
        others=tuple((other, judge(*other)) for other in order[1:]),
        probes=tuple(probes.tolist()),
        levels=(float(np.median(own[low, unit])), float(np.median(own[high, unit]))),
        control=(layer, control),
        control_level=float(np.median(own[:, control])),
        highest=_pick(shown[np.argsort(-values, kind="stable")]),
        lowest=_pick(shown[np.argsort(values, kind="stable")]),
    )


def _order(states: States, half: Part, strengths: Floats) -> list[Unit]:
    """Return the best units, the best first.

    Units whose scores are too close to tell them apart are put in order by Pearson's r of their
    values with the feature: the unit whose answers lie further apart is also right when they drift.
    """
    ranked = np.argsort(-strengths, axis=None, kind="stable")
    best = strengths.ravel()[ranked]
    ties = max(int(np.count_nonzero(best >= best[0] - TIE)), 1)
    units = [divmod(int(index), strengths.shape[1]) for index in ranked[: max(ties, BEST)]]
    labels = half.labels - half.labels.mean()
    correlations = []
    for layer, unit in units[:ties]:
        values = states.take(layer, half.places)[:, unit].astype(np.float64)
        spread = max(float(values.std()), 1e-9)
        correlations.append(abs(float(labels @ (values - values.mean()))) / spread)
    tied = [units[index] for index in np.argsort(-np.array(correlations), kind="stable")]
    return [*tied, *units[ties:]][:BEST]


def _choose_control(own: np.ndarray, strengths: Floats, unit: int) -> int:
    """Return the unit that moves as much as `unit`, of the half that follows the feature least."""
    spread = own.std(axis=0)
    distance = np.abs(np.log(np.maximum(spread, 1e-9) / max(float(spread[unit]), 1e-9)))
    distance[strengths > np.median(strengths)] = np.inf
    distance[unit] = np.inf
    return int(distance.argmin())


def _pick(places: np.ndarray) -> tuple[int, ...]:
    """Return the first places that lie apart from each other."""
    picked: list[int] = []
    for place in places.tolist():
        if all(abs(place - other) >= APART for other in picked):
            picked.append(place)
            if len(picked) == EXCERPTS:
                break
    return tuple(picked)
