"""What a classifier thinks while it reads, and its unit that follows the class."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from refusals import refusals
from reviews import reviews, write_csv

from charlm.commands.inside.other_kinds import show_other_kind
from charlm.inside.other_kinds import UnitsRequest
from corpora.errors import UserError
from seq.imdb.inside import ReviewTrace, read_states, trace_review
from seq.imdb.library import TextClassifier, load
from seq.imdb.unit_search import find_named, find_sentiment_units, read_pooled

TEXT = "The plot was superb, and the cast &amp; story a good film."


@pytest.fixture
def classifier(good_or_bad: Path) -> TextClassifier:
    return load(str(good_or_bad), device="cpu")


@pytest.fixture
def found(classifier: TextClassifier) -> ReviewTrace:
    return trace_review(classifier, TEXT, units=(3, 0))


def test_each_word_has_the_probability_of_the_text_up_to_it(
    classifier: TextClassifier, found: ReviewTrace
) -> None:
    beginnings = [TEXT[: word.end] for word in found.words]
    expected = [one.probabilities["good"] for one in classifier.classify(beginnings)]
    assert found.class_name == "good"
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-5)


def test_a_word_that_decides_is_the_largest_step(found: ReviewTrace) -> None:
    changes = [row["change"] or 0.0 for row in found.records()]
    assert found.words[int(np.argmax(np.abs(changes)))].text == "superb"


def test_units_are_the_states_of_the_encoder(
    classifier: TextClassifier, found: ReviewTrace
) -> None:
    ids = np.array([word.id for word in found.words])
    states = read_states(classifier, ids)
    np.testing.assert_array_equal(found.values, states[:, [3, 0]])
    top = trace_review(classifier, TEXT, top=2, by="variance")
    assert top.units == tuple(np.argsort(-states.var(axis=0), kind="stable")[:2])


def test_every_character_has_the_number_of_its_word(found: ReviewTrace) -> None:
    values = np.arange(len(found.words)) + 1.0
    spread = found.spread(values)
    assert len(spread) == len(TEXT)
    for word, value in zip(found.words, values, strict=True):
        assert set(spread[word.start : word.end]) == {value}
    assert spread[-1] == values[-1]


def test_what_cannot_be_read_is_refused(classifier: TextClassifier) -> None:
    with pytest.raises(UserError, match="no words"):
        trace_review(classifier, " ")
    with pytest.raises(UserError, match="1,500 words are the most, not 1,501"):
        trace_review(classifier, "a " * 1501)
    with pytest.raises(UserError, match="no unit 99"):
        trace_review(classifier, "a", units=(99,))


def test_the_unit_that_is_found_is_the_best_of_all(classifier: TextClassifier) -> None:
    """Compared with AUC by its definition, over all pairs of texts."""
    rows = reviews(60, seed=7)
    texts = [text for text, _ in rows]
    labels = np.array([classifier.classes.index(label) for _, label in rows])
    # Reviews alternate between the classes: halves of every second one would have but one class.
    order = np.random.default_rng(0).permutation(60)
    texts, labels = [texts[n] for n in order], labels[order]
    found = find_sentiment_units(classifier, texts, labels)
    states, log_probs = read_pooled(classifier, texts)
    np.testing.assert_allclose(log_probs, classifier.log_probs(texts), atol=1e-5)
    for best in found.units:
        values = states[best.view]
        half = np.arange(60) % 2 == 0
        areas = [area(column[half], labels[half] == 1) for column in values.T]
        assert abs(areas[best.unit] - 0.5) == pytest.approx(max(abs(a - 0.5) for a in areas))
        assert best.auc_chosen == pytest.approx(areas[best.unit])
        assert best.auc == pytest.approx(area(values[~half, best.unit], labels[~half] == 1))
        assert 0.5 <= best.accuracy <= 1
    assert found.model_auc > 0.95
    assert [abs(one.auc_chosen - 0.5) for one in found.units] == sorted(
        (abs(one.auc_chosen - 0.5) for one in found.units), reverse=True
    )
    assert len(found.values) == len(found.labels) == 30


def area(values: np.ndarray, yes: np.ndarray) -> float:
    ups = values[yes][:, None] - values[~yes][None]
    return float(((ups > 0) + 0.5 * (ups == 0)).mean())


def test_labels_by_chance_have_no_unit(classifier: TextClassifier) -> None:
    texts = [text for text, _ in reviews(400, seed=3)]
    labels = np.random.default_rng(1).integers(0, 2, 400)
    found = find_sentiment_units(classifier, texts, labels)
    assert all(abs(one.auc - 0.5) < 0.15 for one in found.units)


def test_too_few_texts_are_refused(classifier: TextClassifier, file: Path, run_name: str) -> None:
    with pytest.raises(UserError, match="at least 20 texts"):
        find_sentiment_units(classifier, ["good"] * 10, np.array([0, 1] * 5))
    with pytest.raises(UserError, match="at least 20 texts"):
        find_sentiment_units(classifier, ["good"] * 40, np.zeros(40, np.int64))
    with pytest.raises(
        UserError, match="the number of texts must lie between 20 and 25,000, not 3"
    ):
        find_named(run_name, UnitsRequest(corpus=str(file), texts=3))
    with pytest.raises(UserError, match="tells bad, good apart"):
        find_named(run_name, UnitsRequest())


@pytest.fixture
def run_name(good_or_bad: Path) -> str:
    return str(good_or_bad)


def test_units_of_own_texts_are_shown(
    run_name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = write_csv(tmp_path / "more.csv", reviews(80, seed=5))
    request = UnitsRequest(corpus=str(own), texts=60)
    assert show_other_kind(run_name, "units", request, png=Path("new/units.png"))
    shown = capsys.readouterr().out
    assert "one threshold" in shown
    assert "all of them" in shown
    assert Path("new/units.png").read_bytes().startswith(b"\x89PNG")
    assert show_other_kind(run_name, "units", request, json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["texts"] == 60
    assert {row["view"] for row in data["records"]} == {"last", "mean", "max"}


def test_the_command_shows_a_review(charlm: Any, run_name: str) -> None:
    ended = charlm("inside", "trace", run_name, TEXT, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    assert data["records"] == trace_review(load(run_name, device="cpu"), TEXT).records()
    shown = charlm(
        "inside", "trace", run_name, TEXT, "--layer=1", "--unit=2", "--png=a.png", "--html=a.html"
    )
    assert shown.code == 0
    assert shown.out.splitlines()[1] == TEXT
    assert "hidden of unit 2" in shown.out
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert "&amp;" in Path("a.html").read_text(encoding="utf-8")


@refusals(
    """
    a --layer 1 --unit -1            | no unit -1
    a --of cell                      | hidden can be shown, not 'cell'
    a --by effect                    | by change or variance
    a --layer 2                      | the last layer can be shown: --layer 1
    a --layer 1 --unit 99            | no unit 99
    ""                               | no words
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], run_name: str, arguments: list[str], line: str
) -> None:
    assert line in refused("inside", "trace", run_name, *arguments)
