"""What has changed since a training of reviews was stopped, or is damaged, is refused."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_helpers import classifier, word_model
from reviews import reviews, write_csv
from training_helpers import resume, trained, trained_until

from charlm.runs.files import LAST
from charlm.runs.registry import CLASSIFIER, WORD_MODEL
from corpora.errors import UserError


def refused(run: Path, match: str, again: Callable[..., Any] = resume) -> None:
    """Resuming is one line, and leaves every file as it was."""
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=match) as caught, again(run):
        pass
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_texts_that_have_changed_are_refused(tmp_path: Path, file: Path) -> None:
    run, word_run = tmp_path / "run", tmp_path / "words"
    trained_until(3, classifier(file, run))
    trained_until(3, word_model(file, word_run))
    rows = reviews(60)
    (text, label), *others = rows
    swapped = [(text, "good" if label == "bad" else "bad"), *others]
    for changed in ([*rows, ("one more", "bad")], rows[:-1], [("other", label), *others], swapped):
        write_csv(file, changed)
        refused(run, "changed")
        if changed != swapped:  # a word model has not looked at the labels
            refused(word_run, "changed", resume)
    file.unlink()
    refused(run, "no file")
    write_csv(file, rows)
    trained(resume(run))


@pytest.mark.parametrize("field", ["model", "corpus", "training"])
def test_a_description_of_another_run_is_refused(tmp_path: Path, file: Path, field: str) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    path = tmp_path / "run" / "config.json"
    config = json.loads(path.read_text())
    config[field][{"model": "num_layers", "corpus": "texts", "training": "batch_size"}[field]] += 1
    path.write_text(json.dumps(config))
    with pytest.raises(UserError, match="does not belong"), resume(tmp_path / "run"):
        pass


def test_another_vocabulary_is_refused(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    path = tmp_path / "run" / "vocabulary.json"
    path.write_text(path.read_text().replace("film", "flim"))
    refused(tmp_path / "run", "does not belong")


@pytest.mark.parametrize("kind", ["classifier", "word model"])
@pytest.mark.parametrize("name", [LAST, "config.json", "vocabulary.json"])
def test_damage_is_refused(tmp_path: Path, file: Path, kind: str, name: str) -> None:
    run = tmp_path / "run"
    trained_until(3, (classifier if kind == "classifier" else word_model)(file, run))
    whole = (run / name).read_bytes()
    for damaged in (whole[:-10], b"", b"\x80\x04", b"null", b"[]", b"{}"):
        (run / name).write_bytes(damaged)
        refused(run, "run")
    (run / name).unlink()
    refused(run, "run")
    (run / name).write_bytes(whole)
    trained(resume(run))


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, file: Path, name: str) -> None:
    run, harm = tmp_path / "run", np.random.default_rng(1)
    trained_until(3, classifier(file, run))
    whole = (run / name).read_bytes()
    with resume(run) as ready:
        config, vocabulary = ready.trainer.config, ready.trainer.task.vocabulary  # type: ignore[attr-defined]
    refusals = 0
    for _ in range(60):
        data = bytearray(whole)
        data[harm.integers(len(data))] ^= 1 << int(harm.integers(8))
        (run / name).write_bytes(data)
        try:
            with resume(run) as ready:
                assert ready.trainer.config == config
                assert ready.trainer.task.vocabulary == vocabulary  # type: ignore[attr-defined]
        except UserError:
            refusals += 1
    assert refusals > 20


def test_kinds_are_not_mixed_up(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    trained_until(3, word_model(file, tmp_path / "words"))
    refused(tmp_path / "run", "kind", partial(resume, kind=WORD_MODEL))
    refused(tmp_path / "words", "kind", partial(resume, kind=CLASSIFIER))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_too_few_texts_are_one_line(tmp_path: Path, count: int) -> None:
    run, few = tmp_path / "run", write_csv(tmp_path / "few.csv", reviews(count))
    for begun in (classifier(few, run), word_model(few, run, batch_size=64)):
        with pytest.raises(UserError, match=r"too few|too short|two are needed"), begun():
            pass
        assert not run.exists()
