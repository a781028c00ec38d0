from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from training_helpers import MODEL_CONFIG, TRAINING_CONFIG, short_text

from charlm.model import CharLM
from charlm.nn.recurrent import flatten_state
from charlm.task import LanguageModelling
from charlm.training.distributed import World
from corpora.known.resolve import encode
from corpora.text.vocabulary import Vocabulary


def task_of(
    tmp_path: Path, vocabulary: Vocabulary | None = None, **changes: object
) -> LanguageModelling:
    text = encode(str(short_text(tmp_path)))
    torch.manual_seed(0)
    known = vocabulary or text.vocabulary
    model = CharLM(MODEL_CONFIG.replace({"dropout": 0.0} | changes), len(known))
    config = TRAINING_CONFIG.replace(changes)
    return LanguageModelling(model, known, text, config, precision="fp32", world=World())


def losses_of(
    task: LanguageModelling, epoch: int, start: int = 0, count: int = 10**6
) -> list[float]:
    generator = torch.Generator()
    found = []
    for batch, _ in zip(task.batches(epoch, start), range(count), strict=False):
        found.append(float(task.loss(task.model, batch, generator).detach()))
    return found


def test_the_loss_is_the_mean_cross_entropy_of_one_long_pass(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    found = losses_of(task, 0)
    assert len(found) == task.steps_per_epoch
    inputs, targets = (torch.cat(parts, 1) for parts in zip(*task.streams, strict=True))
    with torch.no_grad():
        logits, _ = task.model(inputs)
        expected = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert sum(found) / len(found) == pytest.approx(float(expected), rel=1e-5)


def test_a_pass_begins_with_a_state_of_zeros_and_not_before_it_is_read(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    first = losses_of(task, 0)
    carried = task.carried()
    assert any(bool(tensor.any()) for tensor in carried.values())
    assert losses_of(task, 1) == first


@pytest.mark.parametrize("at", [1, 7, 32])
def test_what_is_carried_is_all_that_a_pass_needs_to_go_on(tmp_path: Path, at: int) -> None:
    whole = losses_of(task_of(tmp_path), 0)
    first, second = task_of(tmp_path), task_of(tmp_path)
    begun = losses_of(first, 0, count=at)
    second.carry({name: tensor.clone() for name, tensor in first.carried().items()})
    assert begun + losses_of(second, 0, start=at) == whole
    assert all(not tensor.requires_grad for tensor in flatten_state(first.state).values())


def test_a_larger_vocabulary_reads_the_same_text(tmp_path: Path) -> None:
    plain = task_of(tmp_path)
    larger = task_of(tmp_path, Vocabulary(("§",)).extend(plain.vocabulary.symbols))
    for (inputs, _), (others, _) in zip(plain.streams, larger.streams, strict=True):
        texts = [
            task.vocabulary.decode(ids.flatten().numpy())
            for task, ids in ((plain, inputs), (larger, others))
        ]
        assert texts[0] == texts[1]


def test_evaluating_and_sampling_leave_no_trace(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    whole = losses_of(task, 0)
    begun = losses_of(task, 0, count=9)
    before = torch.get_rng_state()
    figures = task.evaluate()
    assert task.evaluate() == figures
    assert task.sample(3) == task.sample(3) != task.sample(4)
    assert torch.equal(torch.get_rng_state(), before)
    assert task.model.training
    assert begun + losses_of(task, 0, start=9) == whole


def test_figures_agree_with_each_other(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    figures = task.evaluate()
    assert figures["bits_per_character"] == pytest.approx(figures["loss"] / math.log(2))
    validation = task.vocabulary.decode(np.asarray(task.validation))
    crlf = len(validation[1:].replace("\n", "\r\n"))
    expected = figures["loss"] * (len(validation) - 1) / crlf
    assert figures["crlf_equivalent"] == pytest.approx(expected)


@pytest.mark.parametrize("length", [0, 1, 30])
def test_a_sample_is_as_long_as_it_should_be(tmp_path: Path, length: int) -> None:
    task = task_of(tmp_path, sample_length=length)
    text = task.sample(1)
    assert len(text) == length
    assert set(text) <= set(task.vocabulary.symbols)


def test_units_are_the_characters_that_are_predicted(tmp_path: Path) -> None:
    task = task_of(tmp_path)
    total = sum(task.units(batch) for batch in task.batches(0, 0))
    config = task.config
    assert total == task.steps_per_epoch * config.batch_size * config.window
