"""The word model predicts each word from one side only."""

import pytest
import torch
from reviews import reader
from torch.nn import functional as F

from seq.classifier import Classifier
from seq.config import ClassifierConfig
from seq.language_model import AdaptiveSoftmax, WordModel

V = 50


def losses(model: WordModel, ids: torch.Tensor) -> list[float]:
    """The loss of the first half of what each direction reads, one by one."""
    half = len(ids) // 2
    found = []
    for way, order in enumerate((ids, ids.flip(0))):
        layer = model.encoder.at(0)[way]
        states = layer(model.embedding(order[:half]))[0]
        hidden = model.projections[way](states).flatten(0, 1)
        found.append(model.softmax(hidden, order[1 : half + 1]).item())
    return found


def test_each_direction_reads_from_its_side() -> None:
    torch.manual_seed(0)
    model = WordModel(reader(bidirectional=True), V, dropout=0.0)
    ids = torch.randint(1, V, (20, 3))
    end, start = ids.clone(), ids.clone()
    end[12:] = 1
    start[:8] = 1
    forward, backward = losses(model, ids)
    assert losses(model, end)[0] == forward
    assert losses(model, start)[1] == backward
    inputs, targets = [ids[:-1], ids.flip(0)[:-1]], [ids[1:], ids.flip(0)[1:]]
    whole, _ = model(inputs, targets, [None, None])
    first, state = model([x[:10] for x in inputs], [x[:10] for x in targets], [None, None])
    second, _ = model([x[10:] for x in inputs], [x[10:] for x in targets], state)
    torch.testing.assert_close((10 * first + 9 * second) / 19, whole)


@pytest.mark.parametrize("words", [30, 50, 333])
def test_the_softmax_is_a_distribution(words: int) -> None:
    torch.manual_seed(0)
    softmax = AdaptiveSoftmax(16, words)
    x = torch.randn(1, 16)
    log_probs = torch.stack([-softmax(x, torch.tensor([word])) for word in range(words)])
    assert log_probs.exp().sum().item() == pytest.approx(1.0, abs=1e-5)


def test_the_softmax_of_many_is_the_mean_and_near_in_bf16() -> None:
    torch.manual_seed(0)
    softmax = AdaptiveSoftmax(16, 200)
    x, targets = torch.randn(600, 16), torch.randint(0, 200, (600,))
    mean = softmax(x, targets)
    single = torch.stack([softmax(x[i : i + 1], targets[i : i + 1]) for i in range(600)]).mean()
    torch.testing.assert_close(mean, single)
    with torch.autocast("cpu", torch.bfloat16):
        near = softmax(x, targets)
    assert near.dtype == torch.float32
    assert near.item() == pytest.approx(mean.item(), rel=0.01)


def test_without_a_word_of_a_tail_there_is_still_a_loss() -> None:
    softmax = AdaptiveSoftmax(4, 100)
    loss = softmax(torch.randn(5, 4), torch.zeros(5, dtype=torch.long))
    loss.backward()
    assert torch.isfinite(loss)


def test_a_classifier_reads_as_the_word_model_does() -> None:
    torch.manual_seed(0)
    words = WordModel(reader(bidirectional=True), V, dropout=0.0)
    model = Classifier(ClassifierConfig(**reader(bidirectional=True).to_json()), V, 2)
    given = {n: t for n, t in words.state_dict().items() if n.startswith(("embedding", "encoder"))}
    assert not model.load_state_dict(given, strict=False).unexpected_keys
    ids = torch.randint(1, V, (9, 2))
    states = model.encoder(model.embedding(ids), torch.tensor([9, 9]))
    forward = words.encoder.at(0)[0](words.embedding(ids))[0]
    backward = words.encoder.at(0)[1](words.embedding(ids.flip(0)))[0].flip(0)
    torch.testing.assert_close(states, torch.cat([forward, backward], dim=2))
    assert F.cosine_similarity(forward.flatten(), backward.flatten(), dim=0) < 0.99
