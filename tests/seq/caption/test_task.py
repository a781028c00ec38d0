"""What a captioner is trained on, and how it is evaluated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scene_helpers import shape, training

from charlm.training.distributed import World
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.reader import judge
from seq.caption.data import Source
from seq.caption.examples import GivenExamples, MadeExamples
from seq.caption.model import Captioner
from seq.caption.task import Captioning, find_penalty
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
    for batch in task().batches(3, 0):
        for column, picture in enumerate(batch.pictures):
            ids = [i for i in batch.words[:, column].tolist() if i != PAD]
            assert ids[-1] == END
            assert batch.inputs[: len(ids), column].tolist() == [START, *ids[:-1]]
            words = decode(VOCABULARY, ids)
            assert judge(words, by_picture[picture.numpy().tobytes()]).true


def test_padding_changes_no_loss() -> None:
    made = task()
    made.model.eval()
    generator = torch.Generator()
    batch = next(made.batches(0, 0))
    whole = made.loss(made.model, batch, generator)
    more = [torch.cat([part, torch.full((4, 16), PAD)]) for part in (batch.inputs, batch.words)]
    padded = made.loss(made.model, type(batch)(batch.pictures, *more), generator)
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


def test_the_penalty_is_added_to_the_loss_alone() -> None:
    plain, punished = task(), task(penalty=1.0)
    batch, generator = next(plain.batches(0, 0)), torch.Generator()
    assert punished.loss(punished.model, batch, generator) > plain.loss(
        plain.model, batch, generator
    )
    assert punished.evaluate()["loss"] == pytest.approx(plain.evaluate()["loss"])


def test_an_evaluation_counts_what_the_reader_finds_true(monkeypatch: pytest.MonkeyPatch) -> None:
    made = task()
    held = made.validation.take(np.arange(9))[1]
    said = [*(some[-1] for some in held[:6]), ("a",), ("a", "dog"), ()]
    monkeypatch.setattr(Captioning, "_write", lambda self, pictures: said)
    assert made.evaluate()["true"] == pytest.approx(6 / 9)
    own = GivenExamples(made.validation.take(np.arange(9))[0], [(one,) for one in said])
    assert task(own).evaluate()["accuracy"] == 1.0
    assert made.model.training


def test_a_captioner_learns_a_few_pictures_by_heart() -> None:
    examples = MadeExamples("random", "training", 1, 6)
    pictures, captions = examples.take(np.arange(6))
    own = task(GivenExamples(pictures, [some[:1] for some in captions]), hidden_size=32, limit=20)
    optimizer = torch.optim.Adam(own.model.parameters(), 5e-3)
    generator = torch.Generator()
    for _ in range(100):
        optimizer.zero_grad()
        loss = own.loss(own.model, next(own.batches(0, 0)), generator)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.1
    assert own.evaluate()["accuracy"] == 1.0
    assert own.sample(3).count("a ") >= 2


def test_words_that_a_vocabulary_lacks_are_unknown() -> None:
    words = make_vocabulary([("a", "dog"), ("a", "cat"), ("a", "dog")], rarest=2)
    assert words.symbols[4:] == ("a", "dog")
    assert encode(words, ("a", "cat")).tolist() == [4, UNKNOWN, END]
    assert read_vocabulary(words.to_json()) == words
    assert Source().read(48).make_vocabulary(training()) == VOCABULARY
