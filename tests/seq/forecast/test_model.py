"""The network: nothing later is read, batches and steps agree, gradients reach all weights."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from own_parts import registered
from series_helpers import shape

from corpora.errors import UserError
from seq.forecast.distribution import Distribution
from seq.forecast.model import Forecaster, draw_paths

__all__ = ["registered"]

pytestmark = pytest.mark.usefixtures("registered")

KINDS: list[dict[str, Any]] = [
    {"strategy": "direct", "bidirectional": True},
    {"strategy": "direct", "cell": "lstm", "num_layers": 2},
    {"strategy": "recursive", "cell": "rnn", "num_layers": 2},
    {"strategy": "recursive", "cell": "lstm", "likelihood": "student"},
    {"strategy": "decoder", "attention": "none", "likelihood": "student"},
    {"strategy": "decoder", "attention": "additive", "bidirectional": True, "cell": "lstm"},
    {"strategy": "decoder", "attention": "scaled_dot", "num_layers": 2},
    {"strategy": "decoder", "attention": "bilinear", "cell": "mgu"},
    {"strategy": "recursive", "cell": "pair", "num_layers": 2},
]


def made(**changes: Any) -> Forecaster:
    torch.manual_seed(1)
    return Forecaster(shape(**changes), columns=2).eval()


def windows(rows: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(2)
    values = torch.randn(16, rows, 2, generator=random)
    return values[:12], values[12:]


@pytest.mark.parametrize(("kind", "relative"), [*product(KINDS, [False, True])])
def test_a_batch_says_what_each_window_alone_says(kind: dict[str, Any], relative: bool) -> None:
    model, (context, _) = made(**kind, relative=relative), windows()
    with torch.inference_mode():
        whole = model.forecast(context, 4)
        for row in range(5):
            alone = model.forecast(context[:, row : row + 1], 4)
            torch.testing.assert_close(alone.mean, whole.mean[:, row : row + 1])
            torch.testing.assert_close(alone.scale, whole.scale[:, row : row + 1])
    assert (whole.scale > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_reading_the_truth_at_once_is_reading_it_step_by_step(kind: dict[str, Any]) -> None:
    model, (context, future) = made(**kind, relative=True), windows()
    with torch.inference_mode():
        at_once = model.forecast_known(context, future)
        by_step = model.forecast(
            context, 4, lambda step, found: future[step : step + 1, :, : model.predicted]
        )
    torch.testing.assert_close(at_once.mean, by_step.mean, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(at_once.scale, by_step.scale, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_no_step_knows_what_comes_at_it_or_later(kind: dict[str, Any]) -> None:
    model, (context, future) = made(**kind), windows()
    marked = future.clone()
    marked[2:] = 1000.0
    with torch.inference_mode():
        calm, moved = (model.forecast_known(context, one) for one in (future, marked))
    assert torch.equal(calm.mean[:3], moved.mean[:3])
    assert torch.equal(calm.scale[:3], moved.scale[:3])


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_reaches_every_weight(kind: dict[str, Any]) -> None:
    model, (context, future) = made(**kind).train(), windows()
    found = model.forecast(context, 4)
    found.surprisal(future[..., : model.predicted]).mean().backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.isfinite().all(), name
        assert weight.grad.abs().sum() > 0, name


def test_a_relative_forecaster_moves_with_the_level() -> None:
    for kind in KINDS:
        model, (context, _) = made(**kind, relative=True), windows()
        with torch.inference_mode():
            low, high = model.forecast(context, 4), model.forecast(context + 50, 4)
        torch.testing.assert_close(low.mean + 50, high.mean, atol=1e-4, rtol=0)


def test_a_network_that_says_nothing_forecasts_no_change() -> None:
    for kind in KINDS:
        model, (context, _) = made(**kind), windows()
        last = model.output if kind["strategy"] == "direct" else model.decoder.output
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
        with torch.inference_mode():
            found = model.forecast(context, 4).mean
        torch.testing.assert_close(found, context[-1:, :, : model.predicted].expand_as(found))


@pytest.mark.parametrize("freedom", [None, 4.0])
def test_samples_follow_the_density(freedom: float | None) -> None:
    degrees = None if freedom is None else torch.tensor(freedom)
    ones = torch.ones(1, 40_000, 1)
    found = Distribution(3 * ones, 2 * ones, degrees)
    drawn = found.sample(torch.Generator().manual_seed(1))
    grid = torch.linspace(-60, 66, 4001)[None, :, None]
    density = Distribution(3 * torch.ones_like(grid), 2 * torch.ones_like(grid), degrees)
    share = torch.exp(-density.surprisal(grid))[0, :, 0] * (126 / 4000)
    assert float(share.sum()) == pytest.approx(1, abs=2e-3)
    below = float(share[grid[0, :, 0] < 5].sum())
    assert float((drawn < 5).float().mean()) == pytest.approx(below, abs=0.02)


def test_paths_spread_and_their_middle_is_the_point_forecast() -> None:
    model, (context, _) = made(strategy="decoder"), windows(2)
    paths = draw_paths(model, context, 4, 400, torch.Generator().manual_seed(1))
    assert paths.shape == (4, 2, 400)
    with torch.inference_mode():
        found = model.forecast(context, 4)
    near = (paths.median(dim=2).values[0] - found.mean[0, :, 0]).abs()
    assert float(near.max()) < 0.2
    assert (paths[3].std(dim=1) > paths[0].std(dim=1)).all()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"attention": "dot", "strategy": "direct"}, "attention needs the strategy decoder"),
        ({"bidirectional": True, "strategy": "recursive"}, "cannot be bidirectional"),
        ({"bidirectional": True, "hidden_size": 7}, "hidden_size must be even"),
    ],
)
def test_shapes_that_cannot_be_are_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(UserError, match=why):
        shape(**changes)
