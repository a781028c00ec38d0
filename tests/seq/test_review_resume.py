"""A training of reviews that was stopped and resumed is the one that never was."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from reviews import pretraining, reader, request, reviews, write_csv
from training_helpers import result, trained, trained_until

from charlm.checkpoint import read_model
from charlm.session import Training
from corpora.errors import UserError
from seq import pretraining as words
from seq import training
from seq.config import WORD_MODEL
from seq.data import Source

Opening = Callable[..., AbstractContextManager[Training]]

CLASSIFIERS: dict[str, dict[str, Any]] = {
    "dropout": {"dropout": 0.3, "embedding_dropout": 0.3, "num_layers": 2},
    "adversarial": {"adversarial": 1.0, "adversarial_from": 1, "bidirectional": True},
    "packed gru": {"cell": "gru", "sequences": "packed", "pooling": "concat"},
    "frozen": {"freeze_embedding": True, "evaluate_every": 3},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "own.csv", reviews(60))


def classifier(file: Path, run: Path, **changes: Any) -> Opening:
    return lambda **hooks: training.start(request(file, run, **changes), **hooks)


def word_model(file: Path, run: Path, **changes: Any) -> Opening:
    source = Source(spec=str(file))
    return lambda **hooks: words.start(
        reader(bidirectional=True), pretraining(**changes), source, run=run, **hooks
    )


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("step", [1, 7, 8, 20])
def test_a_classifier_resumes_exactly(tmp_path: Path, file: Path, kind: str, step: int) -> None:
    trained(classifier(file, tmp_path / "whole", **CLASSIFIERS[kind])())
    trained_until(step, classifier(file, tmp_path / "cut", **CLASSIFIERS[kind]))
    trained(training.resume(tmp_path / "cut"))
    assert result(tmp_path / "cut") == result(tmp_path / "whole")


@pytest.mark.parametrize("step", [1, 5, 9, 12])
def test_a_word_model_resumes_exactly(tmp_path: Path, file: Path, step: int) -> None:
    trained(word_model(file, tmp_path / "whole")())
    trained_until(step, word_model(file, tmp_path / "cut"))
    trained(words.resume(tmp_path / "cut"))
    assert result(tmp_path / "cut") == result(tmp_path / "whole")


def test_the_same_seed_is_the_same_training_and_another_is_not(tmp_path: Path, file: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        trained(classifier(file, tmp_path / name, seed=seed)())
    models = [(tmp_path / name / "model.safetensors").read_bytes() for name in "abc"]
    assert models[0] == models[1] != models[2]


def test_texts_that_have_changed_are_refused(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    write_csv(file, [*reviews(59), ("good", "bad")])
    with pytest.raises(UserError, match="changed"), training.resume(tmp_path / "run"):
        pass


def test_texts_may_have_moved(tmp_path: Path, file: Path) -> None:
    trained(classifier(file, tmp_path / "whole")())
    trained_until(3, classifier(file, tmp_path / "cut"))
    (tmp_path / "elsewhere").mkdir()
    moved = file.rename(tmp_path / "elsewhere" / "own.csv")
    trained(training.resume(tmp_path / "cut", source=Source(spec=str(moved))))
    assert result(tmp_path / "cut").model == result(tmp_path / "whole").model


def test_more_passes_may_be_asked_for_and_nothing_else(tmp_path: Path, file: Path) -> None:
    trained(classifier(file, tmp_path / "run", epochs=1)())
    events = trained(training.resume(tmp_path / "run", changes={"epochs": 2}))
    assert events[-1].step == 14
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["training"]["epochs"] == 2


@pytest.mark.parametrize("field", ["model", "corpus", "training"])
def test_a_description_of_another_run_is_refused(tmp_path: Path, file: Path, field: str) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    path = tmp_path / "run" / "config.json"
    config = json.loads(path.read_text())
    config[field][{"model": "num_layers", "corpus": "texts", "training": "batch_size"}[field]] += 1
    path.write_text(json.dumps(config))
    with pytest.raises(UserError, match="does not belong"), training.resume(tmp_path / "run"):
        pass


def test_another_vocabulary_is_refused(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    path = tmp_path / "run" / "vocabulary.json"
    path.write_text(path.read_text().replace("film", "flim"))
    with pytest.raises(UserError, match="does not belong"), training.resume(tmp_path / "run"):
        pass


def test_kinds_are_not_mixed_up(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    with pytest.raises(UserError, match="kind"), words.resume(tmp_path / "run"):
        pass


def test_a_classifier_starts_from_a_word_model(tmp_path: Path, file: Path) -> None:
    trained(word_model(file, tmp_path / "words")())
    given = read_model(tmp_path / "words", WORD_MODEL)
    wanted = request(file, tmp_path / "run", pooling="max", hidden_size=99)
    begun = training.Request(**{**vars(wanted), "init_from": str(tmp_path / "words")})
    with training.start(begun) as ready:
        task: Any = ready.trainer.task
        state = {name: tensor.numpy() for name, tensor in task.model.state_dict().items()}
    for name, array in given.weights.items():
        if name.startswith(("embedding.", "encoder.")):
            assert (state[name] == array).all()
    assert task.vocabulary == given.vocabulary
    assert task.model.config.pooling == "max"
    assert task.model.config.hidden_size == 8


def test_too_few_texts_are_one_line(tmp_path: Path) -> None:
    few = write_csv(tmp_path / "few.csv", reviews(3))
    with pytest.raises(UserError, match="too few"), classifier(few, tmp_path / "run")():
        pass
    with pytest.raises(UserError, match="too short"), word_model(few, tmp_path / "run")():
        pass
    assert not (tmp_path / "run").exists()
