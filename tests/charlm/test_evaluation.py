from __future__ import annotations

import math
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F
from training_helpers import drawn, random_ids

from charlm import evaluation
from charlm.config import ModelConfig
from charlm.dynamic_evaluation import Dynamic, evaluate_dynamically
from charlm.evaluation import Score, evaluate
from charlm.model import CharLM

CPU = torch.device("cpu")
SYMBOLS = 7
LINE_FEED = 3


def model_of(cell: str = "gru", *, memory: float = 1.0) -> CharLM:
    """A random model; the smaller `memory`, the sooner it forgets how a text began."""
    torch.manual_seed(0)
    config = ModelConfig(hidden_size=6, embedding_size=6, num_layers=2, dropout=0.5)
    model = CharLM(config.replace({"cell": cell}), SYMBOLS).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "weight_hh" in name:
                parameter *= memory
    return model


def constant_model() -> tuple[CharLM, torch.Tensor]:
    """A model that expects the same whatever it has read, and what it expects."""
    model = model_of()
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(torch.tensor([math.sqrt(k + 2) for k in range(SYMBOLS)]))
    return model, model.output.bias.detach().double().log_softmax(0)


def score(model: CharLM, ids: np.ndarray, remap: np.ndarray | None = None) -> Score:
    return evaluate(model, ids, device=CPU, line_feed=LINE_FEED, remap=remap)


def in_one_pass(model: CharLM, ids: np.ndarray) -> float:
    with torch.no_grad():
        text = torch.from_numpy(ids.astype(np.int64))
        logits, _ = model(text[None, :-1])
        return float(F.cross_entropy(logits[0].double(), text[1:], reduction="sum"))


@pytest.mark.wide(4)
@pytest.mark.parametrize(
    "length",
    [2, 3, 255, 256, 257, 258, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 2050, 3073, 5000],
)
def test_a_text_read_in_streams_scores_as_in_one_pass(length: int) -> None:
    model, ids = model_of(memory=0.3), random_ids(length, SYMBOLS)
    found = score(model, ids)
    assert found.characters == length - 1
    assert found.nats == pytest.approx(in_one_pass(model, ids), rel=1e-6)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_that_holds_for_every_cell(cell: str) -> None:
    model, ids = model_of(cell, memory=0.3), random_ids(3333, SYMBOLS)
    assert score(model, ids).nats == pytest.approx(in_one_pass(model, ids), rel=1e-6)


SMALL = {"WARM_UP": 9, "WINDOW": 7, "MIN_STREAM": 12, "MAX_STREAMS": 5}
"""Sizes at which every arrangement of streams and windows is met by short texts."""


@drawn
@given(length=st.integers(2, 300), seed=st.integers(0, 100))
def test_every_character_but_the_first_is_counted_once(length: int, seed: int) -> None:
    model, expected = constant_model()
    ids = random_ids(length, SYMBOLS, seed)
    with patch.multiple(evaluation, **SMALL):
        found = score(model, ids)
    assert found.characters == length - 1
    assert found.line_feeds == int((ids[1:] == LINE_FEED).sum())
    assert found.nats == pytest.approx(-float(expected[ids[1:].astype(int)].sum()), rel=1e-6)


@drawn
@given(length=st.integers(2, 300), seed=st.integers(0, 100))
def test_every_arrangement_of_streams_scores_as_one_pass(length: int, seed: int) -> None:
    model, ids = model_of("rnn", memory=0.01), random_ids(length, SYMBOLS, seed)
    with patch.multiple(evaluation, **SMALL):
        found = score(model, ids)
    assert found.nats == pytest.approx(in_one_pass(model, ids), rel=1e-5)


def test_a_text_of_more_streams_than_are_read_at_once() -> None:
    model, expected = constant_model()
    ids = random_ids(evaluation.MAX_STREAMS * evaluation.MIN_STREAM + 4321, SYMBOLS)
    found = score(model, ids)
    assert found.characters == len(ids) - 1
    assert found.nats == pytest.approx(-float(expected[ids[1:].astype(int)].sum()), rel=1e-6)


def test_remapping_is_scoring_the_text_in_the_other_vocabulary(tmp_path: Path) -> None:
    model, ids = model_of(memory=0.3), random_ids(2100, 4)
    table = np.array([5, 3, 0, 6])
    path = tmp_path / "ids"
    ids.tofile(path)
    mapped = np.memmap(path, np.uint8, "r")
    assert score(model, mapped, remap=table) == score(model, table[ids])


@pytest.mark.parametrize("mode", [True, False])
def test_the_mode_of_the_model_is_restored_and_dropout_plays_no_part(mode: bool) -> None:
    model, ids = model_of(), random_ids(50, SYMBOLS)
    model.train(mode)
    assert score(model, ids).nats == score(model, ids).nats
    assert all(part.training is mode for part in model.modules())
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_a_vocabulary_without_line_feeds_has_none_to_count() -> None:
    model, ids = model_of(), random_ids(50, SYMBOLS)
    assert evaluate(model, ids, device=CPU, line_feed=None).line_feeds == 0


def test_figures_by_hand() -> None:
    """Of "ab⏎cd⏎", five characters are predicted; with CRLF line ends, they are seven bytes."""
    model = model_of()
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.zero_()
    found = score(model, np.array([0, 1, LINE_FEED, 2, 4, LINE_FEED]))
    assert found.nats_per_character == pytest.approx(math.log(7))
    assert found.bits_per_character == pytest.approx(math.log2(7))
    assert found.perplexity == pytest.approx(7)
    assert found.crlf_equivalent == pytest.approx(5 * math.log(7) / 7)


def test_bf16_scores_nearly_the_same() -> None:
    model, ids = model_of("lstm"), random_ids(3000, SYMBOLS)
    exact = score(model, ids).nats
    with torch.autocast("cpu", torch.bfloat16):
        assert score(model, ids).nats == pytest.approx(exact, rel=0.01)


def dynamically(model: CharLM, ids: np.ndarray, dynamic: Dynamic, **more: object) -> Score:
    training = more.pop("training", random_ids(500, SYMBOLS, seed=9))
    return evaluate_dynamically(
        model, ids, training, dynamic, device=CPU, line_feed=LINE_FEED, **more
    )


@pytest.mark.wide(3)
@pytest.mark.parametrize("length", [2, 3, 40, 41, 42, 81, 500])
def test_a_model_that_does_not_adapt_scores_as_ever(length: int) -> None:
    ids = random_ids(length, SYMBOLS)
    static = score(model_of(), ids)
    dynamic = dynamically(model_of(), ids, Dynamic(rate=0.0))
    assert dynamic.nats == pytest.approx(static.nats, rel=1e-6)
    assert dynamic.characters == static.characters
    assert dynamic.line_feeds == static.line_feeds


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_model_that_adapts_learns_a_refrain(cell: str) -> None:
    ids = np.tile(random_ids(12, SYMBOLS, seed=3), 160)
    static = score(model_of(cell), ids)
    dynamic = dynamically(model_of(cell), ids, Dynamic(rate=2e-3))
    assert dynamic.nats < 0.9 * static.nats
    assert dynamic.characters == static.characters


def test_a_character_is_scored_before_it_is_learned_from() -> None:
    """What the first segment scores cannot depend on how fast the model learns."""
    ids = random_ids(40 + 1, SYMBOLS)
    slow, fast = (dynamically(model_of(), ids, Dynamic(rate=rate)).nats for rate in (0.0, 0.5))
    assert slow == fast


def test_decay_pulls_back_to_where_the_model_began() -> None:
    ids = np.tile(random_ids(12, SYMBOLS, seed=3), 20)
    start = [p.detach().clone() for p in model_of().parameters()]
    distances = []
    for decay in (0.0, 0.02, 0.5):
        model = model_of()
        dynamically(model, ids, Dynamic(decay=decay))
        with torch.no_grad():
            pairs = zip(model.parameters(), start, strict=True)
            distances.append(math.sqrt(sum(float((p - s).square().sum()) for p, s in pairs)))
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 0.8 * distances[0]


def test_adapting_reads_through_a_lookup_table_and_tells_how_far_it_is() -> None:
    ids, training = random_ids(130, 4), random_ids(200, 4, seed=5)
    table = np.array([5, 3, 0, 6])
    told: list[int] = []
    remapped = dynamically(
        model_of(), ids, Dynamic(), training=training, remap=table, progress=told.append
    )
    assert remapped == dynamically(model_of(), table[ids], Dynamic(), training=table[training])
    assert told == sorted(told)
    assert told[-1] == remapped.characters == 129


def test_a_large_vocabulary_is_read_in_smaller_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    model, ids = model_of(memory=0.2), random_ids(6000, SYMBOLS)
    whole = score(model, ids)
    most = 40 * SYMBOLS
    monkeypatch.setattr(evaluation, "MAX_LOGITS", most)
    sizes = []
    model.output.register_forward_hook(lambda *given: sizes.append(given[-1].numel()))
    assert score(model, ids).nats == pytest.approx(whole.nats, rel=1e-6)
    assert max(sizes) <= most
