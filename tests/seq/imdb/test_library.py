"""Classifiers by name, and what they say."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from programs import environment
from review_helpers import GENRES, genres, rewritten
from reviews import reviews, shape
from safetensors.numpy import save_file
from tiny_models import damaged, write_run

from charlm.runs.model_file import read_model
from charlm.runs.registry import CLASSIFIER
from charlm.training.task import copy_weights
from corpora.errors import UserError
from corpora.labelled.words import WordTokenizer
from seq.batches import pad
from seq.imdb import library, task
from seq.imdb.library import CHUNK, TextClassifier, load
from seq.imdb.model import Classifier


@pytest.fixture(scope="module")
def run(good_or_bad: Path) -> Path:
    """A classifier that has understood which words matter."""
    return good_or_bad


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
    taken, two = 0, (" ".join(["good"] * 3), " ".join(["bad"] * 3))
    assert [said.label for said in classifier.classify(two)] == ["good", "bad"]

    def texts() -> Iterator[str]:
        nonlocal taken
        for number in range(2 * CHUNK + 10):
            taken += 1
            yield two[number % 2]

    stream, found = classifier.stream(texts()), []
    for chunk in (CHUNK, CHUNK, 10):
        found.append(next(stream))
        assert taken == len(found) - 1 + chunk
        found += itertools.islice(stream, chunk - 1)
    assert not list(stream)
    assert [said.label for said in found] == ["good", "bad"] * (CHUNK + 5)


def test_what_was_read_before_texts_fail_is_said(classifier: TextClassifier) -> None:
    def texts() -> Iterator[str]:
        yield from ["good"] * CHUNK
        raise OSError("the disk is gone")

    stream = classifier.stream(texts())
    assert all(said.label == "good" for said in itertools.islice(stream, CHUNK))
    with pytest.raises(OSError, match="the disk"):
        next(stream)


def test_nothing_asked_is_nothing_said(classifier: TextClassifier) -> None:
    assert classifier.classify([]) == []
    assert classifier.log_probs([]).shape == (0, 2)


def test_log_probabilities_are_those_of_the_predictions(classifier: TextClassifier) -> None:
    texts = ["a superb film", "", "dull", "the plot " * 50]
    rows = classifier.log_probs(texts)
    assert rows.shape == (4, 2)
    for row, said in zip(rows, classifier.classify(texts), strict=True):
        if said.label is not None:
            assert list(said.probabilities) == list(classifier.classes)
            assert list(said.probabilities.values()) == pytest.approx(np.exp(row))
            assert said.label == classifier.classes[int(row.argmax())]


def test_classifying_keeps_no_state(classifier: TextClassifier) -> None:
    before = {name: t.clone() for name, t in classifier.model.state_dict().items()}
    random = torch.get_rng_state()
    first = classifier.classify(["a good film", "bad"])
    classifier.classify(["dull " * 500])
    assert classifier.classify(["a good film", "bad"]) == first
    assert all(torch.equal(t, before[name]) for name, t in classifier.model.state_dict().items())
    assert torch.equal(torch.get_rng_state(), random)
    assert not classifier.model.training


def test_bf16_is_near(run: Path, classifier: TextClassifier) -> None:
    texts = [text for text, _ in reviews(50, seed=8)]
    near = load(str(run), device="cpu", precision="bf16").log_probs(texts)
    np.testing.assert_allclose(np.exp(near), np.exp(classifier.log_probs(texts)), atol=0.03)


def test_there_may_be_more_than_two_classes(crime_or_love_or_space: Path) -> None:
    model = load(str(crime_or_love_or_space))
    assert model.classes == tuple(sorted(GENRES))
    rows = genres(60, seed=5)
    found = model.classify(text for text, _ in rows)
    right = [said.label == label for said, (_, label) in zip(found, rows, strict=True)]
    assert np.mean(right) > 0.9
    for said in found:
        assert len(said.probabilities) == 3
        assert sum(said.probabilities.values()) == pytest.approx(1.0)


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


def test_no_foreign_model_is_loaded(run: Path, tmp_path: Path) -> None:
    characters = write_run(tmp_path / "characters")
    for path in (characters, characters / "model.safetensors"):
        with pytest.raises(UserError, match="of kind"):
            load(str(path))
    for name, data in {"a.csv": b"text,label\n", "b.safetensors": b"", "c.json": b"{}"}.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(UserError, match="not a model file"):
            load(str(tmp_path / name))
    foreign = tmp_path / "foreign.safetensors"
    save_file({"output.weight": np.zeros(3, dtype=np.float32)}, foreign)
    with pytest.raises(UserError, match="not one that charlm wrote"):
        load(str(foreign))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="no run"):
        load(str(tmp_path / "empty"))
    assert load(str(run)).classes == ("bad", "good")


def test_a_model_that_contradicts_itself_is_not_loaded(run: Path, tmp_path: Path) -> None:
    """Whole by its checksum, and wrong."""
    file = read_model(run, CLASSIFIER)
    shape, weights, words = file.config, file.weights, json.loads(file.vocabulary)
    bias = weights["output.bias"]
    wrong: list[dict[str, Any]] = [
        {"kind": "word-model"},
        {"config": []},
        {"config": {**shape, "hidden_size": 9}},
        {"config": {**shape, "cell": "gru"}},
        {"config": {**shape, "cell": "elman"}},
        {"config": {**shape, "colour": 1}},
        {"config": {**shape, "embedding": "one-hot"}},
        *({"config": {**shape, "classes": c}} for c in (None, [], "ab", ["a"], ["a"] * 2, [1, 2])),
        {"config": {**shape, "classes": ["a", "b", "c"]}},
        {"vocabulary": "{}"},
        {"vocabulary": "not JSON"},
        {"vocabulary": json.dumps({**words, "words": words["words"][:-1]})},
        {"weights": {name: array for name, array in weights.items() if name != "output.bias"}},
        {"weights": {**weights, "more": bias}},
        {"weights": {**weights, "output.bias": bias[:1]}},
        {"weights": {**weights, "output.bias": bias * np.nan}},
        {"weights": {**weights, "output.bias": bias.astype(np.complex64)}},
    ]
    for changes in wrong:
        path = rewritten(tmp_path / "wrong.safetensors", file, **changes)
        with pytest.raises(UserError, match="wrong") as caught:
            load(str(path))
        assert "\n" not in str(caught.value)
    assert load(str(rewritten(tmp_path / "right.safetensors", file))).name == "right"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (5, "classify takes a list of texts, not 5"),
        (None, "classify takes a list of texts, not None"),
        ([5], "a text must be a string, not 5"),
        (["a", None], "a text must be a string, not None"),
        ([b"a"], "a text must be a string, not b'a'"),
        ([["a"]], r"a text must be a string, not \['a'\]"),
    ],
)
def test_what_is_no_text_is_told(classifier: TextClassifier, given: Any, said: str) -> None:
    for call in (classifier.classify, classifier.log_probs, classifier.stream):
        with pytest.raises(TypeError, match=said):
            list(call(given))


def test_log_probs_take_no_single_text(classifier: TextClassifier) -> None:
    with pytest.raises(TypeError, match="a list of texts"):
        classifier.log_probs("a good film")


def test_of_a_long_text_the_last_words_are_read(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "LONGEST_TEXT", 4)
    text, end = "awful dull poor bad " * 3 + "it was a superb", "it was a superb"
    long, short = classifier.classify([text, end])
    assert long.probabilities == pytest.approx(short.probabilities, abs=1e-5)
    assert (long.words, short.words) == (16, 4)
    notices: list[str] = []
    classifier.log_probs([text, end, text], notice=notices.append)
    assert notices == ["2 texts have more than 4 words: only the last 4 are read"]


def test_batches_hold_a_bounded_number_of_words(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["superb film " * size for size in (1, 40, 3, 7, 20, 2, 2)]
    whole = classifier.log_probs(texts)
    sizes: list[tuple[int, ...]] = []

    def predict(model: Any, ids: Any, *about: Any) -> Any:
        sizes.append(tuple(map(len, ids)))
        return task.predict(model, ids, *about)

    monkeypatch.setattr(library, "BATCH_WORDS", 30)
    monkeypatch.setattr(library, "predict", predict)
    done: list[int] = []
    np.testing.assert_allclose(classifier.log_probs(texts, progress=done.append), whole, atol=1e-5)
    assert sizes == [(80,), (40,), (14, 6), (4, 4, 2)]
    assert done == [1, 1, 2, 3]


def test_so_do_the_batches_of_an_evaluation(
    classifier: TextClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = classifier.tokenizer.encode(["superb film " * size for size in (1, 40, 3, 7, 20, 2, 2)])
    read = (classifier.device, classifier.precision)
    whole = task.predict(classifier.model, ids, *read)
    sizes: list[int] = []
    monkeypatch.setattr(task, "BATCH_WORDS", 30)
    monkeypatch.setattr(task, "pad", lambda some: sizes.append(len(some)) or pad(some))
    found = task.predict(classifier.model, ids, *read)
    np.testing.assert_allclose(found, whole, atol=1e-5)
    assert sizes == [1, 1, 2, 3]


MEMORY = """
import resource, sys
from seq.imdb.library import load
classifier = load(sys.argv[1], device="cpu")
classifier.classify(["a superb film"])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(found,) = classifier.classify(["a superb film of a cast " * (int(sys.argv[2]) // 6)])
print(found.words, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
def test_a_book_takes_no_more_memory_than_what_is_read_of_it(tmp_path: Path, run: Path) -> None:
    config = shape(hidden_size=128)
    tokenizer = WordTokenizer(("<pad>", "<unk>", "film"))
    network = Classifier(config, len(tokenizer), 2)
    about = {"config": {**config.to_json(), "classes": ["bad", "good"]}}
    file = rewritten(
        tmp_path / "wide.safetensors",
        read_model(run),
        **about,
        vocabulary=tokenizer.to_json(),
        weights=copy_weights(network),
    )
    ended = subprocess.run(
        [sys.executable, "-c", MEMORY, str(file), "399996"],
        env=environment(OMP_NUM_THREADS="1"),
        capture_output=True,
        check=True,
    )
    words, megabytes = map(int, ended.stdout.split())
    assert words == 399_996
    assert megabytes < 300  # 150 for the words of the text; read whole, it takes 1,280
