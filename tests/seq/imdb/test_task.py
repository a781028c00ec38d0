"""The classification task: what is learned, from what, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from reviews import examples, shape, task
from torch.nn import functional as F

from seq.imdb.task import Classification, Examples, predict

V = 40


def fitted(steps: int, **changes: Any) -> Any:
    torch.manual_seed(1)
    data = examples(64, V, longest=20)
    adversarial = changes.pop("adversarial", 0.0)
    model = shape(hidden_size=32, embedding_size=16, **changes)
    made = task(data, model, V, batch_size=64, adversarial=adversarial)
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(made.model.parameters(), lr=1e-2)
    for step in range(steps):
        (batch,) = made.batches(step, 0)
        optimizer.zero_grad()
        made.loss(made.model, batch, generator).backward()
        optimizer.step()
    return made


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_64_reviews_are_learned_by_heart(cell: str) -> None:
    made = fitted(40, cell=cell, pooling="max", bidirectional=True)
    assert made.evaluate()["accuracy"] == 1.0
    assert made.evaluate()["loss"] < 0.2


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_64_reviews_are_learned_by_heart_though_they_are_perturbed(cell: str) -> None:
    made = fitted(50, cell=cell, pooling="concat", adversarial=0.5)
    assert made.evaluate()["accuracy"] == 1.0


@pytest.mark.parametrize("sequences", ["packed", "padded"])
@pytest.mark.parametrize(
    "change", [{}, {"bidirectional": True, "pooling": "concat"}, {"embedding": "one-hot"}]
)
def test_a_text_is_perturbed_by_the_norm_asked_for_and_where_it_hurts(
    change: dict[str, Any], sequences: str
) -> None:
    made = task(
        examples(16, V),
        shape(hidden_size=16, **change),
        V,
        adversarial=0.05,
        batch_size=16,
        sequences=sequences,
    )
    (batch,) = made.batches(0, 0)
    seen: list[torch.Tensor] = []

    def spy(*given: Any) -> torch.Tensor:
        seen.append(given[3].detach())
        read: torch.Tensor = made.model(*given)
        return read

    def losses(perturbation: torch.Tensor) -> torch.Tensor:
        logits = made.model(batch.ids, batch.lengths, perturbation=perturbation)
        return F.cross_entropy(logits, batch.labels, reduction="none").detach()

    found = made.loss(spy, batch, torch.Generator())  # type: ignore[arg-type]
    none, worst = seen
    assert not none.any()
    norms = worst.square().sum(dim=(0, 2)).sqrt()
    torch.testing.assert_close(norms, torch.full_like(norms, 0.05))
    padding = torch.arange(len(batch.ids))[:, None] >= batch.lengths
    assert not worst[padding].any()
    assert found.item() == pytest.approx((losses(none) + losses(worst)).mean().item() / 2)
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        random = torch.randn(worst.shape, generator=generator) * ~padding[..., None]
        random *= norms[:, None] / random.square().sum(dim=(0, 2)).sqrt()[:, None]
        assert (losses(worst) > losses(random)).all()


def test_perturbed_training_draws_its_masks_from_the_generator() -> None:
    made = task(examples(16, V), shape(dropout=0.5), V, adversarial=1.0, batch_size=16)
    (batch,) = made.batches(0, 0)

    def loss(seed: int) -> float:
        return made.loss(made.model, batch, torch.Generator().manual_seed(seed)).item()

    assert loss(1) == loss(1) != loss(2)


def test_the_adversarial_gradient_is_that_of_both_readings() -> None:
    made = task(examples(16, V), shape(bidirectional=True), V, adversarial=2.0, batch_size=16)
    (batch,) = made.batches(0, 0)
    found = torch.autograd.grad(
        made.loss(made.model, batch, torch.Generator()), list(made.model.parameters())
    )

    def read(perturbation: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(
            made.model(batch.ids, batch.lengths, perturbation=perturbation), batch.labels
        )

    none = torch.zeros(*batch.ids.shape, 6, requires_grad=True)
    (slope,) = torch.autograd.grad(read(none), none)
    worst = 2.0 * slope / slope.pow(2).sum((0, 2), keepdim=True).sqrt()
    expected = torch.autograd.grad((read(none) + read(worst)) / 2, list(made.model.parameters()))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4)


def test_texts_are_perturbed_from_the_pass_asked_for_on() -> None:
    made = task(examples(16, V), shape(), V, adversarial=2.0, adversarial_from=1, batch_size=16)
    losses = []
    for epoch in (0, 1):
        (batch,) = made.batches(epoch, 0)
        losses.append(made.loss(made.model, batch, torch.Generator()).item())
    assert losses[0] == pytest.approx(made.evaluate()["loss"], abs=1e-6)
    assert losses[1] > losses[0]


def test_label_smoothing_is_that_of_the_formula() -> None:
    data = examples(16, V)
    made = task(data, shape(), V, label_smoothing=0.2, batch_size=16)
    (batch,) = made.batches(0, 0)
    log_probs = made.model(batch.ids, batch.lengths).log_softmax(1)
    smooth = 0.8 * F.one_hot(batch.labels, 2) + 0.1
    expected = -(smooth * log_probs).sum(1).mean()
    torch.testing.assert_close(made.loss(made.model, batch, torch.Generator()), expected)


def test_a_frozen_embedding_has_no_gradient() -> None:
    made = task(examples(16, V), shape(), V, freeze_embedding=True, adversarial=1.0)
    made.loss(made.model, next(made.batches(0, 0)), torch.Generator()).backward()
    assert made.model.embedding.weight.grad is None
    assert made.model.output.weight.grad is not None


def test_batches_are_the_same_for_the_same_seed_and_others_in_each_pass() -> None:
    made = task(examples(50, V), shape(), V)

    def labels(epoch: int, start: int = 0) -> list[list[int]]:
        return [batch.labels.tolist() for batch in made.batches(epoch, start)]

    assert len(labels(0)) == made.steps_per_epoch
    for start in range(made.steps_per_epoch + 1):
        assert labels(0, start) == labels(0)[start:]
    assert labels(0) == labels(0) != labels(1)
    assert sorted(sum(labels(0), [])) == sorted(sum(labels(1), []))  # noqa: RUF017
    assert sum(made.units(batch) for batch in made.batches(0, 0)) == 50


def test_a_pass_has_every_text_once_and_the_seed_settles_the_order() -> None:
    data = examples(50, V, longest=30)
    passes = [
        [tuple(ids.tolist()) for ids in batch_texts(task(data, shape(), V, seed=seed), epoch)]
        for seed, epoch in ((1, 0), (1, 0), (1, 1), (2, 0))
    ]
    assert passes[0] == passes[1]
    assert len({tuple(texts) for texts in passes}) == 3
    assert all(sorted(texts) == sorted(tuple(ids.tolist()) for ids in data.ids) for texts in passes)


def batch_texts(made: Classification, epoch: int) -> Iterator[torch.Tensor]:
    for batch in made.batches(epoch, 0):
        for row, length in enumerate(batch.lengths.tolist()):
            yield batch.ids[:length, row]


def test_the_model_has_no_more_parameters_for_more_texts() -> None:
    counts = [task(examples(n, V), shape(), V).model.parameter_counts() for n in (5, 500)]
    assert counts[0] == counts[1]
    frozen = task(examples(5, V), shape(), V, freeze_embedding=True).model.parameter_counts()
    assert frozen == {**counts[0], "embedding": 0}


def test_training_reads_the_last_words_and_evaluation_all() -> None:
    data = examples(20, V, longest=30)
    made = task(data, shape(), V, max_words=7)
    for cut, whole in zip(made.training.ids, data.ids, strict=True):
        assert list(cut) == list(whole)[-7:]
    assert made.validation is data
    assert [*map(len, task(data, shape(), V, max_words=0).training.ids)] == [*map(len, data.ids)]


def test_predictions_come_in_the_order_given_and_leave_the_model_as_it_was() -> None:
    data = examples(200, V)
    made = task(data, shape(dropout=0.5), V)
    assert made.model.training
    device = torch.device("cpu")
    found = predict(made.model, data.ids, device, "fp32")
    assert made.model.training
    np.testing.assert_allclose(np.exp(found).sum(axis=1), 1.0, atol=1e-12)
    order = np.random.default_rng(0).permutation(200)
    again = predict(made.model, [data.ids[row] for row in order], device, "fp32")
    np.testing.assert_allclose(again, found[order], atol=1e-5)


def test_the_evaluation_is_that_of_the_predictions() -> None:
    data = examples(70, V)
    made = task(Examples(data.ids, data.labels), shape(), V)
    found = predict(made.model, data.ids, torch.device("cpu"), "fp32")
    metrics = made.evaluate()
    assert metrics["accuracy"] == pytest.approx((found.argmax(1) == data.labels).mean())
    assert metrics["loss"] == pytest.approx(-found[np.arange(70), data.labels].mean())
