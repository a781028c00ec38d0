"""How good a classifier is on labelled reviews."""

from __future__ import annotations

import random

import numpy as np
import pytest

from seq.imdb.metrics import report
from tui.classify.opinions import Opinion
from tui.classify.score import Score

CLASSES = ("crime", "love", "space")


def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    return generator.dirichlet([1.0] * 3, count), generator.integers(0, 3, count)


def opinion(row: np.ndarray) -> Opinion:
    shares = dict(zip(CLASSES, row.tolist(), strict=True))
    return Opinion(max(shares, key=shares.__getitem__), shares, 2, 0)


def test_it_says_what_the_metrics_of_the_library_say() -> None:
    probabilities, labels = draw(200)
    score = Score(CLASSES)
    pairs = [
        (CLASSES[label], opinion(row)) for row, label in zip(probabilities, labels, strict=True)
    ]
    for start in range(0, 200, 30):
        score.add(pairs[start : start + 30])
    expected = report(probabilities, labels)
    assert score.confusion == [list(row) for row in expected.confusion]
    assert score.accuracy == pytest.approx(expected.accuracy)
    assert score.mean_sureness == pytest.approx(probabilities.max(axis=1).mean())
    assert sum(step.right for step in score.steps) == score.right
    assert sum(step.wrong for step in score.steps) == score.total - score.right


def test_steps_of_sureness_begin_where_a_class_can_be_the_most_probable_one() -> None:
    assert [(one.low, one.high) for one in Score("ab").steps] == [(0.5, 0.7), (0.7, 0.9), (0.9, 1)]
    assert [one.low for one in Score(CLASSES).steps] == pytest.approx([1 / 3, 0.5, 0.7, 0.9])
    score = Score("ab")
    for share in (0.5, 0.7, 0.71, 1.0):
        score.add([("a", Opinion("a", {"a": share, "b": 1 - share}))])
    score.add([("b", Opinion("a", {"a": 0.95, "b": 0.05}))])
    assert [(one.right, one.wrong) for one in score.steps] == [(2, 0), (1, 0), (1, 1)]


def test_a_review_without_words_is_not_right_and_one_without_a_class_does_not_count() -> None:
    score = Score(("bad", "good"))
    assert (score.accuracy, score.mean_sureness) == (0.0, 0.0)
    sure = Opinion("good", {"bad": 0.1, "good": 0.9})
    score.add([("good", sure), ("good", Opinion(None, {})), (None, sure), ("elsewhere", sure)])
    assert (score.total, score.right, score.silent) == (2, 1, 1)
    assert score.mean_sureness == pytest.approx(0.9)


def test_rows_may_come_in_any_order() -> None:
    probabilities, labels = draw(50)
    pairs = [
        (CLASSES[label], opinion(row)) for row, label in zip(probabilities, labels, strict=True)
    ]
    one, other = Score(CLASSES), Score(CLASSES)
    one.add(pairs)
    random.Random(1).shuffle(pairs)
    other.add(pairs)
    assert one.confusion == other.confusion
    assert one.steps == other.steps
