"""What has changed since a training of reviews was stopped, or is damaged, is refused."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from review_helpers import classifier, word_model
from reviews import reviews, write_csv
from training_helpers import (
    assert_refused,
    refusals_of_flipped_bits,
    resume,
    trained,
    trained_until,
)

from charlm.runs.files import LAST
from charlm.runs.registry import CLASSIFIER, WORD_MODEL
from corpora.errors import UserError


def test_texts_that_have_changed_are_refused(tmp_path: Path, file: Path) -> None:
    run, word_run = tmp_path / "run", tmp_path / "words"
    trained_until(3, classifier(file, run))
    trained_until(3, word_model(file, word_run))
    rows = reviews(60)
    (text, label), *others = rows
    swapped = [(text, "good" if label == "bad" else "bad"), *others]
    for changed in ([*rows, ("one more", "bad")], rows[:-1], [("other", label), *others], swapped):
        write_csv(file, changed)
        assert_refused(run, "changed")
        if changed != swapped:  # a word model has not looked at the labels
            assert_refused(word_run, "changed")
    file.unlink()
    assert_refused(run, "no file")
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
    assert_refused(tmp_path / "run", "does not belong")


@pytest.mark.parametrize("kind", ["classifier", "word model"])
@pytest.mark.parametrize("name", [LAST, "config.json", "vocabulary.json"])
def test_damage_is_refused(tmp_path: Path, file: Path, kind: str, name: str) -> None:
    run = tmp_path / "run"
    trained_until(3, (classifier if kind == "classifier" else word_model)(file, run))
    whole = (run / name).read_bytes()
    for damaged in (whole[:-10], b"", b"\x80\x04", b"null", b"[]", b"{}"):
        (run / name).write_bytes(damaged)
        assert_refused(run, "run")
    (run / name).unlink()
    assert_refused(run, "run")
    (run / name).write_bytes(whole)
    trained(resume(run))


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, file: Path, name: str) -> None:
    run = tmp_path / "run"
    trained_until(3, classifier(file, run))
    assert refusals_of_flipped_bits(run, name, 60) > 20


def test_kinds_are_not_mixed_up(tmp_path: Path, file: Path) -> None:
    trained_until(3, classifier(file, tmp_path / "run"))
    trained_until(3, word_model(file, tmp_path / "words"))
    assert_refused(tmp_path / "run", "kind", partial(resume, kind=WORD_MODEL))
    assert_refused(tmp_path / "words", "kind", partial(resume, kind=CLASSIFIER))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_too_few_texts_are_one_line(tmp_path: Path, count: int) -> None:
    run, few = tmp_path / "run", write_csv(tmp_path / "few.csv", reviews(count))
    for begun in (classifier(few, run), word_model(few, run, batch_size=64)):
        with pytest.raises(UserError, match=r"too few|too short|two are needed"), begun():
            pass
        assert not run.exists()
