"""The translator and what it writes: batches, padding and steps change nothing."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import numpy as np
import pytest
import torch

from charlm.parts import KnownAttention
from charlm.runs.model_file import read_model
from charlm.runs.registry import TRANSLATOR, find
from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS
from seq.batches import pad
from seq.decoding import DecodingRules, beam_search, greedy_search, inspect
from seq.layers.memory import Memory
from seq.padding import END, PAD, START
from seq.scan.config import TranslatorConfig
from seq.scan.model import Translator
from seq.scan.vocabularies import Languages

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)
KINDS = get_args(KnownAttention)
SHAPE = TranslatorConfig(embedding_size=6, hidden_size=10, dropout=0.3)
COMMANDS = ["jump", "walk twice and turn left", "look around right thrice after run", "turn left"]


def rules(limit: int) -> DecodingRules:
    return DecodingRules(start=START, end=END, limit=limit)


def made(**changes: Any) -> Translator:
    """A translator with weights of some size, so that it has opinions."""
    torch.manual_seed(3)
    model = Translator(SHAPE.replace(changes), len(LANGUAGES.source), len(LANGUAGES.target)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    return model


def memory_of(model: Translator, commands: list[str] = COMMANDS) -> Memory:
    ids, lengths = pad([LANGUAGES.encode_command(command.split()) for command in commands])
    return model.encode(ids, lengths)


def some_symbols(steps: int, rows: int) -> torch.Tensor:
    return torch.randint(START, 9, (steps, rows), generator=torch.Generator().manual_seed(4))


SHAPES = [{"attention": kind} for kind in KINDS] + [
    {"cell": "gru", "num_layers": 2},
    {"cell": "rnn", "attention": "none", "num_layers": 3},
    {"num_layers": 2},
    {"input_feeding": True},
    {"input_feeding": True, "encoder_hidden_size": 7, "num_layers": 2, "cell": "gru"},
    {"input_feeding": True, "walking": True, "attention": "additive"},
    {"encoder_hidden_size": 3, "num_layers": 2},
    {"encoder_hidden_size": 8, "attention": "none", "hidden_size": 9},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_command_is_read_alike_alone_and_beside_longer_ones(shape: dict[str, Any]) -> None:
    model = made(**shape)
    symbols = some_symbols(5, len(COMMANDS))
    memory = memory_of(model)
    logits, _, weights = model.decoder(symbols, memory.final, memory)
    for row, command in enumerate(COMMANDS):
        alone = memory_of(model, [command])
        own, _, looked = model.decoder(symbols[:, row : row + 1], alone.final, alone)
        torch.testing.assert_close(own[:, 0], logits[:, row], atol=1e-5, rtol=1e-5)
        if weights is not None and looked is not None:
            words = len(command.split())
            torch.testing.assert_close(looked[:, 0], weights[:, row, :words], atol=1e-5, rtol=1e-5)
            assert (weights[:, row, words:] == 0).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_step_by_step_is_all_at_once(shape: dict[str, Any]) -> None:
    model = made(**shape)
    memory, symbols = memory_of(model), some_symbols(6, len(COMMANDS))
    whole, after, _ = model.decoder(symbols, memory.final, memory)
    state, steps = memory.final, []
    for step in range(len(symbols)):
        logits, state, _ = model.decoder(symbols[step : step + 1], state, memory)
        steps.append(logits)
    torch.testing.assert_close(torch.cat(steps), whole, atol=1e-5, rtol=1e-5)
    for one, other in zip(flat(state), flat(after), strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def flat(state: Any) -> list[torch.Tensor]:
    return [part for layer in state for part in (layer if isinstance(layer, tuple) else (layer,))]


def test_the_decoder_begins_with_the_encoders_last_states() -> None:
    """Forward that after the last word, backward that after the first one."""
    model = made(attention="none")
    x, lengths = model.source_embedding(torch.tensor([[3], [5], [2]])), torch.tensor([3])
    forward, backward = model.encoder.layers_at(0)
    ((h, c),) = memory_of_ids(model, torch.tensor([[3], [5], [2]]), lengths).final
    _, (h_forward, c_forward) = forward(x)
    _, (h_backward, c_backward) = backward(x.flip(0))
    torch.testing.assert_close(h, torch.cat([h_forward, h_backward], 2))
    torch.testing.assert_close(c, torch.cat([c_forward, c_backward], 2))


def memory_of_ids(model: Translator, ids: torch.Tensor, lengths: torch.Tensor) -> Memory:
    return model.encode(ids, lengths)


def test_dropout_is_that_of_its_generator_and_the_same_at_every_step() -> None:
    model = made().train()
    ids, lengths = pad([LANGUAGES.encode_command(command.split()) for command in COMMANDS])

    def logits(seed: int, by_steps: bool = False) -> torch.Tensor:
        memory = model.encode(ids, lengths, torch.Generator().manual_seed(seed))
        symbols, state, steps = some_symbols(4, len(COMMANDS)), memory.final, []
        if not by_steps:
            return model.decoder(symbols, state, memory)[0]
        for step in range(4):
            found, state, _ = model.decoder(symbols[step : step + 1], state, memory)
            steps.append(found)
        return torch.cat(steps)

    assert torch.equal(logits(1), logits(1))
    assert not torch.equal(logits(1), logits(2))
    torch.testing.assert_close(logits(1, by_steps=True), logits(1), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_parameters_are_counted_by_part(kind: str) -> None:
    model = made(attention=kind)
    counts = model.parameter_counts()
    assert sum(counts.values()) == sum(p.numel() for p in model.parameters())
    # An LSTM of H units over E features: four gates with E + H weights and torch's two biases.
    gates = 4 * (6 + 5) * 5 + 2 * 4 * 5
    assert counts["encoder"] == 2 * gates
    assert counts["decoder"] == 4 * (6 + 10) * 10 + 2 * 4 * 10
    assert counts["source_embedding"] == (1 + 13) * 6
    assert counts["target_embedding"] == (3 + 6) * 6
    assert counts["output"] == (3 + 6) * ((10 if kind == "none" else 20) + 1)


def test_the_names_of_weights_are_those_of_the_shipped_file() -> None:
    """Whatever the modules are called: names on disk stay."""
    weights = read_model(find("scan", TRANSLATOR), TRANSLATOR).weights
    config = TranslatorConfig()
    state = Translator(config, len(LANGUAGES.source), len(LANGUAGES.target)).state_dict()
    assert set(state) == set(weights)
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == {
        name: array.shape for name, array in weights.items()
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_a_state_dict_comes_back(shape: dict[str, Any]) -> None:
    model = made(**shape)
    other = Translator(model.config, len(LANGUAGES.source), len(LANGUAGES.target)).eval()
    other.load_state_dict(model.state_dict())
    assert other.state_dict().keys() == model.state_dict().keys()
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(one, two)
    memory, again = memory_of(model), memory_of(other)
    symbols = some_symbols(3, len(COMMANDS))
    expected = model.decoder(symbols, memory.final, memory)[0]
    assert torch.equal(other.decoder(symbols, again.final, again)[0], expected)


# Decoding


@pytest.mark.parametrize("shape", SHAPES)
def test_greedy_in_a_batch_is_greedy_one_by_one(shape: dict[str, Any]) -> None:
    model = made(**shape)
    together = greedy_search(model.decoder, memory_of(model), rules(12))
    alone = [
        greedy_search(model.decoder, memory_of(model, [command]), rules(12))[0]
        for command in COMMANDS
    ]
    assert together == alone
    for ids in together:
        assert PAD not in ids
        assert START not in ids
        assert END not in ids[:-1]
        assert ids[-1] == END or len(ids) == 12


@pytest.mark.parametrize("shape", SHAPES)
def test_a_beam_of_one_is_greedy(shape: dict[str, Any]) -> None:
    model = made(**shape)
    memory = memory_of(model)
    found = beam_search(model.decoder, memory, rules(12), 1)
    assert [hypotheses[0].ids for hypotheses in found] == greedy_search(
        model.decoder, memory, rules(12)
    )


@pytest.mark.parametrize("width", [2, 5])
def test_a_beam_in_a_batch_is_a_beam_one_by_one(width: int) -> None:
    model = made()
    together = beam_search(model.decoder, memory_of(model), rules(8), width)
    for command, hypotheses in zip(COMMANDS, together, strict=True):
        (alone,) = beam_search(model.decoder, memory_of(model, [command]), rules(8), width)
        assert [h.ids for h in hypotheses] == [h.ids for h in alone]
        scores = [h.log_prob for h in hypotheses]
        np.testing.assert_allclose(scores, [h.log_prob for h in alone], atol=1e-5)
        assert scores == sorted(scores, reverse=True)
        assert len({h.ids for h in hypotheses}) == width


def log_prob(model: Translator, command: str, ids: tuple[int, ...]) -> float:
    """Of `ids`, by one pass over them, without padding and start among what can be said."""
    memory = memory_of(model, [command])
    thought, _ = inspect(model.decoder, memory, rules(100), torch.tensor(ids)[:, None])
    return float(thought[range(len(ids)), 0, ids].double().log().sum())


def test_a_beam_that_holds_all_finds_the_best_there_is() -> None:
    model = made()
    symbols = range(END, len(LANGUAGES.target))
    every = [
        ids
        for size in (1, 2, 3)
        for ids in product(symbols, repeat=size)
        if END not in ids[:-1] and (ids[-1] == END or size == 3)
    ]
    ranked = sorted(every, key=lambda ids: log_prob(model, "jump twice", ids), reverse=True)
    (found,) = beam_search(model.decoder, memory_of(model, ["jump twice"]), rules(3), len(every))
    assert [hypothesis.ids for hypothesis in found[:20]] == ranked[:20]
    assert len(found) == len(every)
    total = sum(np.exp(hypothesis.log_prob) for hypothesis in found)
    assert total == pytest.approx(1, abs=1e-5)
    for hypothesis in found[:20]:
        expected = log_prob(model, "jump twice", hypothesis.ids)
        assert hypothesis.log_prob == pytest.approx(expected, abs=1e-4)


def test_a_wider_beam_finds_nothing_worse() -> None:
    model = made(attention="none")
    memory = memory_of(model)
    best = [
        [found[0].log_prob for found in beam_search(model.decoder, memory, rules(6), width)]
        for width in (1, 30)
    ]
    assert all(wide >= narrow - 1e-6 for narrow, wide in zip(*best, strict=True))


def test_nothing_is_thought_of_what_cannot_be_said() -> None:
    model = made()
    thought, weights = inspect(
        model.decoder, memory_of(model), rules(100), some_symbols(4, len(COMMANDS))
    )
    assert (thought[..., [PAD, START]] == 0).all()
    torch.testing.assert_close(thought.sum(2), torch.ones(4, len(COMMANDS)))
    assert weights is not None
    assert weights.shape == (4, len(COMMANDS), 6)


def test_sizes_that_agree_need_no_matrix_between_them() -> None:
    plain, agreeing = made(), made(encoder_hidden_size=5)
    assert agreeing.state_dict().keys() == plain.state_dict().keys()
    other = made(encoder_hidden_size=7, num_layers=2)
    bridge = {name for name in other.state_dict() if name.startswith("bridge.")}
    assert len(bridge) == 2 * 2 * 2  # layers, h and c, weight and bias
    assert other.parameter_counts()["bridge"] == 4 * (14 * 10 + 10)


def test_a_step_depends_on_what_the_step_before_has_attended_to() -> None:
    model = made(input_feeding=True)
    memory, symbols = memory_of(model), some_symbols(3, len(COMMANDS))
    *states, fed = memory.final
    assert fed.shape == (1, len(COMMANDS), 10)
    logits = model.decoder(symbols, memory.final, memory)[0]
    others = model.decoder(symbols, [*states, fed + 1], memory)[0]
    assert not torch.allclose(logits, others)


def test_feeding_needs_attention_and_halves_need_even_numbers() -> None:
    with pytest.raises(UserError, match="input_feeding needs attention"):
        TranslatorConfig(input_feeding=True, attention="none")
    with pytest.raises(UserError, match=r"must be even.*or name an encoder_hidden_size"):
        TranslatorConfig(hidden_size=9)
    old = TranslatorConfig().to_json()
    del old["input_feeding"], old["encoder_hidden_size"]
    assert TranslatorConfig.from_json(old) == TranslatorConfig()
