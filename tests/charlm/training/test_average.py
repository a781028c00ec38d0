"""The average of the weights: what it is, that it disturbs nothing, and that the better is kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from training_bench import Bench, end_of, only
from training_helpers import (
    assert_refused,
    request,
    result,
    resume,
    short_text,
    start,
    trained,
    trained_until,
)

from charlm.console.lines import describe_end, format_validation
from charlm.runs.files import MODEL
from charlm.runs.model_file import read_model
from charlm.runs.run_folder import RunFolder
from charlm.training.average import Average
from charlm.training.events import Evaluated
from charlm.training.log import keeps_average

ON = {"ema_decay": 0.9, "ema_start": 0.4}


class Tied(nn.Module):
    """An output layer that shares its weight with the embedding, and a weight in bf16."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.output = nn.Linear(3, 5)
        self.output.weight = self.embedding.weight
        self.rough = nn.Parameter(torch.ones(2, dtype=torch.bfloat16))


def weights_of(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def change(model: nn.Module, seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.rand(parameter.shape, generator=generator))
    return weights_of(model)


def test_it_is_the_mean_that_the_decay_asks_for() -> None:
    model = Tied()
    average = Average(model, 0.75)
    assert average.list_tensors() == {}
    expected: dict[str, Tensor] = {}
    for count in range(40):
        now = {name: tensor.double() for name, tensor in change(model, count).items()}
        decay = min(0.75, (1 + count) / (10 + count)) if expected else 0.0
        expected = {
            name: decay * expected.get(name, tensor) + (1 - decay) * tensor
            for name, tensor in now.items()
        }
        average.add(count)
    found = average.list_tensors()
    assert set(found) == {"embedding.weight", "output.bias", "rough"}
    for name, tensor in found.items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor.double(), expected[name], atol=1e-6, rtol=1e-6)


def test_a_small_change_of_a_weight_in_bf16_is_not_lost() -> None:
    model = Tied()
    average = Average(model, 0.999)
    average.add(10**6)
    model.rough.data.fill_(1.0078125)  # the next number of bf16
    average.add(10**6)
    assert (average.list_tensors()["rough"] > 1).all()


def test_weights_that_stand_still_are_their_own_average() -> None:
    model = Tied()
    before, average = change(model, 3), Average(model, 0.999)
    for count in range(50):
        average.add(count)
    with average.in_place():
        assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())


def raise_one() -> None:
    raise ValueError("in between")


@pytest.mark.parametrize("fails", [False, True])
def test_the_weights_come_back_to_the_same_place_and_to_the_same_bits(fails: bool) -> None:
    model = Tied()
    average = Average(model, 0.5)
    change(model, 1)
    average.add(0)
    before = change(model, 2)
    places = [parameter.data_ptr() for parameter in model.parameters()]
    expected = pytest.raises(ValueError, match="in between") if fails else nullcontext()
    with expected, average.in_place():
        assert torch.equal(model.output.weight, average.list_tensors()["embedding.weight"])
        assert model.output.weight is model.embedding.weight
        if fails:
            raise_one()
    assert all(torch.equal(before[name], t) for name, t in model.state_dict().items())
    assert places == [parameter.data_ptr() for parameter in model.parameters()]


def weight_kept(bench: Bench) -> float:
    return float(read_model(bench.path / MODEL, "thing").weights["weight"].item())


@pytest.mark.parametrize("better", ["average", "weights"])
def test_the_better_one_is_kept_and_said(bench: Bench, better: str) -> None:
    """Weights fall from 1 at every step, so the average is the larger one."""
    sign = {"average": -1.0, "weights": 1.0}[better]
    trainer = bench.trainer(evaluate_every=25, learning_rate=0.01, **ON)
    bench.task.validation_loss = lambda _: 10 + sign * float(bench.task.model.weight.detach())
    events = list(trainer.events())
    first, last = only(Evaluated, events)
    assert last.averaged == (better == "average")
    assert last.other_loss is not None
    assert last.loss < last.other_loss
    assert end_of(events).best_loss == min(first.loss, last.loss)
    now, mean = float(bench.task.model.weight.detach()), float(trainer.average.values[0])
    assert now < mean
    assert last.loss == 10 + sign * (mean if last.averaged else now)
    if last.best:
        assert weight_kept(bench) == (mean if last.averaged else now)
        assert end_of(events).averaged == last.averaged
        assert ("average of the weights" in describe_end(end_of(events))) == last.averaged
    other = "weights" if last.averaged else "average"
    assert f"{other} {last.other_loss:.4f})" in format_validation(last)


def test_it_begins_where_it_is_asked_to(bench: Bench) -> None:
    trainer = bench.trainer(ema_decay=0.9, ema_start=0.5)
    counts = {event.step: trainer.position.averaged for event in trainer.events()}
    assert counts[20] == 0
    assert counts[30] == 5  # of 50 steps: the first whose share of the training is 1/2 is the 26th
    assert counts[50] == 25


def test_it_changes_nothing_of_the_training(bench: Bench, tmp_path: Path) -> None:
    plain = end_of(bench.events(evaluate_every=10))
    weights = bench.saved[1]
    other = Bench(tmp_path / "averaged")
    assert end_of(other.events(evaluate_every=10, **ON)).clipped == plain.clipped
    assert torch.equal(other.saved[1], weights)


def test_without_it_nothing_of_it_is_there(bench: Bench) -> None:
    events = bench.events(evaluate_every=10)
    assert all(event.other_loss is None for event in only(Evaluated, events))
    arrays, _ = RunFolder(bench.path).load_last()
    assert not [name for name in arrays if name.startswith("average.")]


@pytest.mark.long
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_stop_at_any_step_changes_no_bit(text: Path, precision: str) -> None:
    """Before the average, at its first step (27 of 66), later, and between two evaluations."""
    whole, parts = Path("whole"), Path("parts")
    trained(start(request(text, whole, precision=precision, **ON)))
    trained_until(20, start, request(text, parts, precision=precision, **ON))
    for step in (26, 27, 28, 40, 45, 52):
        trained_until(step, resume, parts)
    trained(resume(parts))
    assert result(parts) == result(whole)
    arrays, state = RunFolder(parts).load_last()
    assert state["averaged"] == 66 - 27
    kinds = {str(array.dtype) for name, array in arrays.items() if name.startswith("average.")}
    assert kinds == {"float32"}


@pytest.mark.long
def test_a_save_without_its_average_is_refused(text: Path) -> None:
    run = Path("run")
    trained_until(40, start, request(text, run, **ON))
    folder = RunFolder(run)
    arrays, state = folder.load_last()
    lost = {name: array for name, array in arrays.items() if name != "average.output.bias"}
    folder.save_last(lost, state)
    assert_refused(run, r"the tensor 'average\.output\.bias' is missing")
    folder.save_last(arrays, {**state, "averaged": 0})
    assert_refused(run, r"the tensor 'average\.\S+' is not one of this training")


@pytest.mark.long
@pytest.mark.parametrize("averaged", [False, True])
def test_a_run_and_what_is_exported_of_it_say_which_was_kept(
    text: Path, averaged: bool, charlm: Callable[..., Any]
) -> None:
    """At so low a rate every step is a gain, so that the average lags behind."""
    changes = ON | ({"learning_rate": 0.3} if averaged else {"learning_rate": 1e-4})
    trained(start(request(text, Path("run"), final_learning_rate=1.0, **changes)))
    assert keeps_average(Path("run")) == averaged
    assert charlm("export", "run", "given").code == 0
    for model in ("run", "given"):
        assert ("(average of the weights)" in charlm("info", model).out) == averaged


@pytest.mark.long
def test_a_longer_training_goes_on_averaging(tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(start(request(short_text(tmp_path), run, **ON)))
    trained(resume(run, changes={"epochs": 3}))
    assert RunFolder(run).load_last()[1]["averaged"] == 99 - 27
