import errno
import io
import itertools
import json
import math
import os
import re
import signal
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_helpers import (
    MODEL_CONFIG,
    TRAINING_CONFIG,
    last_step,
    options,
    request,
    result,
    resume,
    short_text,
    start,
    trained,
    trained_until,
)

import charlm
from charlm.config import ModelConfig, TrainingConfig
from charlm.evaluation import evaluate
from charlm.model import CharLM
from charlm.runs.files import CONFIG, METRICS, MODEL, VOCABULARY
from charlm.runs.model_file import read_model
from charlm.start import load_torch_model
from charlm.task import LanguageModelling
from charlm.train import app
from charlm.training.events import Evaluated, Finished, Started
from charlm.training.log import best_loss, read_events
from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.text.vocabulary import Vocabulary

CPU = torch.device("cpu")


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return short_text(tmp_path)


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_training_learns_and_leaves_a_model_that_writes(text: Path) -> None:
    events = trained(start(request(text, Path("run"), epochs=12, learning_rate=0.02, dropout=0.0)))
    losses = [event.loss for event in events if isinstance(event, Evaluated)]
    symbols = len(set(text.read_text()))
    assert losses[0] < 1.3 * math.log(symbols)
    assert min(losses) < 0.8 * math.log(symbols)
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.best_loss == min(losses) == best_loss(Path("run"))
    model = charlm.load("run")
    written = model.generate("The ", length=50, seed=1)
    assert len(written) == 50
    assert set(written) <= set(text.read_text())


def test_the_model_on_disk_is_the_one_that_was_evaluated_as_the_best(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, penalties = LanguageModelling.evaluate, iter([5.0, 0.0, 5.0, 5.0, 5.0])

    def best_at_the_second(self: LanguageModelling) -> dict[str, float]:
        figures = dict(real(self))
        return figures | {"loss": figures["loss"] + next(penalties)}

    monkeypatch.setattr(LanguageModelling, "evaluate", best_at_the_second)
    events = trained(start(request(text, Path("run"))))
    best = [event for event in events if isinstance(event, Evaluated) and event.best][-1]
    model, vocabulary = load_torch_model(Path("run"), CPU)
    encoded = encode(str(text))
    assert vocabulary == encoded.vocabulary
    found = evaluate(model, encoded.split("validation"), device=CPU, line_feed=None)
    assert found.nats_per_character == pytest.approx(best.loss, rel=1e-6)
    assert best.step == 30


def test_a_new_run_is_named_after_its_text_and_never_takes_the_place_of_another(
    text: Path,
) -> None:
    for expected in ("runs/text", "runs/text-2", "runs/text-3"):
        with start(request(text, None)) as training:
            assert training.run.path == Path(expected)
            assert (training.run.path / CONFIG).exists()


@pytest.mark.parametrize(
    "name",
    ["war & peace; rm.txt", "Überfahrt – 1.txt", "...txt", "-.txt", ".hidden.txt", "a/b.txt"],
)
def test_a_name_is_one_that_any_shell_takes(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "texts" / Path(name).parent
    folder.mkdir(parents=True)
    text = short_text(folder, name=Path(name).name)
    with start(request(text, None)) as training:
        assert training.run.path.parent == Path("runs")
        assert re.fullmatch(r"\w[\w.-]*", training.run.path.name)


def test_the_run_folder_says_how_it_was_made(text: Path) -> None:
    asked = request(text, Path("deep/run"), cell="gru", seed=7)
    with start(asked) as training:
        told = json.loads((training.run.path / CONFIG).read_text())
        vocabulary = (training.run.path / VOCABULARY).read_text()
    encoded = encode(str(text))
    assert Vocabulary.from_json(vocabulary) == encoded.vocabulary
    assert ModelConfig.from_json(told["model"]) == asked.model
    assert TrainingConfig.from_json(told["training"]) == asked.training
    assert told["corpus"] == {
        "spec": str(text),
        "encoding": "utf-8",
        "characters": len(encoded),
        "sha256": encoded.sha256,
    }
    assert told["resolved"] == {"device": "cpu", "precision": "fp32", "processes": 1}
    assert (told["kind"], told["init_from"]) == ("charlm", None)
    assert told["versions"]["torch"] == torch.__version__


def test_the_seed_decides_everything(text: Path) -> None:
    for run, seed, unrelated in (("a", 1, 5), ("b", 1, 6), ("c", 2, 5)):
        torch.manual_seed(unrelated)
        trained(start(request(text, Path(run), seed=seed)))
    a, b, c = (result(Path(run)) for run in "abc")
    assert a == b
    assert a.tensors["model.output.weight"] != c.tensors["model.output.weight"]
    assert a.logged != c.logged


def test_a_run_in_the_way_is_left_as_it_is(text: Path) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    before = content(run)
    with (
        pytest.raises(UserError, match="--resume it, or name another --out"),
        start(request(text, run, seed=2)),
    ):
        pass
    assert content(run) == before


@pytest.mark.parametrize("place", ["file", "file/run", "file/deep/run"])
def test_a_folder_that_cannot_be_made_is_a_line(text: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(UserError, match=r"cannot make .*file"),
        start(request(text, tmp_path / place)),
    ):
        pass
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("name", [METRICS, "last", MODEL])
def test_a_thing_in_the_way_of_a_file_is_a_line(text: Path, name: str) -> None:
    run = Path("run")
    if name == "last":
        run.mkdir()
        (run / name).write_text("in the way")
    else:
        (run / name).mkdir(parents=True)
    with pytest.raises(UserError, match=f"cannot write .*{name}"):
        trained(start(request(text, run)))


def test_a_text_that_is_too_short_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="characters, too few for one batch"),
        start(request(short_text(tmp_path, 100), None)),
    ):
        pass
    assert not Path("runs").exists()


def test_a_full_disk_ends_the_training_and_spoils_nothing(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = Path("whole"), Path("run")
    trained(start(request(text, whole)))
    real = os.fsync

    def full_after_a_while(handle: int) -> None:
        if last_step(run) >= 30:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_after_a_while)
        with pytest.raises(UserError, match="the disk is full; free some space"):
            trained(start(request(text, run)))
    assert last_step(run) == 30
    charlm.load("run")
    trained(resume(run))
    assert result(run) == result(whole)


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(data)))


def test_a_text_from_standard_input_has_to_be_given_again(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = Path("whole"), Path("runs/stdin")
    trained(start(request(text, whole)))
    standard_input(monkeypatch, text.read_bytes())
    trained_until(20, start, request("-", None))
    with pytest.raises(UserError, match="give its text again: CORPUS --resume"), resume(run):
        pass
    trained(resume(run, corpus=str(text)))
    assert result(run) == result(whole)


def test_a_resumed_training_keeps_the_precision_that_it_began_with(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Path("run")
    found = []
    for able in (True, False):
        for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
            monkeypatch.setattr(torch.cpu, name, lambda able=able: able)
        if able:
            events = trained_until(3, start, request(text, run, precision="auto"))
        else:
            events = trained_until(6, resume, run)
        assert isinstance(events[0], Started)
        found.append(events[0].precision)
    assert found == ["bf16", "bf16"]


# Starting from a model.


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A trained run on a text in small letters only."""
    plain = tmp_path / "plain.txt"
    plain.write_text(re.sub(r"[^a-z \n]", "", short_text(tmp_path).read_text().lower()))
    trained(start(request(plain, Path("old"), epochs=4, learning_rate=0.02)))
    return plain


def new_text(tmp_path: Path) -> Path:
    """Another text, with figures and capitals in it."""
    new = tmp_path / "new.txt"
    new.write_text("".join(f"Line {n} of {n * n}: {n**3}.\n" for n in range(200)))
    return new


def loss_on(model: CharLM, vocabulary: Vocabulary, path: Path) -> float:
    ids = vocabulary.encode(path.read_text())
    return evaluate(model, ids, device=CPU, line_feed=None).nats_per_character


def test_a_model_to_start_from_keeps_what_it_knew(old: Path, tmp_path: Path) -> None:
    before, known = load_torch_model(Path("old"), CPU)
    with start(from_model("old", new_text(tmp_path), hidden_size=99, dropout=0.4)) as training:
        task = training.trainer.task
        assert isinstance(task, LanguageModelling)
        after, vocabulary = task.model, task.vocabulary
        assert vocabulary.symbols[: len(known)] == known.symbols
        assert set("0123456789L:.") <= set(vocabulary.symbols)
        # The old distribution loses next to nothing to the symbols that are new.
        assert loss_on(after, vocabulary, old) == pytest.approx(
            loss_on(before, known, old), abs=0.1
        )
        kept = slice(len(known))
        assert torch.equal(after.embedding.weight[kept], before.embedding.weight)
        assert torch.equal(after.output.weight[kept], before.output.weight)
        assert torch.equal(after.layers[1].weight_hh_l0, before.layers[1].weight_hh_l0)
        # The shape is that of the model; the dropout is what is asked for now.
        assert after.config == before.config.replace({"dropout": 0.4})


def from_model(model: str, text: Path, run: Path | None = None, **changes: Any) -> Any:
    asked = request(text, run, **changes)
    return type(asked)(**(vars(asked) | {"init_from": model}))


@pytest.mark.parametrize("model", ["old", "old/model.safetensors"])
def test_a_model_to_start_from_learns_the_new_text_and_can_be_resumed(
    old: Path, tmp_path: Path, model: str
) -> None:
    new, run, whole = new_text(tmp_path), Path("new"), Path("whole")
    trained(start(from_model(model, new, whole)))
    trained_until(20, start, from_model(model, new, run))
    trained(resume(run))
    assert result(run) == result(whole)
    assert json.loads((run / CONFIG).read_text())["init_from"] == model
    losses = [e["loss"] for e in read_events(run) if e["event"] == "evaluated"]
    assert losses[-1] < losses[0]
    assert set(charlm.load("new").vocabulary.symbols) == set(old.read_text() + new.read_text())


def test_the_same_text_again_starts_where_it_ended(old: Path) -> None:
    model, vocabulary = load_torch_model(Path("old"), CPU)
    with start(from_model("old", old)) as training:
        task = training.trainer.task
        assert isinstance(task, LanguageModelling)
        assert task.vocabulary == vocabulary
        for name, tensor in model.state_dict().items():
            assert torch.equal(task.model.state_dict()[name], tensor)


@pytest.mark.parametrize("name", ["nothing", "text.txt"])
def test_what_is_no_model_cannot_be_started_from(text: Path, name: str) -> None:
    Path("text.txt").write_text("no model")
    with pytest.raises(UserError, match=name), start(from_model(name, text)):
        pass
    assert not Path("runs").exists()


# The command.


def command(*arguments: str | Path) -> Any:
    return app([*map(str, arguments)], result_action="return_value", exit_on_error=False)


def spoiled(step: int) -> Callable[..., torch.Tensor]:
    """A loss that is not finite from a step on."""
    real, count = LanguageModelling.loss, iter(range(10**6))

    def loss(self: LanguageModelling, *given: Any) -> torch.Tensor:
        return real(self, *given) * (math.nan if next(count) >= step else 1.0)

    return loss


def handlers() -> list[Any]:
    return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


def test_the_command_trains_and_tells(text: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = handlers()
    assert command(text, "--out", "a run", *options()) == 0
    assert handlers() == before
    out = capsys.readouterr().out
    assert "finished at step 66" in out
    assert "charlm generate 'a run'" in out
    assert "resume with" not in out
    told = json.loads(Path("a run", CONFIG).read_text())
    assert TrainingConfig.from_json(told["training"]) == TRAINING_CONFIG
    assert ModelConfig.from_json(told["model"]) == MODEL_CONFIG


def test_a_training_that_diverges_says_what_to_do_and_fails(
    text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LanguageModelling, "loss", spoiled(20))
    assert command(text, "--out", "run", *options()) == 1
    out = capsys.readouterr().out
    assert "diverged" in out
    assert "a lower --learning-rate" in out
    assert read_model(Path("run"), "charlm").kind == "charlm"
    assert last_step(Path("run")) == 15


def signalled(monkeypatch: pytest.MonkeyPatch, numbers: list[int], step: int) -> None:
    """Send this process the signals, one after the other, while it makes that step."""
    real, made = LanguageModelling.units, itertools.count()

    def units(self: LanguageModelling, batch: Any) -> int:
        if next(made) == step:
            for number in numbers:
                os.kill(os.getpid(), number)
        return real(self, batch)

    monkeypatch.setattr(LanguageModelling, "units", units)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_sent_twice_at_once_ends_the_training_in_good_order(
    text: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = handlers()
    signalled(monkeypatch, [number, number], step=20)
    assert command(text, "--out", "run", *options()) == 128 + number
    assert handlers() == before
    assert "resume with: python -m charlm.train --resume run" in capsys.readouterr().out
    assert last_step(Path("run")) == 21


def test_a_later_signal_does_not_wait_for_the_save(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = handlers()
    monkeypatch.setattr("charlm.console.interrupts.PATIENCE_SECONDS", -1.0)
    signalled(monkeypatch, [signal.SIGINT, signal.SIGINT], step=20)
    monkeypatch.setattr(app, "suppress_keyboard_interrupt", False)
    with pytest.raises(KeyboardInterrupt):
        command(text, "--out", "run", *options())
    assert handlers() == before


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ([], "which text"),
        (["text", "--init-from", "run", "--num-layers", "3"], "--num-layers cannot change"),
        (["--resume", "run", "--out", "other"], "leave out --out"),
        (["--resume", "run", "--preset", "large"], "leave out --preset"),
        (["--resume", "run", "--encoding", "latin-1"], "leave out --encoding"),
        (["--resume", "run", "--init-from", "other"], "leave out --init-from"),
        (["--resume", "run", "--batch-size", "7"], "--batch-size cannot change"),
        (["--resume", "run", "--no-residual"], "--residual cannot change"),
        (["--resume", "nowhere"], "nowhere is not a run folder"),
        (["text.txt", "--preset", "vast"], "there is no preset 'vast'; presets are"),
        (["text.txt", "--hidden-size", "0"], "hidden_size must lie between"),
    ],
)
def test_what_the_command_cannot_do_is_a_line(arguments: list[str], match: str) -> None:
    with pytest.raises(UserError, match=match):
        command(*arguments)
    assert not any(Path().iterdir())


def test_resuming_takes_what_may_change(text: Path) -> None:
    trained_until(5, start, request(text, Path("run")))
    free = ["--epochs", 1, "--patience", 3, "--save-seconds", 5, "--sample-length", 0]
    assert command("--resume", "run", *map(str, free)) == 0
    told = TrainingConfig.from_json(json.loads(Path("run", CONFIG).read_text())["training"])
    changed = {"epochs": 1, "patience": 3, "save_seconds": 5, "sample_length": 0}
    assert told == TRAINING_CONFIG.replace(changed)
    assert last_step(Path("run")) == 33
