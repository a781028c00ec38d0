"""What a classifier says as it reads a text on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seq.imdb import beginnings
from seq.imdb.beginnings import choose_ends, read_on
from seq.imdb.inside import trace_review
from seq.imdb.library import TextClassifier, load

TEXT = "The plot was superb, and the cast &amp; story a good film. " * 3


@pytest.fixture
def classifier(good_or_bad: Path) -> TextClassifier:
    return load(str(good_or_bad), device="cpu")


def test_each_beginning_is_read_as_a_text_of_its_own(classifier: TextClassifier) -> None:
    seen: list[int] = []
    found = read_on(classifier, TEXT, progress=seen.append)
    assert found is not None
    assert found.ends.tolist() == [*range(1, len(found.words) + 1)]
    assert found.classes == classifier.classes
    traced = trace_review(classifier, TEXT)
    assert found.words == traced.words
    np.testing.assert_allclose(found.probabilities[:, 1], traced.probabilities, atol=1e-5)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert seen == [16, 16, len(found.words) - 32]


def test_a_long_text_is_read_at_some_of_its_words(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginnings, "MOST_POINTS", 9)
    seen: list[int] = []
    found = read_on(classifier, TEXT, progress=seen.append)
    assert found is not None
    assert len(found.ends) == len(found.probabilities) == 9
    assert (found.ends[0], found.ends[-1]) == (1, len(found.words))
    assert sum(seen) == len(found.words)
    traced = trace_review(classifier, TEXT)
    np.testing.assert_allclose(
        found.probabilities[:, 1], traced.probabilities[found.ends - 1], atol=1e-5
    )


def test_the_work_is_bounded() -> None:
    for words in (1, 2, 3, 48, 400, 1_500, 20_000):
        ends = choose_ends(words)
        assert (ends[0], ends[-1]) == (1, words)
        assert (np.diff(ends) > 0).all()
        assert ends.sum() <= 0.6 * beginnings.MOST_WORDS + words
    assert len(choose_ends(150)) == 150


def test_nothing_is_said_of_a_text_without_words(classifier: TextClassifier) -> None:
    assert read_on(classifier, " \n ") is None
