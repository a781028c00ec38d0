from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq.imdb.metrics import Report, report

Sample = tuple[np.ndarray, np.ndarray]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """Probabilities without ties, and labels."""
    examples, classes = draw(st.integers(1, 40)), draw(st.integers(2, 5))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sharpness = draw(st.sampled_from([0.1, 1.0, 30.0]))
    logits = sharpness * random.normal(size=(examples, classes))
    return softmax(logits), random.integers(classes, size=examples)


def softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def scalars(found: Report) -> list[float]:
    return [found.accuracy, found.log_loss, found.calibration_error, found.macro_f1]


def brute_force_macro_f1(predicted: list[int], labels: list[int], classes: int) -> float:
    scores = []
    for each in range(classes):
        pairs = list(zip(predicted, labels, strict=True))
        hits = sum(p == each and t == each for p, t in pairs)
        false = sum(p == each and t != each for p, t in pairs)
        missed = sum(p != each and t == each for p, t in pairs)
        if hits + false + missed == 0:
            continue
        precision = hits / (hits + false) if hits + false else 0.0
        recall = hits / (hits + missed) if hits + missed else 0.0
        scores.append(2 * precision * recall / (precision + recall) if hits else 0.0)
    return sum(scores) / len(scores)


@given(labels=st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_a_perfect_predictor(labels: list[int]) -> None:
    found = report(np.eye(4)[labels], np.array(labels))
    assert scalars(found) == [1.0, 0.0, 0.0, 1.0]
    assert math.copysign(1, found.log_loss) == 1
    occurs = tuple(float(each in labels) for each in range(4))
    assert found.precision == found.recall == found.f1 == occurs


@given(sample=samples())
def test_a_constant_predictor(sample: Sample) -> None:
    probabilities, labels = sample
    probabilities = np.repeat(probabilities[:1], len(labels), axis=0)
    constant = int(probabilities[0].argmax())
    share = float(np.mean(labels == constant))
    found = report(probabilities, labels)
    assert found.accuracy == found.precision[constant] == pytest.approx(share)
    assert found.recall[constant] == (1.0 if share else 0.0)
    assert sum(found.precision) == found.precision[constant]
    assert found.calibration_error == pytest.approx(abs(share - probabilities[0, constant]))


def test_two_classes_by_hand() -> None:
    positive = np.array([0.9, 0.8, 0.3, 0.6, 0.1, 0.2])
    labels = np.array([1, 1, 1, 0, 0, 0])
    found = report(np.stack([1 - positive, positive], axis=1), labels)
    assert found.confusion == ((2, 1), (1, 2))
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.precision == found.recall == found.f1 == pytest.approx((2 / 3, 2 / 3))
    right = [0.9, 0.8, 0.3, 0.4, 0.9, 0.8]
    assert found.log_loss == pytest.approx(-sum(map(math.log, right)) / 6)
    # Bins of 1/15: 0.6 (wrong), 0.7 (wrong), 0.8 twice and 0.9 twice (right).
    assert found.calibration_error == pytest.approx((0.6 + 0.7 + 2 * 0.2 + 2 * 0.1) / 6)


@given(sample=samples(), seed=st.integers(0, 1000))
def test_the_order_of_the_examples_changes_nothing(sample: Sample, seed: int) -> None:
    probabilities, labels = sample
    order = np.random.default_rng(seed).permutation(len(labels))
    before, after = report(probabilities, labels), report(probabilities[order], labels[order])
    assert after.confusion == before.confusion
    assert scalars(after) == pytest.approx(scalars(before))


@given(sample=samples(), seed=st.integers(0, 1000))
def test_renaming_the_classes_permutes_the_figures(sample: Sample, seed: int) -> None:
    probabilities, labels = sample
    new = np.random.default_rng(seed).permutation(probabilities.shape[1])
    old = np.argsort(new)
    before, after = report(probabilities, labels), report(probabilities[:, old], new[labels])
    assert np.array_equal(after.confusion, np.array(before.confusion)[np.ix_(old, old)])
    assert after.f1 == tuple(np.array(before.f1)[old])
    assert scalars(after) == pytest.approx(scalars(before))


@given(sample=samples())
def test_the_confusion_matrix_counts_each_example_once(sample: Sample) -> None:
    probabilities, labels = sample
    found = report(probabilities, labels)
    confusion = np.array(found.confusion)
    classes = probabilities.shape[1]
    assert found.examples == confusion.sum() == len(labels)
    assert confusion.sum(axis=1).tolist() == np.bincount(labels, minlength=classes).tolist()
    predicted = probabilities.argmax(axis=1)
    assert confusion.sum(axis=0).tolist() == np.bincount(predicted, minlength=classes).tolist()
    assert found.accuracy == pytest.approx(np.mean(predicted == labels))
    assert 0 <= found.calibration_error <= 1


@given(sample=samples())
def test_macro_f1_equals_a_count_by_hand(sample: Sample) -> None:
    probabilities, labels = sample
    predicted = probabilities.argmax(axis=1).tolist()
    expected = brute_force_macro_f1(predicted, labels.tolist(), probabilities.shape[1])
    assert report(probabilities, labels).macro_f1 == pytest.approx(expected)


def test_a_calibrated_predictor_has_no_calibration_error() -> None:
    random = np.random.default_rng(1)
    errors = []
    for examples in (1_000, 100_000):
        positive = random.random(examples)
        labels = (random.random(examples) < positive).astype(np.int64)
        errors.append(report(np.stack([1 - positive, positive], axis=1), labels).calibration_error)
    assert errors[1] < errors[0] < 0.1
    assert errors[1] < 0.01


def test_a_sure_flipper_of_coins_is_off_by_a_half() -> None:
    labels = np.arange(1000) % 2
    found = report(np.tile([0.0, 1.0], (1000, 1)), labels)
    assert found.calibration_error == found.accuracy == 0.5


def test_confident_mistakes_have_a_finite_and_true_loss() -> None:
    wrong = report(np.array([[1.0, 0.0]]), np.array([1]))
    assert wrong.log_loss == pytest.approx(708.396, abs=1e-3)
    tiny = report(np.array([[1.0, 1e-300]]), np.array([1]))
    assert tiny.log_loss == pytest.approx(300 * math.log(10))


@given(sample=samples())
def test_a_report_survives_json(sample: Sample) -> None:
    plain = report(*sample).to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert list(plain) == [*Report.__dataclass_fields__]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_narrow_floats_and_ints_will_do(dtype: type) -> None:
    probabilities = softmax(np.random.default_rng(1).normal(size=(500, 3)))
    labels = np.arange(500) % 3
    found = report(probabilities.astype(dtype), labels.astype(np.uint8))
    assert found.log_loss == pytest.approx(report(probabilities, labels).log_loss, rel=1e-3)


GOOD = np.full((3, 2), 0.5)


@pytest.mark.parametrize(
    ("probabilities", "labels"),
    [
        (GOOD[0], [0]),
        (GOOD[:0], np.zeros(0, int)),
        (np.ones((3, 1)), [0, 0, 0]),
        (np.eye(3, dtype=int), [0, 1, 2]),
        (GOOD, [0, 1]),
        (GOOD, [[0], [1], [0]]),
        (GOOD, [0.0, 1.0, 0.0]),
        (GOOD, [True, False, True]),
        (GOOD, [0, 1, 2]),
        (GOOD, [0, 1, -1]),
        (GOOD + 0.1, [0, 1, 0]),
        (GOOD * [3, -1], [0, 1, 0]),
        (GOOD * [1, np.nan], [0, 1, 0]),
        (GOOD * [1, np.inf], [0, 1, 0]),
    ],
)
def test_what_is_no_prediction_is_refused(probabilities: np.ndarray, labels: list[int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        report(probabilities, np.array(labels))
