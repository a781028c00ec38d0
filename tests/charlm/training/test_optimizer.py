from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from training_helpers import drawn

from charlm.config import TrainingConfig
from charlm.training.optimizer import (
    Clipper,
    adamw,
    learning_rate,
    optimizer_tensors,
    restore_optimizer,
)

CPU = torch.device("cpu")


def parameters(*gradients: list[float]) -> list[nn.Parameter]:
    made = [nn.Parameter(torch.zeros(len(gradient))) for gradient in gradients]
    for parameter, gradient in zip(made, gradients, strict=True):
        parameter.grad = torch.tensor(gradient)
    return made


def norm_of(made: list[nn.Parameter]) -> float:
    return math.sqrt(sum(float(p.grad.square().sum()) for p in made))


def direction(made: list[nn.Parameter]) -> torch.Tensor:
    flat = torch.cat([p.grad for p in made])
    return flat / flat.norm()


@drawn
@given(
    values=st.lists(st.floats(-10, 10, width=32), min_size=2, max_size=6).filter(
        lambda values: math.hypot(*values) > 1e-3
    ),
    clip=st.floats(0.01, 20),
)
def test_clipping_by_norm_shortens_and_keeps_the_direction(
    values: list[float], clip: float
) -> None:
    made = parameters(values[:1], values[1:])
    length, course = norm_of(made), direction(made)
    norm, clipped = Clipper(made, TrainingConfig(clip=clip))()
    assert float(norm) == pytest.approx(length, rel=1e-5)
    assert norm_of(made) == pytest.approx(min(length, clip), rel=1e-3)
    torch.testing.assert_close(direction(made), course, atol=1e-4, rtol=1e-3)
    if abs(length - clip) > 1e-4 * clip:
        assert bool(clipped) is (length > clip)


@pytest.mark.parametrize(("clip", "cut"), [(0.5, True), (2.0, True), (3.5, False)])
def test_clipping_by_value_bounds_each_alone(clip: float, cut: bool) -> None:
    made = parameters([3.0, -0.1], [-2.0])
    norm, clipped = Clipper(made, TrainingConfig(clip=clip, clip_by="value"))()
    assert float(norm) == pytest.approx(math.sqrt(13.01))
    assert bool(clipped) is cut
    after = torch.cat([p.grad for p in made])
    torch.testing.assert_close(after, torch.tensor([3.0, -0.1, -2.0]).clamp(-clip, clip))


def test_without_clipping_the_norm_is_still_told() -> None:
    made = parameters([30.0, 0.0], [40.0])
    norm, clipped = Clipper(made, TrainingConfig(clip=1.0, clip_by="none"))()
    assert (float(norm), float(clipped)) == (50.0, 0.0)
    assert norm_of(made) == 50.0


@pytest.mark.parametrize("clip_by", ["norm", "value", "none"])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_shows_in_the_norm(clip_by: str, bad: float) -> None:
    made = parameters([1.0, bad], [2.0])
    norm, _ = Clipper(made, TrainingConfig().replace({"clip_by": clip_by}))()
    assert not math.isfinite(float(norm))


@drawn
@given(warmup=st.integers(0, 50), final=st.floats(0, 1), total=st.integers(60, 400))
def test_the_rate_rises_then_falls_to_its_final_share(
    warmup: int, final: float, total: int
) -> None:
    config = TrainingConfig(learning_rate=0.1, warmup_steps=warmup, final_learning_rate=final)
    rates = [learning_rate(config, step, step / total) for step in range(total + 1)]
    assert all(0 <= rate <= 0.1 for rate in rates)
    assert rates[0] > 0
    after = rates[max(0, warmup - 1) :]
    assert all(a >= b for a, b in pairwise(after))
    assert rates[-1] == pytest.approx(0.1 * final)


@pytest.mark.parametrize("warmup", [2, 10, 100])
def test_the_warm_up_is_a_straight_line_to_the_peak(warmup: int) -> None:
    config = TrainingConfig(learning_rate=0.1, warmup_steps=warmup)
    rates = [learning_rate(config, step, 0.0) for step in range(warmup + 5)]
    assert rates[warmup - 1 :] == pytest.approx([0.1] * 6)
    steps = [b - a for a, b in pairwise(rates[:warmup])]
    assert steps == pytest.approx([rates[0]] * (warmup - 1))


def test_the_rate_stays_at_its_end_beyond_it() -> None:
    config = TrainingConfig(learning_rate=0.1, warmup_steps=0, final_learning_rate=0.3)
    assert learning_rate(config, 9, 1.5) == pytest.approx(0.03)


def test_matrices_decay_and_biases_do_not() -> None:
    model = nn.Linear(3, 2)
    config = TrainingConfig(learning_rate=0.1, weight_decay=0.5)
    optimizer = adamw(model, config, CPU)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    torch.testing.assert_close(model.weight, before["weight"] * (1 - 0.1 * 0.5))
    torch.testing.assert_close(model.bias, before["bias"])


def test_every_parameter_is_trained() -> None:
    model = nn.LSTM(3, 4)
    optimizer = adamw(model, TrainingConfig(), CPU)
    held = [p for group in optimizer.param_groups for p in group["params"]]
    assert {id(p) for p in held} == {id(p) for p in model.parameters()}
    assert len(held) == len(list(model.parameters()))


def steps(model: nn.Module, optimizer: torch.optim.Optimizer, seeds: range) -> None:
    for seed in seeds:
        x = torch.randn(5, 3, generator=torch.Generator().manual_seed(seed))
        optimizer.zero_grad()
        model(x).square().sum().backward()
        optimizer.step()


def linear() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(3, 2)


def test_an_optimizer_goes_on_from_its_tensors() -> None:
    config = TrainingConfig(learning_rate=0.1)
    whole = linear()
    steps(whole, adamw(whole, config, CPU), range(8))

    first = linear()
    optimizer = adamw(first, config, CPU)
    steps(first, optimizer, range(5))
    tensors = {name: t.clone() for name, t in optimizer_tensors(optimizer).items()}
    second = linear()
    second.load_state_dict(first.state_dict())
    restored = adamw(second, config, CPU)
    restore_optimizer(restored, tensors)
    again = optimizer_tensors(restored)
    assert again.keys() == tensors.keys()
    assert all(torch.equal(again[name], tensor) for name, tensor in tensors.items())
    steps(second, restored, range(5, 8))
    assert torch.equal(second.weight, whole.weight)
    assert torch.equal(second.bias, whole.bias)


def test_an_optimizer_that_made_no_step_has_no_tensors() -> None:
    model = linear()
    optimizer = adamw(model, TrainingConfig(), CPU)
    assert optimizer_tensors(optimizer) == {}
    restore_optimizer(optimizer, {})
    steps(model, optimizer, range(1))


@pytest.mark.parametrize("name", ["nonsense", "x.exp_avg"])
def test_foreign_tensors_are_refused(name: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        restore_optimizer(adamw(linear(), TrainingConfig(), CPU), {name: torch.zeros(1)})
