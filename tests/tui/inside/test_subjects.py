"""Texts of every kind: what is looked at, and what units are compared on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import charlm.inside
from charlm.generation.cells import FIELDS
from charlm.inside.memory.gate_statistics import measure_gates
from charlm.inside.units.features import FEATURES
from charlm.inside.units.patterns import make_pattern
from charlm.language_model import LanguageModel
from seq.imdb.library import TextClassifier
from seq.scan.library import CommandTranslator
from tui.inside import characters
from tui.inside.actions import CommandText
from tui.inside.anatomy import Anatomy, describe
from tui.inside.characters import AROUND, CharacterText
from tui.inside.subjects import Subject, summarize_gates
from tui.inside.words import ReviewText, spread_on_words

REVIEW = "The plot is dull, and the Ending silly. The cast, though, is superb: a good film."
COMMAND = "jump left twice"


def ignore(count: int) -> None:
    """Take a number of steps, and do nothing."""


def test_a_sight_is_a_part_of_the_trace(built: LanguageModel, page: str) -> None:
    subject = CharacterText(built, page)
    sight = subject.look(700, ignore)
    assert (sight.start, sight.end, sight.total) == (700 - AROUND, 700 + AROUND, len(page))
    assert "".join(sight.labels) == page[sight.start : sight.end]
    whole = charlm.inside.trace(built, page)
    for name in FIELDS["lstm"]:
        seen = sight.values(1, name)[:, [0, 2, 4]]  # the counter remembers what is further back
        expected = whole.fields[name][sight.start : sight.end, 1][:, [0, 2, 4]]
        np.testing.assert_allclose(seen, expected, atol=1e-4)
    assert sight.covers(700, 60)
    assert not sight.covers(sight.start + 10, 60)
    assert subject.look(3, ignore).covers(0, 60)
    assert subject.look(len(page) - 1, ignore).covers(len(page) - 1, 60)


def test_unknown_characters_are_left_out_and_counted(built: LanguageModel) -> None:
    subject = CharacterText(built, "abÄcÖ d\x00e")
    assert "".join(subject.labels) == "abc de"
    assert [subject.find_place(at) for at in (0, 2, 3, 6, 99)] == [0, 2, 2, 4, 5]
    places = range(len(subject))
    assert [subject.find_place(subject.find_position(at)) for at in places] == [*places]
    assert "3 unknown left out" in subject.describe()
    assert "left out" not in CharacterText(built, "abc").describe()


def test_material_is_what_the_library_measures(built: LanguageModel, page: str) -> None:
    read: list[int] = []
    subject = CharacterText(built, page)
    material = subject.gather(5, read.append)
    assert sum(read) == subject.count_work(5) == 2 * len(page)
    whole = charlm.inside.trace(built, page).fields["cell"]
    # It begins in a state of zeros, without the line feed of a trace.
    np.testing.assert_allclose(material.values[400:], whole[400:], atol=1e-3)
    assert [one.name for one in material.series] == [feature.name for feature in FEATURES]
    gates = measure_gates(built, page)
    np.testing.assert_allclose(material.gates.means["forget"], gates.means["forget"])


def test_of_long_texts_a_part_is_compared(
    built: LanguageModel, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(characters, "MOST", 400)
    monkeypatch.setattr(characters, "LEAST", 100)
    subject = CharacterText(built, page)
    starts = {subject.gather(place, ignore).start for place in (740, 765, 785)}
    assert len(starts) == 1
    for place in (0, 700, len(page) - 1):
        material = subject.gather(place, ignore)
        assert len(material.labels) == 400
        assert material.start <= place < material.start + 400


def test_a_silenced_layer_costs_something(built: LanguageModel, page: str) -> None:
    read: list[int] = []
    subject = CharacterText(built, page)
    losses = subject.measure_layers(3, read.append)
    assert len(losses) == 2
    assert all(np.isfinite(loss.increase) and loss.error >= 0 for loss in losses)
    assert sum(read) == pytest.approx(subject.count_layers_work(), rel=0.01)
    assert CharacterText(built, "a").measure_layers(0, ignore) == []


def test_words_have_all_gates_and_features(classifier: TextClassifier) -> None:
    subject = ReviewText(classifier, REVIEW)
    assert subject.labels[:5] == ("The", "plot", "is", "dull", ",")
    sight = subject.look(3, ignore)
    assert len(sight.labels) == sight.total == len(subject)
    assert set(sight.steps.fields) == set(FIELDS["lstm"])
    series = {one.name: one.values for one in subject.gather(0, ignore).series}
    labels = np.array(subject.labels)
    assert labels[series["upper case"] > 0].tolist() == ["The", "Ending", "The"]
    assert {"silly", "though", "film"} <= set(labels[series["unknown"] > 0])
    written = subject.gather(0, ignore).write(make_pattern("good|dull"))
    assert labels[written.values > 0].tolist() == ["dull", "good"]


def test_steps_have_all_gates_and_their_actions(translator: CommandTranslator) -> None:
    subject = CommandText(translator, COMMAND)
    sight = subject.look(0, ignore)
    assert sight.labels == subject.found.steps
    material = subject.gather(0, ignore)
    names = [one.name for one in material.series]
    assert names == ["step", *dict.fromkeys(subject.labels)]
    written = material.write(make_pattern(subject.labels[0]))
    expected = [label == subject.labels[0] for label in subject.labels]
    assert (written.values > 0).tolist() == expected


def test_what_a_kind_lacks_is_said(
    built: LanguageModel, classifier: TextClassifier, translator: CommandTranslator
) -> None:
    whole = CharacterText(built, "abc")
    assert (whole.lacks_layers, whole.lacks_writing) == ("", "")
    subjects: list[Subject] = [ReviewText(classifier, REVIEW), CommandText(translator, COMMAND)]
    for one in subjects:
        assert one.lacks_layers
        assert one.lacks_writing
        assert one.measure_layers(0, ignore) == []


def test_words_take_what_is_in_them() -> None:
    values, spans = np.array([0, 1, 0, 0, 2, 3]), [(0, 2), (2, 4), (4, 6)]
    assert spread_on_words(values, spans, is_number=False).tolist() == [1, 0, 3]
    assert spread_on_words(values, spans, is_number=True).tolist() == [1, 0, 3]


def test_gates_are_summed_up_as_by_the_library(built: LanguageModel, page: str) -> None:
    subject = CharacterText(built, page[:200])
    found = summarize_gates("built", subject.look(100, ignore).steps)
    expected = measure_gates(built, page[:200])
    for gate in expected.means:
        np.testing.assert_allclose(found.means[gate], expected.means[gate], atol=0.01)
        np.testing.assert_allclose(found.left[gate], expected.left[gate], atol=0.02)
        np.testing.assert_allclose(found.right[gate], expected.right[gate], atol=0.02)


def test_a_unit_pushes_what_its_output_weights_say(built: LanguageModel) -> None:
    anatomy = describe("charlm", built)
    pushes = anatomy.list_pushes(1, 5, 3)
    weights = built.network.weights["output.weight"][:, 5]
    centred = weights - weights.mean()
    best = int(np.abs(centred).argmax())
    assert pushes[0][0] == built.vocabulary.symbols[best]
    assert pushes[0][1] == pytest.approx(float(centred[best]), abs=1e-6)
    assert anatomy.list_pushes(0, 5, 3) == pushes  # the residual connection carries it up
    assert anatomy.norms["W_hh"][0] == pytest.approx(
        float(np.sqrt((built.network.weights["layers.0.weight_hh_l0"] ** 2).mean()))
    )


def test_neighbours_have_the_most_similar_vectors(built: LanguageModel) -> None:
    anatomy = describe("charlm", built)
    assert len(anatomy.find_nearest("a", 3)) == 3
    assert "a" not in anatomy.find_nearest("a", 99)
    assert anatomy.find_nearest("Ä", 3) == []


def check_ends(anatomy: Anatomy) -> None:
    """Check that the shapes of what is at the ends of a model fit."""
    assert anatomy.outputs is not None
    assert anatomy.outputs.shape == (len(anatomy.output_names), anatomy.units)
    assert len(anatomy.vectors) == len(anatomy.symbols)
    assert {len(norms) for norms in anatomy.norms.values()} == {anatomy.layers}
    assert len(anatomy.direct) == anatomy.layers


def test_other_kinds_have_ends_as_well(
    classifier: TextClassifier, translator: CommandTranslator
) -> None:
    found = describe("classifier", classifier)
    check_ends(found)
    assert found.output_names == ("positive (last)", "positive (max)", "positive (mean)")
    check_ends(describe("translator", translator))


def test_a_classifier_with_a_dense_layer_has_no_direct_pushes(
    make_classifier: Callable[..., TextClassifier],
) -> None:
    anatomy = describe("classifier", make_classifier(dense_size=3, pooling="last"))
    assert anatomy.outputs is None
    assert anatomy.list_pushes(0, 1, 3) == []
