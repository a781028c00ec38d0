"""A translator whose attention walks is decoded, traced, trained and resumed as others are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from commands_of_scan import request
from training_helpers import last_step, result, resume, start, trained, trained_until

from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS
from seq.batches import pad
from seq.decoding import DecodingRules, beam_search, greedy_search
from seq.layers.memory import Memory
from seq.padding import END, START
from seq.scan import library
from seq.scan.config import TranslatorConfig
from seq.scan.inside import trace_command
from seq.scan.model import Translator
from seq.scan.vocabularies import Languages

pytestmark = pytest.mark.long

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)
COMMANDS = ["jump", "walk twice and turn left", "look around right thrice after run", "turn left"]
SHAPES: list[dict[str, Any]] = [
    {"attention": "scaled_dot"}, {"attention": "additive", "cell": "gru", "num_layers": 2},
    {"attention": "cosine", "cell": "rnn"},
]  # fmt: skip
RULES = DecodingRules(start=START, end=END, limit=12)


def made(**changes: Any) -> Translator:
    """A translator with weights of some size, so that it has opinions."""
    torch.manual_seed(3)
    shape = TranslatorConfig(embedding_size=6, hidden_size=10, walking=True).replace(changes)
    model = Translator(shape, len(LANGUAGES.source), len(LANGUAGES.target)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    return model


def memory_of(model: Translator, commands: list[str] = COMMANDS) -> Memory:
    return model.encode(*pad([LANGUAGES.encode_command(command.split()) for command in commands]))


@pytest.mark.parametrize("shape", SHAPES)
def test_padding_and_steps_change_nothing(shape: dict[str, Any]) -> None:
    model = made(**shape)
    symbols = torch.randint(START, 9, (6, 4), generator=torch.Generator().manual_seed(4))
    memory = memory_of(model)
    whole, after, weights = model.decoder(symbols, memory.final, memory)
    state, steps = memory.final, []
    for step in symbols:
        logits, state, _ = model.decoder(step[None], state, memory)
        steps.append(logits)
    torch.testing.assert_close(torch.cat(steps), whole, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(state[-1], after[-1], atol=1e-5, rtol=1e-5)
    for row, command in enumerate(COMMANDS):
        alone = memory_of(model, [command])
        own, _, looked = model.decoder(symbols[:, row : row + 1], alone.final, alone)
        torch.testing.assert_close(own[:, 0], whole[:, row], atol=1e-5, rtol=1e-5)
        assert weights is not None
        assert looked is not None
        size = len(command.split())
        torch.testing.assert_close(looked[:, 0], weights[:, row, :size], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_beam_of_one_is_greedy(shape: dict[str, Any]) -> None:
    model = made(**shape)
    memory = memory_of(model)
    found = beam_search(model.decoder, memory, RULES, 1)
    assert [each[0].ids for each in found] == greedy_search(model.decoder, memory, RULES)


def test_it_is_trained_resumed_and_read_again(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    trained(start(request(whole, walking=True)))
    trained_until(3, lambda **hooks: start(request(cut, walking=True), **hooks))
    trained_until(9, resume, cut)
    assert last_step(cut) == 9
    trained(resume(cut))
    assert result(cut) == result(whole)
    translator = library.load(str(whole), device="cpu")
    assert translator.model.config.walking
    (found,) = translator.translate("jump twice and walk")
    assert found.attention is not None
    torch.testing.assert_close(torch.tensor(found.attention).sum(1), torch.ones(len(found.steps)))
    trace = trace_command(translator, "jump twice and walk")
    assert len(trace.values) == len(found.steps)


def test_walking_adds_a_matrix_to_attention_and_changes_nothing_else() -> None:
    plain, walking = (made(walking=walks).parameter_counts() for walks in (False, True))
    assert walking == {**plain, "attention": 4 * (10 + 1)}


def test_who_does_not_attend_does_not_walk() -> None:
    with pytest.raises(UserError, match="choose a kind of attention"):
        TranslatorConfig(attention="none", walking=True)
