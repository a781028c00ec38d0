"""Whether a model still knows what a later word depends on: minimal pairs over a distance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.drawing.panels import Line, Panel
from charlm.inside.agreement.form_scores import Progress, score_forms
from charlm.inside.agreement.minimal_pairs import Pair, make_pairs
from charlm.inside.results import ModelResult
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

EDGES = (10, 20, 40, 60, 80)
"""Distances, in characters, at which a new group of pairs begins."""


@dataclass(frozen=True)
class Group:
    """What a model did with the pairs of one dependency, one attractor and similar distances."""

    dependency: str
    """What the pairs test."""
    attractor: str
    """What stands between: see `charlm.inside.agreement.minimal_pairs.Attractor`."""
    distance_from: int
    """Least distance of the group, in characters."""
    distance_to: int | None
    """The distance at which the next group begins; None for the last one."""
    mean_distance: float
    """Mean distance of its pairs."""
    pairs: int
    """How many pairs there are."""
    right: float
    """Share of pairs whose right form has the higher log-probability. Chance is 0.5."""
    margin: float
    """Mean of log p(right) - log p(wrong), in nats; of twins, the sum of both."""


def _group(judged: list[tuple[str, str, int, float]], edges: tuple[int, ...]) -> list[Group]:
    """Return groups of what has a dependency, an attractor, a distance and a margin."""
    found = []
    for kind in dict.fromkeys((dependency, attractor) for dependency, attractor, *_ in judged):
        for low, high in zip((0, *edges), (*edges, None), strict=True):
            own = [
                (distance, margin)
                for *one, distance, margin in judged
                if tuple(one) == kind and low <= distance and (high is None or distance < high)
            ]
            if own:
                distances, margins = np.array(own).T
                share, mean = float((margins > 0).mean()), float(distances.mean())
                found.append(Group(*kind, low, high, mean, len(own), share, float(margins.mean())))
    return found


@dataclass(frozen=True)
class Agreement(ModelResult):
    """What a model prefers in N minimal pairs."""

    pairs: tuple[Pair, ...]
    """The pairs."""
    right: Floats
    """Log-probability (N,) of each right form, and the space after it, in nats."""
    wrong: Floats
    """Log-probability (N,) of each wrong form, and the space after it, in nats."""
    edges: tuple[int, ...]
    """Distances at which a new group begins."""
    left_out: int
    """Pairs with characters that the model does not know: they were not read."""
    unknown: str
    """These characters."""

    @property
    def preferred(self) -> npt.NDArray[np.bool_]:
        """Whether the right form is the more probable one, (N,)."""
        return self.right > self.wrong

    def groups(self) -> list[Group]:
        """Return the pairs by dependency, attractor and distance; groups without pairs are not."""
        margins = (self.right - self.wrong).tolist()
        judged = [
            (pair.dependency, pair.attractor, pair.distance, margin)
            for pair, margin in zip(self.pairs, margins, strict=True)
        ]
        return _group(judged, self.edges)

    def twins(self) -> list[Group]:
        """Return the twins by dependency and distance: the same text, but for what decides.

        Twins are told apart if the log-odds of a form are greater where it is right than where it
        is wrong. That takes away what a model prefers anyway: if this share is near 1 and the share
        of right forms is not, the model remembers, but gives it too little weight.
        """
        margins = self.right - self.wrong
        first: dict[int, int] = {}
        judged = []
        for number, pair in enumerate(self.pairs):
            if pair.twin is not None and (other := first.setdefault(pair.twin, number)) != number:
                both = float(margins[number] + margins[other])
                judged.append((pair.dependency, "twins", pair.distance, both))
        return _group(judged, self.edges)

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each group of pairs, then for each group of twins."""
        return [asdict(group) for group in (*self.groups(), *self.twins())]

    def judged(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each pair, with both log-probabilities."""
        for pair, right, wrong in zip(
            self.pairs, self.right.tolist(), self.wrong.tolist(), strict=True
        ):
            yield {**asdict(pair), "log_prob_right": right, "log_prob_wrong": wrong}

    def draw_lines(self) -> tuple[Panel, list[str]]:
        """Return a panel with a line for each kind of pairs, and the names of the lines.

        Pairs with nothing in between belong to the line of either attractor.
        """
        groups = self.groups()
        named: dict[str, list[Group]] = {}
        for dependency in dict.fromkeys(group.dependency for group in groups):
            own = [group for group in groups if group.dependency == dependency]
            kinds = list(dict.fromkeys(group.attractor for group in own))
            for kind in [one for one in kinds if one != "none"] or kinds:
                name = dependency if kind == "none" else f"{dependency}, {kind} between"
                named[name] = [group for group in own if group.attractor in (kind, "none")]
        title = f"{self.model}: the right form is preferred"
        return _make_panel(title, list(named.values())), [*named, "chance"]

    def plot(self) -> Picture:
        """Return a picture: the share of right forms over the distance, and that of twins."""
        from charlm.drawing.picture import draw_panels

        panel, names = self.draw_lines()
        twins: dict[str, list[Group]] = {}
        for group in self.twins():
            twins.setdefault(f"{group.dependency}, twins", []).append(group)
        if not twins:
            return draw_panels([panel], names)
        title = f"{self.model}: twins are told apart"
        other = _make_panel(title, list(twins.values()), first=len(names))
        return draw_panels([panel, other], [*names, *twins])


def _make_panel(title: str, kinds: list[list[Group]], first: int = 0) -> Panel:
    """Return a panel with a line for each kind, from series `first` on, and one for chance."""
    lines = [
        Line(first + number, sorted((group.mean_distance, 100 * group.right) for group in kind))
        for number, kind in enumerate(kinds)
    ]
    ends = [x for line in lines for x, _ in line.points]
    low, high = min(ends), max(ends)
    # Chance is the last series of the first panel.
    chance = Line(
        first - 1 if first else len(lines), [(low, 50.0), (max(high, low + 1), 50.0)], True
    )
    return Panel(
        title, "characters between", "% of pairs", [*lines, chance], y_range=(0.0, 102.0)
    )  # fmt: skip


def agree(
    model: LanguageModel | str,
    pairs: Sequence[Pair] | None = None,
    *,
    edges: Sequence[int] = EDGES,
    progress: Progress | None = None,
) -> Agreement:
    """Test which form of each minimal pair a model prefers.

    The model reads a line feed and the prefix, then either form with the space after it. Preferred
    is the form whose characters have the greater sum of log p(character | what was read before).
    Sources: Linzen, Dupoux and Goldberg (2016); Marvin and Linzen (2018).

    Args:
        model: a model, or its name.
        pairs: the pairs; by default those of `make_pairs`.
        edges: distances, in characters, at which a new group of pairs begins.
        progress: is called with the number of pairs that have been read since its last call.

    Raises:
        UserError: there are no pairs that the model can read, or the edges do not rise.
    """
    edges = check_edges(edges)
    model = load(model) if isinstance(model, str) else model
    wanted = make_pairs() if pairs is None else list(pairs)
    if not wanted:
        raise UserError("there are no pairs to test")
    known = [pair for pair in wanted if not find_unknown(pair, model.vocabulary)]
    unknown = "".join(sorted({c for p in wanted for c in find_unknown(p, model.vocabulary)}))
    if not known:
        raise UserError(f"{model.name} cannot read any of the pairs: it does not know {unknown!r}")
    scores = score_forms(model.network, model.vocabulary, known, progress)
    left_out = len(wanted) - len(known)
    return Agreement(
        model.name, tuple(known), scores[:, 0], scores[:, 1], edges, left_out, unknown
    )  # fmt: skip


def check_edges(edges: Sequence[int]) -> tuple[int, ...]:
    """Return the edges of groups as a tuple.

    Raises:
        UserError: they do not rise, or are not positive.
    """
    if any(edge < 1 for edge in edges) or any(a >= b for a, b in pairwise(edges)):
        raise UserError(f"distances must be positive and rise, not {' '.join(map(str, edges))}")
    return tuple(edges)


def find_unknown(pair: Pair, vocabulary: Vocabulary) -> set[str]:
    """Return the characters of a pair, what follows its forms included, that are not known."""
    return {c for c in f"{pair.prefix}{pair.right}{pair.wrong}{pair.end}" if c not in vocabulary}
