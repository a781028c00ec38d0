"""`charlm.train` and `charlm.train_task`: what the command does, without touching the process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from training_helpers import result, short_text

import charlm as package
from charlm.from_python import train, train_task
from charlm.runs.files import MODEL
from charlm.runs.run_folder import RunFolder
from charlm.start import LanguageModelRequest
from charlm.trained import Trained
from charlm.training.events import Evaluated, Event, Finished, Step
from charlm.training.task import Task
from corpora.errors import UserError

pytestmark = pytest.mark.long

SIZES: dict[str, Any] = {
    "preset": "tiny",
    "hidden_size": 10,
    "embedding_size": 10,
    "num_layers": 2,
    "batch_size": 6,
    "window": 16,
    "epochs": 1,
    "warmup_steps": 5,
    "evaluate_every": 10,
    "sample_length": 8,
    "device": "cpu",
    "precision": "fp32",
}


def tiny(text: Any = None, **changes: Any) -> Trained[Any]:
    return train(text, **{"progress": "off", **SIZES, **changes})


def again(run: str, text: Any = None, **changes: Any) -> Trained[Any]:
    return train(text, resume=run, **{"progress": "off", **changes})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return short_text(tmp_path)


def test_a_string_trains_what_a_file_with_it_trains(text: Path) -> None:
    one, other = tiny(text.read_text(), out="one"), tiny(text, out="other")
    named = tiny(str(text), out="named")
    assert result(one.run).tensors == result(other.run).tensors == result(named.run).tensors
    assert one.model.generate(length=20, seed=1) == other.model.generate(length=20, seed=1)
    assert one.reason == "finished"
    assert "interrupted" not in repr(one)
    assert len(repr(one)) < 200


def test_the_history_is_that_of_the_events(text: Path) -> None:
    events: list[Event] = []
    found = tiny(text, progress=events.append)
    evaluated = [event for event in events if isinstance(event, Evaluated)]
    assert found.history.losses == [event.loss for event in evaluated]
    assert found.history.training_losses == [event.train_loss for event in evaluated]
    assert found.history.epochs == [event.epoch for event in evaluated]
    assert isinstance(events[-1], Finished)
    assert found.history.plot().to_png().startswith(b"\x89PNG")
    assert found.run == Path("runs/text")
    longer = again("runs/text", epochs=2)
    assert longer.history.losses[: len(evaluated)] == found.history.losses
    assert len(longer.history) > len(evaluated)


def at_step(step: int, act: Callable[[], object]) -> Callable[[Event], None]:
    def show(event: Event) -> None:
        if isinstance(event, Step) and event.step == step:
            act()

    return show


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("act", [interrupt, lambda: os.kill(os.getpid(), signal.SIGINT)])
def test_an_interrupted_training_goes_on_exactly(text: Path, act: Callable[[], object]) -> None:
    cut = tiny(text.read_text(), out="cut", progress=at_step(20, act))
    assert cut.interrupted
    assert cut.model.generate(length=5, seed=1)
    assert RunFolder(cut.run).load_last()[1]["step"] == 20
    ended = again("cut", text.read_text())
    assert not ended.interrupted
    assert result(ended.run) == result(tiny(text.read_text(), out="whole").run)


def test_the_process_stays_as_it_was(text: Path, capfd: pytest.CaptureFixture[str]) -> None:
    def world() -> tuple[Any, ...]:
        handlers = [signal.getsignal(number) for number in signal.valid_signals()]
        numbers = torch.get_rng_state().tolist(), np.random.get_state()[1].tolist()
        return handlers, numbers, torch.get_num_threads(), Path.cwd(), dict(os.environ)

    before = world()
    tiny(text, out="run").model.generate(length=5, seed=1)
    again("run", epochs=2)
    assert world() == before
    assert capfd.readouterr() == ("", "")
    tiny(text, out="shown", progress="auto")
    assert "training shown:" in capfd.readouterr().out


def test_it_trains_in_another_thread(text: Path) -> None:
    found: list[Trained[Any]] = []
    thread = threading.Thread(target=lambda: found.append(tiny(text, out="run")))
    thread.start()
    thread.join()
    assert found[0].reason == "finished"


def test_a_run_of_a_string_needs_the_string_again(
    text: Path, refused: Callable[..., str], charlm: Callable[..., Any]
) -> None:
    tiny(text.read_text(), out="run")
    config = RunFolder(Path("run")).read_config()
    assert config["corpus"]["spec"] == "<python>"
    assert len(config["corpus"]["sha256"]) == 64
    assert "path" not in config["corpus"]
    line = refused("train", "--resume", "run", "--epochs", "2")
    assert "the data of this run came from Python: give it again" in line
    with pytest.raises(UserError, match="came from Python"):
        again("run", epochs=2)
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        again("run", text.read_text()[1:], epochs=2)
    assert charlm("train", text, "--resume", "run", "--epochs", "2").code == 0
    assert again("run", text.read_text(), epochs=3).reason == "finished"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "which text"),
        ({"text": 3}, "a text is a string or a path, not int"),
        ({"text": "sampel"}, "no file, folder or corpus called 'sampel'"),
        ({"text": "\n\ud800" * 300}, "half of a character"),
        ({"text": "\n"}, "holds no text"),
        ({"text": "a\n"}, "too few for one batch"),
        ({"text": "a\n", "epoch": 3}, "no setting 'epoch'; did you mean epochs"),
        ({"text": "a\n", "zzz": 3}, "no setting 'zzz'; there are: cell, "),
        ({"text": "a\n", "cell": "gruu"}, "cell must be one of"),
        ({"text": "a\n", "preset": "huge"}, "no preset 'huge'"),
        ({"text": "a\n", "progress": "bar"}, "progress is auto, off, or a function"),
        ({"resume": "nowhere"}, "nowhere"),
        ({"resume": "run", "out": "run"}, "goes on in its own folder"),
        ({"resume": "run", "hidden_size": 3}, "hidden_size cannot change while"),
        ({"text": "a\n", "init_from": "x", "cell": "gru"}, "cell cannot change while init_from"),
    ],
)
def test_what_cannot_be_is_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        train(**{"progress": "off", **given})
    assert "\n" not in str(caught.value)
    assert not Path("runs").exists()


def test_the_module_of_the_command_is_called_as_the_function(text: Path) -> None:
    import importlib

    module = importlib.import_module("charlm.train")
    assert package.train is module or callable(package.train)
    assert module(text, **{**SIZES, "progress": "off"}).reason == "finished"  # type: ignore[operator]


def test_it_starts_from_another_model(text: Path) -> None:
    first = tiny(text, out="first")
    sizes = {k: v for k, v in SIZES.items() if k not in ("hidden_size", "embedding_size")}
    del sizes["num_layers"]
    second = train(text, init_from="first", out="second", progress="off", **sizes)
    assert second.model.config.hidden_size == first.model.config.hidden_size
    assert second.history.losses[0] < first.history.losses[0]


class Line(Task[torch.Tensor]):
    """Learns y = 2 x, and needs no more of the protocol than it must."""

    steps_per_epoch = 30

    def __init__(self, config: Any) -> None:
        self.model = nn.Linear(1, 1)

    def batches(self, epoch: int, start: int) -> Any:
        for number in range(start, self.steps_per_epoch):
            seed = epoch * self.steps_per_epoch + number
            yield torch.randn(8, 1, generator=torch.Generator().manual_seed(seed))

    def loss(self, model: nn.Module, batch: torch.Tensor, generator: Any) -> torch.Tensor:
        return (model(batch) - 2 * batch).square().mean()

    def evaluate(self) -> dict[str, float]:
        with torch.no_grad():
            loss = self.loss(self.model, torch.linspace(-1, 1, 9)[:, None], None)
        return {"loss": float(loss)}


LINE: dict[str, Any] = {"epochs": 4, "warmup_steps": 5, "evaluate_every": 0, "weight_decay": 0.0}


def test_an_own_task_learns_and_its_best_model_comes_back() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    found = train_task(Line, learning_rate=0.1, progress="off", **LINE)
    assert found.history.losses[-1] < 0.05
    slope = found.model(torch.ones(1, 1)) - found.model(torch.zeros(1, 1))
    assert abs(float(slope.detach()) - 2) < 0.3
    assert torch.equal(torch.get_rng_state(), before)
    assert found.run == Path("runs/task")


def test_an_own_task_resumes_exactly() -> None:
    whole = train_task(Line, out="whole", progress="off", **LINE)
    cut = train_task(Line, out="cut", progress=at_step(50, interrupt), **LINE)
    assert cut.interrupted
    ended = train_task(Line, resume="cut", progress="off")
    assert result(ended.run) == result(whole.run)
    with pytest.raises(UserError, match="kind 'own'"):
        package.load("whole")
    with pytest.raises(UserError, match="no setting 'window'"):
        train_task(Line, window=3)


def test_the_commands_say_in_a_line_what_an_own_task_is(
    charlm: Callable[..., Any], refused: Callable[..., str]
) -> None:
    train_task(Line, out="runs/line", progress="off", **LINE)
    assert (Path("runs/line") / MODEL).exists()
    assert "of kind 'own'" in charlm("models").out
    assert "of kind 'own'" in refused("info", "runs/line")
    assert LanguageModelRequest.kind in refused("train", "--resume", "runs/line")
