"""What a translator is trained on, and how it is evaluated."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
import torch
from commands_of_scan import shape, some, training

from charlm.parts import KnownAttention
from charlm.training.distributed import World
from corpora.scan.grammar import ACTIONS, WORDS, Pair
from seq.padding import END, START
from seq.scan.config import TranslatorConfig
from seq.scan.model import Translator
from seq.scan.task import EncodedPairs, Translation, translate
from seq.scan.training import encode_pairs
from seq.scan.vocabularies import Languages

LANGUAGES = Languages.from_symbols(WORDS, ACTIONS)


def task(model: TranslatorConfig | None = None, **changes: Any) -> Translation:
    torch.manual_seed(1)
    made = Translator(model or shape(), len(LANGUAGES.source), len(LANGUAGES.target))
    pairs = encode_pairs(LANGUAGES, some(40))
    return Translation(
        made,
        LANGUAGES,
        pairs,
        pairs.select(np.arange(7)),
        training(**changes),
        precision="fp32",
        world=World(device=torch.device("cpu")),
    )


def test_a_pass_holds_every_pair_once_and_begins_where_it_is_told() -> None:
    made = task()
    passes = [list(made.batches(epoch, 0)) for epoch in (0, 1)]
    for batches in passes:
        assert len(batches) == made.steps_per_epoch == 5
        assert sum(made.units(batch) for batch in batches) == 40
        said = []
        for batch in batches:
            for row, length in enumerate(batch.lengths.tolist()):
                words = batch.commands[:length, row]
                actions = [i for i in batch.actions[:, row].tolist() if i]
                begun = [i for i in batch.inputs[:, row].tolist() if i]
                assert begun[0] == START
                assert begun[1 : len(actions)] == actions[:-1]
                assert actions[-1] == END
                said.append(Pair(
                    tuple(LANGUAGES.source.symbols[i] for i in words),
                    LANGUAGES.decode_actions(actions),
                ))  # fmt: skip
        assert sorted(said, key=str) == sorted(some(40), key=str)
    assert not torch.equal(passes[0][0].commands, passes[1][0].commands)
    later = list(made.batches(0, 3))
    assert all(
        torch.equal(one.commands, other.commands)
        for one, other in zip(later, passes[0][3:], strict=True)
    )


@pytest.mark.parametrize("attention", ["none", "additive"])
def test_given_all_actions_stepping_is_the_same_as_all_at_once(attention: Any) -> None:
    made = task(shape(attention=attention, num_layers=2))
    batch = next(made.batches(0, 0))
    memory = made.model.encode(batch.commands, batch.lengths, torch.Generator().manual_seed(1))
    whole, _, _ = made.model.decoder(batch.inputs, memory.final, memory)
    stepped = made._decode_by_steps(batch, memory, torch.Generator())  # with a share of 1
    torch.testing.assert_close(stepped, whole, atol=1e-5, rtol=1e-5)


def test_given_no_actions_the_decoder_goes_on_from_its_own() -> None:
    made = task(shape(dropout=0.0), teacher_forcing=0.0)
    batch = next(made.batches(0, 0))
    memory = made.model.encode(batch.commands, batch.lengths)
    logits = made._decode_by_steps(batch, memory, torch.Generator())
    own = torch.cat([batch.inputs[:1], logits.argmax(2)[:-1]])
    again, _, _ = made.model.decoder(own, memory.final, memory)
    torch.testing.assert_close(logits, again, atol=1e-5, rtol=1e-5)
    # And the loss is the one of these logits.
    flat = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), batch.actions.flatten(), ignore_index=0
    )
    assert made.loss(made.model, batch, torch.Generator()).item() == pytest.approx(flat.item())


def test_evaluation_is_the_mean_over_actions_and_the_share_of_exact_matches() -> None:
    made = task()
    figures = made.evaluate()
    total, count, right = 0.0, 0, 0
    for command, actions in zip(made.validation.commands, made.validation.actions, strict=True):
        one = EncodedPairs([command], [actions]).batch(np.array([0]), torch.device("cpu"))
        made.model.eval()
        with torch.inference_mode():
            memory = made.model.encode(one.commands, one.lengths)
            logits, _, _ = made.model.decoder(one.inputs, memory.final, memory)
        log_probs = logits[:, 0].log_softmax(1)[range(len(actions)), actions.tolist()]
        total, count = total - float(log_probs.sum()), count + len(actions)
        (found,) = translate(made.model, [command], torch.device("cpu"), "fp32")
        right += found == tuple(actions.tolist())
    assert figures["loss"] == pytest.approx(total / count, rel=1e-5)
    assert figures["accuracy"] == right / 7


@pytest.mark.wide(3)
@pytest.mark.parametrize("attention", get_args(KnownAttention))
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_gradient_reaches_every_weight(attention: Any, share: float) -> None:
    made = task(shape(attention=attention, num_layers=2), teacher_forcing=share)
    batch = next(made.batches(0, 0))
    made.loss(made.model, batch, torch.Generator().manual_seed(1)).backward()
    for name, weight in made.model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().sum() > 0, name
        assert weight.grad.isfinite().all(), name
