"""What a training of reviews begins with: vectors, a word model, another classifier."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from reviews import reader, request, reviews, word_request, write_csv
from training_helpers import start, trained

from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.registry import CLASSIFIER, WORD_MODEL
from charlm.training.events import Evaluated
from corpora.labelled.words import WordTokenizer
from seq.imdb.library import load
from seq.imdb.task import Classification
from seq.imdb.training import ClassifierRequest
from seq.imdb.vectors import read_vectors
from seq.imdb.words.model import WordModel

VECTORS = "film 1 2 3 4 5\nnobody 0 0 0 0 0\ngood -1 0.5 0.25 7 0\nbad 9 8 7 6 5\n"


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.txt"
    path.write_text(VECTORS)
    return path


@pytest.fixture(scope="module")
def word_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A word model of two directions, of the vocabulary of other reviews."""
    folder = tmp_path_factory.mktemp("words")
    file = write_csv(folder / "other.csv", reviews(80, seed=4))
    wanted = {"hidden_size": 9, "embedding_size": 7, "epochs": 1}
    trained(start(word_request(file, folder / "run", **wanted)))
    return folder / "run"


def begun(wanted: ClassifierRequest, **given: Any) -> Classification:
    """The task of a training before its first step."""
    with start(dataclasses.replace(wanted, **given)) as ready:
        assert isinstance(ready.trainer.task, Classification)
        return ready.trainer.task


def embedding_of(file: ModelFile) -> np.ndarray:
    return file.weights["embedding.weight"]


def test_the_embedding_starts_from_vectors(tmp_path: Path, file: Path, vectors: Path) -> None:
    notices: list[str] = []
    wanted = dataclasses.replace(request(file, tmp_path / "run"), vectors=vectors)
    with start(wanted, notice=notices.append) as ready:
        model: Any = ready.trainer.task.model
        names = load_words(tmp_path / "run")
    assert model.config.embedding_size == 5
    table = model.embedding.weight.detach().numpy()
    read = read_vectors(vectors, names)
    assert (table[read.found] == read.matrix[read.found]).all()
    assert table[names.index("bad")].tolist() == [9, 8, 7, 6, 5]
    assert (table == read.fill(wanted.training.seed)).all()
    assert any(f"{3 / len(names):.1%}" in line for line in notices)


def load_words(run: Path) -> tuple[str, ...]:
    return WordTokenizer.from_json((run / "vocabulary.json").read_text()).words


@pytest.mark.parametrize("change", [{}, {"adversarial": 1.0}, {"max_words": 3, "dropout": 0.3}])
def test_a_frozen_embedding_stays_bit_for_bit(
    tmp_path: Path, file: Path, vectors: Path, change: dict[str, Any]
) -> None:
    """Weight decay included; the other weights do move."""
    found = {}
    for frozen in (True, False):
        run = tmp_path / str(frozen)
        wanted = request(file, run, freeze_embedding=frozen, weight_decay=0.1, **change)
        trained(start(dataclasses.replace(wanted, vectors=vectors)))
        found[frozen] = read_model(run, CLASSIFIER)
    given = read_vectors(vectors, load_words(tmp_path / "True")).fill(wanted.training.seed)
    assert (embedding_of(found[True]) == given).all()
    assert not (embedding_of(found[False]) == given).all()
    for name in ("encoder.layers.0.0.weight_hh_l0", "output.weight"):
        task = begun(request(file, tmp_path / f"new {name}"), vectors=vectors)
        first = task.model.state_dict()[name].numpy()
        assert not (found[True].weights[name] == first).all()


def test_the_identity_that_one_hot_words_are_read_by_stays(tmp_path: Path, file: Path) -> None:
    run = tmp_path / "run"
    trained(start(request(file, run, embedding="one-hot", weight_decay=0.1)))
    matrix = read_model(run, CLASSIFIER).weights["encoder.layers.0.0.weight_ih_l0"]
    assert (matrix == np.eye(32)).all()


@pytest.mark.parametrize("change", [{}, {"num_layers": 2}, {"embedding": "one-hot"}])
def test_a_classifier_starts_from_a_word_model(
    tmp_path: Path, file: Path, word_run: Path, change: dict[str, Any]
) -> None:
    """Vocabulary, embedding and the first layer are the word model's, whatever was asked for."""
    given = read_model(word_run, WORD_MODEL)
    wanted = request(file, tmp_path / "run", pooling="max", hidden_size=99, cell="gru", **change)
    task = begun(wanted, init_from=str(word_run))
    state = task.model.state_dict()
    for name, array in given.weights.items():
        if name.startswith(("embedding.", "encoder.")):
            assert (state[name].numpy() == array).all()
    assert task.vocabulary == given.vocabulary
    config = task.model.config
    assert (config.pooling, config.num_layers) == ("max", change.get("num_layers", 1))
    assert (config.cell, config.hidden_size, config.embedding_size) == ("lstm", 9, 7)
    assert (config.bidirectional, config.embedding) == (True, "learned")


def test_it_reads_as_the_word_model_does(tmp_path: Path, file: Path, word_run: Path) -> None:
    given = read_model(word_run, WORD_MODEL)
    model = begun(request(file, tmp_path / "run"), init_from=str(word_run)).model.eval()
    other = WordModel(reader(**given.config), len(load_words(word_run)), dropout=0.0)
    other.load_state_dict({name: torch.from_numpy(array) for name, array in given.weights.items()})
    ids = torch.randint(1, 20, (9, 3), generator=torch.Generator().manual_seed(0))
    states = model.encoder(model.embedding(ids), torch.tensor([9, 4, 1]))
    forward = other.encoder.layers_at(0)[0](other.embedding(ids))[0]
    torch.testing.assert_close(states[..., :9], forward)
    for row, length in enumerate((9, 4, 1)):
        text = ids[:length, row : row + 1].flip(0)
        backward = other.encoder.layers_at(0)[1](other.embedding(text))[0].flip(0)
        torch.testing.assert_close(states[:length, row : row + 1, 9:], backward)


def test_a_classifier_starts_from_a_classifier(tmp_path: Path, file: Path) -> None:
    first = tmp_path / "first"
    trained(start(request(file, first, cell="gru", num_layers=2, pooling="mean")))
    given = read_model(first, CLASSIFIER)
    rows = [(text, f"class {number % 3}") for number, (text, _) in enumerate(reviews(60))]
    other = write_csv(tmp_path / "other.csv", rows)
    task = begun(request(other, tmp_path / "run", dense_size=4), init_from=str(first))
    state = task.model.state_dict()
    for name, array in given.weights.items():
        if name.startswith(("embedding.", "encoder.")):
            assert (state[name].numpy() == array).all()
    assert state["output.weight"].shape == (3, 4)
    assert (task.model.config.cell, task.model.config.pooling) == ("gru", "last")


def test_the_run_keeps_the_best_model(tmp_path: Path, file: Path) -> None:
    """What is in the file says of the validation texts what the best evaluation said."""
    run = tmp_path / "run"
    events = trained(start(request(file, run, learning_rate=0.05, epochs=6)))
    losses = [event.loss for event in events if isinstance(event, Evaluated)]
    assert len(losses) == 6
    task = begun(request(file, tmp_path / "new"))
    weights = read_model(run, CLASSIFIER).weights
    task.model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    assert task.evaluate()["loss"] == pytest.approx(min(losses), abs=1e-6)
    assert load(str(run)).classes == ("bad", "good")


@pytest.mark.parametrize(
    ("strange", "said"),
    [
        (1, "1 of 61 texts has no word of the vocabulary"),
        (3, "3 of 63 texts have no word of the vocabulary"),
        (0, None),
    ],
)
def test_texts_without_a_known_word_are_told(tmp_path: Path, strange: int, said: str) -> None:
    rows = [*reviews(60), *(("xyzzy plugh", "good") for _ in range(strange))]
    file = write_csv(tmp_path / "own.csv", rows)
    notices: list[str] = []
    with start(request(file, tmp_path / "run", vocabulary_size=21), notice=notices.append):
        pass
    assert [line for line in notices if "no word of the vocabulary" in line] == [said] * bool(said)
