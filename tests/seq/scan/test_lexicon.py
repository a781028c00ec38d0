"""A translator with a lexicon is decoded, traced, trained and kept as others are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from commands_of_scan import request
from torch import Tensor
from training_helpers import last_step, result, resume, start, trained, trained_until

from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS, Pair, interpret
from seq.batches import pad
from seq.decoding import DecodingRules, beam_search, greedy_search
from seq.layers.memory import Memory
from seq.padding import END, START
from seq.scan import library
from seq.scan.config import TranslatorConfig
from seq.scan.lexicon import find_lexicon, read_alike
from seq.scan.library import CommandTranslator
from seq.scan.model import Translator
from seq.scan.steps import trace_decoder
from seq.scan.vocabularies import Languages

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)
COMMANDS = ["jump", "walk twice and turn left", "look around right thrice after run", "turn left"]
KINDS: list[dict[str, Any]] = [
    {"lexicon": True},
    {"lexicon": True, "attention": "additive", "cell": "gru", "num_layers": 2},
    {"lexicon": True, "walking": True, "cell": "rnn"},
]
TAUGHT = ["jump", "walk", "run", "look", "turn left", "turn right", "walk left", "walk right"]
LEXICON = find_lexicon(LANGUAGES, [Pair(tuple(c.split()), interpret(c)) for c in TAUGHT])
RULES = DecodingRules(start=START, end=END, limit=12)


def made(**changes: Any) -> Translator:
    """A translator with weights of some size, so that it has opinions."""
    torch.manual_seed(3)
    shape = TranslatorConfig(embedding_size=6, hidden_size=10).replace(changes)
    model = Translator(shape, len(LANGUAGES.source), len(LANGUAGES.target)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)
    if shape.lexicon:
        model.learn_lexicon(LEXICON)
    return model


def memory_of(model: Translator, commands: list[str] = COMMANDS) -> Memory:
    return model.encode(*pad([LANGUAGES.encode_command(command.split()) for command in commands]))


def some_symbols(steps: int = 6, rows: int = 4) -> Tensor:
    return torch.randint(START, 9, (steps, rows), generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("shape", KINDS)
def test_padding_and_steps_change_nothing(shape: dict[str, Any]) -> None:
    model, symbols = made(**shape), some_symbols()
    memory = memory_of(model)
    whole, _, weights = model.decoder(symbols, memory.final, memory)
    assert weights is not None
    torch.testing.assert_close(weights.sum(2), torch.ones(6, 4))
    state, steps = memory.final, []
    for step in symbols:
        logits, state, _ = model.decoder(step[None], state, memory)
        steps.append(logits)
    torch.testing.assert_close(torch.cat(steps), whole, atol=1e-5, rtol=1e-5)
    for row, command in enumerate(COMMANDS):
        alone = memory_of(model, [command])
        own, _, looked = model.decoder(symbols[:, row : row + 1], alone.final, alone)
        torch.testing.assert_close(own[:, 0], whole[:, row], atol=1e-5, rtol=1e-5)
        assert looked is not None
        size = looked.shape[2]
        torch.testing.assert_close(looked[:, 0], weights[:, row, :size], atol=1e-5, rtol=1e-5)
        assert not weights[:, row, size:].any()


@pytest.mark.parametrize("shape", KINDS)
def test_a_batch_is_decoded_as_each_command_alone(shape: dict[str, Any]) -> None:
    model = made(**shape)
    memory = memory_of(model)
    together = greedy_search(model.decoder, memory, RULES)
    alone = [greedy_search(model.decoder, memory_of(model, [c]), RULES)[0] for c in COMMANDS]
    assert together == alone
    assert [each[0].ids for each in beam_search(model.decoder, memory, RULES, 1)] == together


@pytest.mark.parametrize("shape", KINDS)
def test_the_trace_ends_where_torch_ends(shape: dict[str, Any]) -> None:
    model = made(**shape)
    translator = CommandTranslator("made", LANGUAGES, model, torch.device("cpu"), "fp32")
    (found,) = translator.translate("walk twice and turn left")
    assert found.attention is not None
    assert found.attention.shape == (len(found.steps), 5)
    hidden = trace_decoder(translator, found).fields["hidden"]
    memory = memory_of(model, ["walk twice and turn left"])
    said = [*LANGUAGES.target.encode(found.actions).tolist(), END]
    inputs = torch.tensor([START, *said])[: len(found.steps), None]
    _, state, _ = model.decoder(inputs, memory.final, memory)
    last = state[len(model.decoder.layers) - 1]
    expected = last if isinstance(last, Tensor) else last[0]
    np.testing.assert_allclose(hidden[-1, -1], expected[0, 0].detach().numpy(), atol=1e-5)


def test_lexicon_and_kinds_are_found_in_the_training_pairs() -> None:
    words, actions = LANGUAGES.source.symbols, LANGUAGES.target.symbols
    assert {words[word]: actions[action] for word, action in LEXICON.translations.items()} == {
        "jump": "I_JUMP", "walk": "I_WALK", "run": "I_RUN", "look": "I_LOOK",
        "left": "I_TURN_LEFT", "right": "I_TURN_RIGHT",
    }  # fmt: skip
    kinds: dict[int, set[str]] = {}
    for word, kind in LEXICON.kinds.items():
        kinds.setdefault(kind, set()).add(words[word])
    assert sorted(map(sorted, kinds.values())) == [
        ["jump", "look", "run", "walk"],
        ["left", "right"],
    ]


def test_of_pairs_without_symmetries_there_are_no_kinds() -> None:
    pairs = [Pair(("a",), ("X",)), Pair(("b", "a"), ("Y", "X")), Pair(("c",), ("Y", "Z"))]
    languages = Languages.from_symbols(["a", "b", "c"], ["X", "Y", "Z"])
    assert find_lexicon(languages, pairs).kinds == {}


def test_each_symbol_is_read_as_the_first_of_its_kind() -> None:
    kinds = torch.tensor([0.0, 2, 1, 2, 0, 1])
    assert read_alike(kinds).tolist() == [0, 1, 2, 1, 4, 2]
    damaged = read_alike(torch.tensor([torch.nan, 1e9, -3.0]))
    assert ((damaged >= 0) & (damaged < 3)).all()


@pytest.mark.parametrize("shape", KINDS)
def test_exchanged_words_have_exchanged_actions(shape: dict[str, Any]) -> None:
    """Exactly, and whatever the weights are: so a verb that was learned alone is no stranger."""
    model = made(**shape)
    exchanged = {"walk": "jump", "jump": "walk", "left": "right", "right": "left"}
    exchanged |= {"I_WALK": "I_JUMP", "I_JUMP": "I_WALK"}
    exchanged |= {"I_TURN_LEFT": "I_TURN_RIGHT", "I_TURN_RIGHT": "I_TURN_LEFT"}
    others = [" ".join(exchanged.get(word, word) for word in c.split()) for c in COMMANDS]
    found, again = (
        [LANGUAGES.decode_actions(ids) for ids in greedy_search(model.decoder, memory, RULES)]
        for memory in (memory_of(model), memory_of(model, others))
    )
    assert any(action in exchanged for said in found for action in said)
    assert again == [tuple(exchanged.get(action, action) for action in said) for said in found]


@pytest.mark.slow
def test_it_is_trained_resumed_and_read_again(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    trained(start(request(whole, lexicon=True)))
    trained_until(3, lambda **hooks: start(request(cut, lexicon=True), **hooks))
    trained(resume(cut))
    assert last_step(cut) == last_step(whole)
    assert result(cut) == result(whole)
    translator = library.load(str(whole), device="cpu")
    assert translator.model.lexicon.sum() > 0
    assert translator.translate("jump twice and walk")[0].attention is not None


def test_who_does_not_attend_copies_nothing() -> None:
    with pytest.raises(UserError, match="choose a kind of attention"):
        TranslatorConfig(attention="none", lexicon=True)
