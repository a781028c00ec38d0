"""Classifiers by name, what they say, and why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reviews import BAD, GOOD, request, reviews, write_csv
from tiny_models import damaged
from training_helpers import trained

from corpora.errors import UserError
from seq import training
from seq.explain import Explanation, explain
from seq.library import CHUNK, TextClassifier, load


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that has understood which words matter."""
    folder = tmp_path_factory.mktemp("classifier")
    file = write_csv(folder / "own.csv", reviews(300))
    wanted = request(file, folder / "run", pooling="max", epochs=12, adversarial=0.2)
    trained(training.start(wanted))
    return folder / "run"


@pytest.fixture(scope="module")
def classifier(run: Path) -> TextClassifier:
    return load(str(run))


def test_it_has_learned_what_the_words_mean(classifier: TextClassifier) -> None:
    rows = reviews(100, seed=9)
    found = classifier.classify(text for text, _ in rows)
    right = [said.label == label for said, (_, label) in zip(found, rows, strict=True)]
    assert np.mean(right) > 0.95


def test_probabilities_are_some_and_keep_the_order_in_any_batch(classifier: TextClassifier) -> None:
    texts = [text for text, _ in reviews(70, seed=3, longest=60)]
    together = classifier.classify(texts)
    for text, found in zip(texts, together, strict=True):
        (alone,) = classifier.classify([text])
        assert sum(found.probabilities.values()) == pytest.approx(1.0)
        assert found.probability == max(found.probabilities.values())
        for name, probability in alone.probabilities.items():
            assert found.probabilities[name] == pytest.approx(probability, abs=1e-5)


def test_nothing_is_said_of_nothing(classifier: TextClassifier) -> None:
    for text in ("", " \n\t", "<br />"):
        (found,) = classifier.classify([text])
        assert (found.label, found.probability, found.words) == (None, None, 0)
        assert not found.probabilities


def test_unknown_words_are_counted(classifier: TextClassifier) -> None:
    (found,) = classifier.classify(["a superb filmm xyzzy"])
    assert (found.words, found.unknown) == (4, 2)
    (found,) = classifier.classify(["xyzzy"])
    assert found.label is not None


def test_texts_are_read_as_they_are_needed(classifier: TextClassifier) -> None:
    taken = 0

    def texts() -> Iterator[str]:
        nonlocal taken
        for _ in range(CHUNK + 10):
            taken += 1
            yield "good film"

    next(iter(classifier.stream(texts())))
    assert taken == CHUNK


def test_a_single_text_is_not_taken_for_many(classifier: TextClassifier) -> None:
    with pytest.raises(TypeError):
        classifier.classify("a good film")


def test_a_file_alone_is_a_model(run: Path, classifier: TextClassifier) -> None:
    alone = load(str(run / "model.safetensors"))
    assert alone.classify(["a dull plot"]) == classifier.classify(["a dull plot"])


def test_no_damaged_model_is_loaded(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for data in damaged((run / "model.safetensors").read_bytes(), 60, seed=1):
        path.write_bytes(data)
        with pytest.raises(UserError):
            load(str(path))
    with pytest.raises(UserError, match="no model"):
        load("nowhere")


def log_odds(classifier: TextClassifier, text: str, label: str) -> float:
    (found,) = classifier.log_probs([text])
    index = classifier.classes.index(label)
    return float(found[index] - found[1 - index])


def test_a_word_left_out_moves_the_odds_by_what_it_contributes(classifier: TextClassifier) -> None:
    for text, _ in reviews(10, seed=5):
        found = explain(classifier, text)
        assert found.method == "occlusion"
        label = found.prediction.label
        assert label is not None
        for word, contribution in zip(found.words, found.contributions, strict=True):
            without = text[: word.start] + text[word.end :]
            moved = log_odds(classifier, text, label) - log_odds(classifier, without, label)
            assert contribution == pytest.approx(moved, abs=1e-4)


def test_by_either_method_the_word_that_decides_speaks_for_the_label(
    classifier: TextClassifier,
) -> None:
    texts = [text for text, _ in reviews(40, seed=6)]
    strongest, signs = [], []
    for text in texts:
        found = explain(classifier, text, "occlusion")
        strongest.append(found.words[int(found.contributions.argmax())].text in GOOD + BAD)
        by_gradient = explain(classifier, text, "gradient")
        values = zip(by_gradient.words, by_gradient.contributions, strict=True)
        signs += [value > 0 for word, value in values if word.text in GOOD + BAD]
    # Not always: that no good word is there speaks for "bad", and no single word says so.
    assert np.mean(strongest) > 0.7
    assert np.mean(signs) > 0.9


def test_without_words_nothing_contributes(classifier: TextClassifier) -> None:
    found = explain(classifier, " ")
    assert found.prediction.label is None
    assert len(found.words) == len(found.contributions) == 0
    assert "".join(piece for piece, _ in found.pieces()) == " "


def test_a_long_text_is_explained_by_gradient(classifier: TextClassifier) -> None:
    found = explain(classifier, "a good film " * 300)
    assert found.method == "gradient"
    assert len(found.contributions) == 900


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(max_size=40)
    | st.sampled_from(["a &amp; b", "don&#39;t<br />good", "İstanbul is good", "🙂 bad\x00"])
)
def test_the_pieces_are_the_text(explained: Any, text: str) -> None:
    found: Explanation = explained(text)
    pieces = list(found.pieces())
    assert "".join(piece for piece, _ in pieces) == text
    assert sum(value for _, value in pieces) == pytest.approx(found.contributions.sum())


@pytest.fixture(scope="module")
def explained(classifier: TextClassifier) -> Any:
    return lambda text: explain(classifier, text)
