from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from tiny_models import VOCABULARY, language_model, random_text

from charlm.config import ModelConfig
from charlm.inside.agreement.agreement import EDGES, Agreement, agree
from charlm.inside.agreement.minimal_pairs import Pair, make_pairs
from corpora.errors import UserError

EVERY = tuple(make_pairs())


def random_pairs(count: int) -> list[Pair]:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 30, (count, 2)).tolist()
    return [
        Pair(random_text(a, n), f"a{random_text(b % 5, n)}", f"b{random_text(a % 7, n)}", a)
        for n, (a, b) in enumerate(lengths)
    ]


def judged(score: Callable[[Pair], tuple[float, float]]) -> Agreement:
    """What a model says of all pairs that gives their forms these log-probabilities."""
    right, wrong = np.array([score(pair) for pair in EVERY]).T
    return Agreement("made up", EVERY, right, wrong, EDGES, 0, "")


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_forms_get_the_probability_of_their_characters(cell: str) -> None:
    model = language_model(ModelConfig(cell=cell, hidden_size=6, num_layers=2, embedding_size=6))  # type: ignore[arg-type]
    pairs = random_pairs(150)  # more than are read side by side
    found = agree(model, pairs)
    assert found.pairs == tuple(pairs)
    for pair, right, wrong in zip(pairs, found.right, found.wrong, strict=True):
        for form, log_prob in ((pair.right, right), (pair.wrong, wrong)):
            tokens = list(model.score(f"{pair.prefix}{form} "))[len(pair.prefix) :]
            assert log_prob == pytest.approx(-sum(t.surprisal for t in tokens), abs=1e-4)


def test_what_follows_a_form_counts_with_it() -> None:
    model = language_model()
    pair = Pair("abc", "d", "e", 3, end="\n\n")
    tokens = list(model.score("abcd\n\n"))[3:]
    (right,) = agree(model, [pair]).right
    assert right == pytest.approx(-sum(token.surprisal for token in tokens), abs=1e-5)


def test_always_the_same_form_is_chance_and_remembers_nothing() -> None:
    likes = {"was": 0.5, "has": -1.0, "himself": 2.0, '."': 1.0, ") was": -3.0}
    found = judged(lambda pair: (likes.get(pair.right, 0.0), likes.get(pair.wrong, 0.0)))
    for kind in {(pair.dependency, pair.attractor) for pair in EVERY}:
        own = [(pair.dependency, pair.attractor) == kind for pair in EVERY]
        assert found.preferred[own].mean() == 0.5
    assert all(group.right == 0 for group in found.twins())


def test_the_nearest_noun_is_told_from_the_right_one() -> None:
    """A model that agrees with the last noun is right where that one is like the right one."""

    def nearest(pair: Pair) -> tuple[float, float]:
        return (0.0, 1.0) if pair.attractor == "other" else (1.0, 0.0)

    for group in judged(nearest).groups():
        assert group.right == (group.attractor != "other")


def test_twins_show_a_memory_that_the_preference_hides() -> None:
    """A form that is always preferred, but less so where it is wrong."""
    found = judged(lambda p: (5.0, 0.0) if p.right == "himself" else (0.1, 5.0))
    own = [pair.dependency == "reflexive" for pair in EVERY]
    assert found.preferred[own].mean() == 0.5
    twins = [group for group in found.twins() if group.dependency == "reflexive"]
    assert twins
    assert all(group.right == 1 for group in twins)


def test_groups_hold_every_pair_once() -> None:
    found = judged(lambda pair: (1.0, 0.0))
    groups = found.groups()
    assert sum(group.pairs for group in groups) == len(EVERY)
    assert sum(group.pairs for group in found.twins()) == len(EVERY) / 2
    for group in groups:
        assert group.distance_from <= group.mean_distance
        assert group.distance_to is None or group.mean_distance < group.distance_to
        assert group.right == group.margin == 1


def test_what_the_model_cannot_write_is_left_out_and_said() -> None:
    known, strange = Pair("abc ", "a", "b", 1), Pair("xyz ", "a", "b", 1)
    found = agree(language_model(), [strange, known])
    assert (found.pairs, found.left_out, found.unknown) == ((known,), 1, "xyz")
    with pytest.raises(UserError, match="tiny cannot read any of the pairs"):
        agree(language_model(), [strange, replace(known, right="Q")])


@pytest.mark.parametrize("edges", [(0, 10), (10, 10), (20, 10)])
def test_distances_rise(edges: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match="distances must be positive and rise"):
        agree(language_model(), [Pair("a", "b", "c", 1)], edges=edges)


def test_no_pairs_are_refused() -> None:
    with pytest.raises(UserError, match="no pairs"):
        agree(language_model(), [])


def test_progress_counts_every_pair() -> None:
    done: list[int] = []
    agree(language_model(), random_pairs(200), progress=done.append)
    assert sum(done) == 200
    assert len(done) == 2


def test_a_result_has_a_picture_a_table_and_records() -> None:
    found = judged(lambda pair: (1.0, 0.0))
    assert found.plot().to_png().startswith(b"\x89PNG")
    assert len(found.plot().axes) == 2
    assert {row["attractor"] for row in found.records()} == {"none", "same", "other", "twins"}
    assert "<table>" in found._repr_html_()
    single = agree(language_model(), [Pair("abc", "d", "e", 3)])
    assert len(single.plot().axes) == 1
    assert VOCABULARY is language_model().vocabulary
