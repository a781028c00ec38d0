"""What a captioner is trained on, and how it is evaluated."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scene_helpers import shape, training
from torch.nn import functional as F

from charlm.training.distributed import World
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.reader import judge
from corpora.scenes.scene import COLORS
from seq.caption.boxes import cover_cells
from seq.caption.data import Source
from seq.caption.examples import GivenExamples, MadeExamples
from seq.caption.losses import find_penalty, find_straying
from seq.caption.model import Captioner
from seq.caption.task import Captioning
from seq.caption.words import (
    UNKNOWN,
    decode,
    encode,
    make_scene_vocabulary,
    make_vocabulary,
    read_vocabulary,
)
from seq.padding import END, PAD, START

VOCABULARY = make_scene_vocabulary()
NAME_NOTHING = {"above", "below", "left", "right", "of", "and", ",", "there", "is", "are"}
CPU = torch.device("cpu")


def task(examples: Any = None, **changes: Any) -> Captioning:
    torch.manual_seed(1)
    made = examples or MadeExamples("random", "training", 1, 40, fresh=True)
    held = MadeExamples("random", "validation", 1, 9)
    return Captioning(
        Captioner(shape(**changes), len(VOCABULARY)),
        VOCABULARY,
        made,
        made if examples else held,
        training(**changes),
        precision="fp32",
        world=World(device=CPU),
    )


def test_every_pass_has_other_scenes_and_from_any_number_on_the_same_ones() -> None:
    made = task()
    batches = list(made.batches(0, 0))
    assert len(batches) == made.steps_per_epoch == 3
    assert sum(map(made.units, batches)) == 40
    pictures = torch.cat([batch.pictures for batch in batches])
    assert len({picture.numpy().tobytes() for picture in pictures}) == 40
    later = next(iter(made.batches(0, 2)))
    assert torch.equal(later.pictures, batches[2].pictures)
    assert torch.equal(later.words, batches[2].words)
    again = torch.cat([batch.pictures for batch in made.batches(1, 0)])
    assert not {p.numpy().tobytes() for p in pictures} & {p.numpy().tobytes() for p in again}


def test_what_is_trained_on_is_true_of_the_picture_beside_it() -> None:
    examples = MadeExamples("random", "training", 1, 40, fresh=True)
    by_picture = {
        draw_scenes([scene])[0].tobytes(): scene for scene in examples.find(np.arange(40), 3)
    }
    for batch in task(captions=3).batches(3, 0):
        assert batch.rows.tolist() == [row for row in range(len(batch.pictures)) for _ in range(3)]
        for column, row in enumerate(batch.rows.tolist()):
            picture = batch.pictures[row]
            ids = [i for i in batch.words[:, column].tolist() if i != PAD]
            assert ids[-1] == END
            assert batch.inputs[: len(ids), column].tolist() == [START, *ids[:-1]]
            words = decode(VOCABULARY, ids)
            assert judge(words, by_picture[picture.numpy().tobytes()]).true


def test_the_captions_of_a_picture_in_a_batch_differ_as_far_as_they_can() -> None:
    shown = MadeExamples("random", "training", 1, 40, fresh=True).take(np.arange(40))
    known = dict(zip((one.tobytes() for one in shown.pictures), shown.captions, strict=True))
    for batch in task(captions=3).batches(0, 0):
        said = batch.words.T.reshape(-1, 3, len(batch.words)).tolist()
        for picture, some in zip(batch.pictures, said, strict=True):
            there = len(known[picture.numpy().tobytes()])
            assert len({tuple(ids) for ids in some}) == min(3, there)


def test_padding_changes_no_loss() -> None:
    made = task()
    made.model.eval()
    generator = torch.Generator()
    batch = next(made.batches(0, 0))
    whole = made.loss(made.model, batch, generator)
    assert batch.looks is not None
    longer = replace(
        batch,
        inputs=F.pad(batch.inputs, (0, 0, 0, 4), value=PAD),
        words=F.pad(batch.words, (0, 0, 0, 4), value=PAD),
        looks=F.pad(batch.looks, (0, 0, 0, 0, 0, 4)),
    )
    padded = made.loss(made.model, longer, generator)
    torch.testing.assert_close(whole, padded)


def test_the_penalty_is_none_where_every_cell_is_looked_at_once() -> None:
    words = torch.tensor([[5, 6], [7, END], [END, PAD]])
    weights = torch.rand(3, 2, 4).softmax(dim=2)
    weights[:, 0] = torch.full((3, 4), 1 / 3)
    weights[:2, 1] = torch.full((2, 4), 1 / 2)
    weights[2, 1] = 100.0  # behind the end
    assert find_penalty(weights, words).item() == pytest.approx(0, abs=1e-12)
    weights[0, 0] = 0.0
    assert find_penalty(weights, words).item() == pytest.approx(1 / 18)


def test_attention_strays_least_where_it_lies_as_it_should() -> None:
    looks = torch.zeros(3, 2, 4)
    looks[0, 0] = torch.tensor([0.5, 0.5, 0, 0])
    looks[1, 1] = torch.tensor([0, 0, 0, 1.0])
    aim = looks.clone()
    aim[2] = torch.rand(2, 4).softmax(dim=1)  # no word there names a shape
    assert find_straying(aim, looks).item() == pytest.approx(np.log(2) / 2)
    aim[1, 1] = torch.tensor([0.5, 0, 0, 0.5])
    assert find_straying(aim, looks).item() == pytest.approx(np.log(2))
    assert find_straying(aim, torch.zeros(3, 2, 4)).item() == 0


def test_a_lesson_in_looking_goes_to_the_boxes_of_what_is_named() -> None:
    assert next(task(guide=0.0).batches(0, 0)).looks is None
    assert next(task(guide=1.0, attention="none").batches(0, 0)).looks is None
    examples = MadeExamples("random", "training", 1, 40, fresh=True)
    by_picture = {
        draw_scenes([scene])[0].tobytes(): scene for scene in examples.find(np.arange(40))
    }
    for batch in task(guide=1.0, captions=2).batches(0, 0):
        assert batch.looks is not None
        assert batch.looks.shape == (*batch.words.shape, 36)
        guided = batch.looks.sum(dim=2)
        assert ((guided - 1).abs() < 1e-5).logical_or(guided == 0).all()
        for column, row in enumerate(batch.rows.tolist()):
            scene = by_picture[batch.pictures[row].numpy().tobytes()]
            words = decode(VOCABULARY, [i for i in batch.words[:, column].tolist() if i != PAD])
            for step, word in enumerate(words):
                assert (guided[step, column] > 0) == (word not in NAME_NOTHING)
                if word in COLORS:
                    boxes = [n for n, one in enumerate(scene.shapes) if one.color == word]
                    outside = cover_cells(scene, boxes, 6).ravel() == 0
                    assert batch.looks[step, column][torch.from_numpy(outside)].sum() == 0


def test_the_penalty_is_added_to_the_loss_alone() -> None:
    plain, punished = task(), task(penalty=1.0)
    batch, generator = next(plain.batches(0, 0)), torch.Generator()
    assert punished.loss(punished.model, batch, generator) > plain.loss(
        plain.model, batch, generator
    )
    assert punished.evaluate()["loss"] == pytest.approx(plain.evaluate()["loss"])


def test_an_evaluation_counts_what_the_reader_finds_true(monkeypatch: pytest.MonkeyPatch) -> None:
    made = task()
    held = made.validation.take(np.arange(9)).captions
    said = [*(some[-1] for some in held[:6]), ("a",), ("a", "dog"), ()]
    monkeypatch.setattr(Captioning, "_write", lambda self, pictures: said)
    assert made.evaluate()["true"] == pytest.approx(6 / 9)
    own = GivenExamples(made.validation.take(np.arange(9)).pictures, [(one,) for one in said])
    assert task(own).evaluate()["accuracy"] == 1.0
    assert made.model.training


def test_words_that_a_vocabulary_lacks_are_unknown() -> None:
    words = make_vocabulary([("a", "dog"), ("a", "cat"), ("a", "dog")], rarest=2)
    assert words.symbols[4:] == ("a", "dog")
    assert encode(words, ("a", "cat")).tolist() == [4, UNKNOWN, END]
    assert read_vocabulary(words.to_json()) == words
    assert Source().read(48).make_vocabulary(training()) == VOCABULARY
