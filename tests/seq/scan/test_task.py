"""Training a translator: what it learns from, that it learns, and that it resumes exactly."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from commands_of_scan import put, request, shape, some, tiny, training
from training_helpers import Result, last_step, result, resume, start, trained, trained_until

from charlm.runs.files import CONFIG
from charlm.runs.run_folder import RunFolder
from charlm.training.distributed import World
from charlm.training.events import Evaluated, Sampled
from charlm.training.log import read_events
from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS, Pair, interpret, pairs
from corpora.scan.splits import Split
from seq.scan import library
from seq.scan.config import AttentionKind, TranslatorConfig
from seq.scan.model import Translator
from seq.scan.task import EncodedPairs, Translation, translate
from seq.scan.training import _hold_out, encode_pairs
from seq.scan.vocabularies import END, START, Languages

LANGUAGES = Languages.of(WORDS, ACTIONS)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)


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


def test_languages_read_what_they_have_written() -> None:
    assert Languages.from_json(LANGUAGES.to_json()) == LANGUAGES
    pair = some(1)[0]
    ids = LANGUAGES.written(pair.actions)
    assert ids[-1] == END
    assert LANGUAGES.actions(ids.tolist()) == pair.actions


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: "no JSON",
        lambda data: json.dumps([]),
        lambda data: json.dumps({**data, "format": "charlm-vocabulary"}),
        lambda data: json.dumps({**data, "version": 2}),
        lambda data: json.dumps({**data, "source": None}),
        lambda data: json.dumps({**data, "source": data["target"], "target": data["source"]}),
    ],
)
def test_what_is_no_pair_of_vocabularies_is_refused(damage: Callable[[Any], str]) -> None:
    with pytest.raises(UserError, match="vocabular"):
        Languages.from_json(damage(json.loads(LANGUAGES.to_json())))


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
                begun = [i for i in batch.begun[:, row].tolist() if i]
                assert begun[0] == START
                assert begun[1 : len(actions)] == actions[:-1]
                assert actions[-1] == END
                said.append(Pair(
                    tuple(LANGUAGES.source.symbols[i] for i in words),
                    LANGUAGES.actions(actions),
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
    whole, _, _ = made.model.decoder(batch.begun, memory.final, memory)
    stepped = made._on_its_own(batch, memory, torch.Generator())  # with a share of 1
    torch.testing.assert_close(stepped, whole, atol=1e-5, rtol=1e-5)


def test_given_no_actions_the_decoder_goes_on_from_its_own() -> None:
    made = task(shape(dropout=0.0), teacher_forcing=0.0)
    batch = next(made.batches(0, 0))
    memory = made.model.encode(batch.commands, batch.lengths)
    logits = made._on_its_own(batch, memory, torch.Generator())
    own = torch.cat([batch.begun[:1], logits.argmax(2)[:-1]])
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
            logits, _, _ = made.model.decoder(one.begun, memory.final, memory)
        log_probs = logits[:, 0].log_softmax(1)[range(len(actions)), actions.tolist()]
        total, count = total - float(log_probs.sum()), count + len(actions)
        (found,) = translate(made.model, [command], torch.device("cpu"), "fp32")
        right += found == tuple(actions.tolist())
    assert figures["loss"] == pytest.approx(total / count, rel=1e-5)
    assert figures["accuracy"] == right / 7


def test_pairs_that_are_repeated_are_never_set_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = some(30)
    put(monkeypatch, "repeated", Split("repeated", pairs + pairs[:1] * 25, ()))
    seen = set()
    for seed in range(20):
        training_, validation = _hold_out(
            pairs + pairs[:1] * 25, training(seed=seed, validation_share=0.3)
        )
        assert not set(training_.tolist()) & set(validation.tolist())
        assert len(training_) + len(validation) == 55
        assert len(validation) == 16
        seen |= set(validation.tolist())
    assert seen == set(range(1, 30))


def test_too_few_pairs_to_set_any_apart_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "two", Split("two", some(2), some(2)))
    with pytest.raises(UserError, match="2 commands are too few to hold out a share"):
        trained(start(request(None, "two")))


@pytest.mark.parametrize("attention", get_args(AttentionKind))
def test_a_model_overfits_32_pairs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attention: Any
) -> None:
    pairs = some(33)
    put(monkeypatch, "few", Split("few", pairs, ()))
    wanted = {"hidden_size": 48, "embedding_size": 16, "dropout": 0.0, "epochs": 60}
    trained(
        start(
            request(tmp_path / "run", "few", attention=attention, validation_share=0.03, **wanted)
        )
    )
    run = tmp_path / "run"
    # The last weights: what was kept is the best on the one pair that was set apart.
    translator = library.load(str(run), device="cpu")
    translator.model.load_state_dict(last_weights(run))
    rows, _ = _hold_out(pairs, training(validation_share=0.03))
    learned = [pairs[row] for row in rows]
    assert len(learned) == 32
    found = translator.actions([" ".join(pair.command) for pair in learned])
    assert found == [pair.actions for pair in learned]


def last_weights(run: Path) -> dict[str, torch.Tensor]:
    arrays, _ = RunFolder(run).load_last()
    return {
        name.removeprefix("model."): torch.tensor(array)
        for name, array in arrays.items()
        if name.startswith("model.")
    }


KINDS: dict[str, dict[str, Any]] = {
    "attention": {},
    "none, two layers": {"attention": "none", "num_layers": 2, "dropout": 0.4},
    "on its own": {"teacher_forcing": 0.5, "attention": "cosine", "evaluate_every": 4},
    "gru in bf16": {"cell": "gru", "precision": "bf16", "attention": "additive"},
}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    folder = tmp_path_factory.mktemp("uninterrupted")

    @cache
    def of(kind: str) -> Result:
        trained(start(request(folder / kind, **KINDS[kind])))
        return result(folder / kind)

    return of


@pytest.mark.parametrize("kind", KINDS)
def test_a_translator_resumes_exactly(
    tmp_path: Path, uninterrupted: Callable[[str], Result], kind: str
) -> None:
    """Before the first step, in a pass, between passes, and at the end."""
    run = tmp_path / "cut"
    trained_until(0, lambda **hooks: start(request(run, **KINDS[kind]), **hooks))
    for step in (2, 5, 7, 10, 20):
        trained_until(step, resume, run)
        assert last_step(run) == step
    trained(resume(run))
    assert result(run) == uninterrupted(kind)


def test_more_passes_can_be_asked_for_and_nothing_else(tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(start(request(run, epochs=1)))
    trained(resume(run, changes={"epochs": 2}))
    assert json.loads((run / CONFIG).read_text())["training"]["epochs"] == 2
    with pytest.raises(UserError, match="may change while a run is resumed"):
        trained(resume(run, changes={"batch_size": 3}))


def test_pairs_that_have_changed_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained(start(request(tmp_path / "run", epochs=1)))
    put(monkeypatch, "tiny", Split("tiny", tiny().train[1:], tiny().test))
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        trained(resume(tmp_path / "run"))


def test_what_is_logged(tmp_path: Path) -> None:
    events = trained(start(request(tmp_path / "run")))
    evaluated = [event for event in events if isinstance(event, Evaluated)]
    assert [event.epoch for event in evaluated] == [1, 2, 3, 4]
    assert all(0 <= event.metrics["accuracy"] <= 1 for event in evaluated)
    samples = [event.text for event in events if isinstance(event, Sampled)]
    for text in samples:
        command, actions = text.split(" → ")
        interpret(command)
        assert set(actions.split()) <= set(ACTIONS)
    assert len([*read_events(tmp_path / "run")]) == len(events)
    about = json.loads((tmp_path / "run" / CONFIG).read_text())
    assert about["corpus"]["split"] == "tiny"
    assert about["corpus"]["pairs"] == 44


# The handle


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translator") / "run"
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        trained(start(request(folder, epochs=8)))
    return folder


@pytest.mark.parametrize("width", [1, 4])
def test_a_translation_tells_what_was_thought(run: Path, width: int) -> None:
    translator = library.load(str(run), device="cpu")
    found = translator.translate("jump left twice", width=width)
    assert len(found) == width
    for one in found:
        assert one.command == ("jump", "left", "twice")
        assert one.symbols == (*ACTIONS, "<end>")
        assert len(one.steps) == len(one.actions) + one.ended
        assert one.probabilities.shape == (len(one.steps), 7)
        np.testing.assert_allclose(one.probabilities.sum(1), 1, atol=1e-5)
        said = [one.symbols.index(symbol) for symbol in one.steps]
        own = np.log(one.probabilities[range(len(said)), said]).sum()
        assert one.log_prob == pytest.approx(own, abs=1e-4)
        assert one.attention is not None
        assert one.attention.shape == (len(one.steps), 3)
        np.testing.assert_allclose(one.attention.sum(1), 1, atol=1e-5)
    assert found[0].actions == translator.actions(["jump left twice"])[0] or width > 1
    assert [one.log_prob for one in found] == sorted((o.log_prob for o in found), reverse=True)


def test_without_attention_there_is_none_to_tell(tmp_path: Path) -> None:
    trained(start(request(tmp_path / "run", attention="none", epochs=1)))
    assert library.load(str(tmp_path / "run")).translate("jump")[0].attention is None


@pytest.mark.parametrize(
    ("commands", "line"),
    [(["jump", " "], "an empty command"), (["fly left"], "'fly' at position 0")],
)
def test_what_cannot_be_read_is_refused(run: Path, commands: list[str], line: str) -> None:
    with pytest.raises(UserError, match=line):
        library.load(str(run)).actions(commands)


def test_a_string_is_no_list_of_commands(run: Path) -> None:
    with pytest.raises(TypeError, match="a list of commands"):
        library.load(str(run)).actions("jump")


def test_the_shipped_translator_knows_the_grammar() -> None:
    """All of it but a handful: 4,182 commands of 20,910 it has never seen."""
    random = np.random.default_rng(0)
    every = list(pairs())
    drawn = [every[index] for index in random.choice(len(every), 1500, replace=False)]
    found = library.load().actions([" ".join(pair.command) for pair in drawn])
    right = [said == pair.actions for said, pair in zip(found, drawn, strict=True)]
    assert np.mean(right) > 0.999
