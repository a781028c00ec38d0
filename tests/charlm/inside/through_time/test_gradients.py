from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from generation_helpers import CONFIGS
from tiny_models import CONFIG, VOCABULARY, language_model, named, random_text
from torch import Tensor
from torch.nn import functional as F

import charlm.inside
from charlm.config import Cell, ModelConfig
from charlm.generation.network import Network
from charlm.inside.through_time.clipping import EXPLODING, clip_steps
from charlm.inside.through_time.decay import (
    find_distance,
    find_half_life,
    follow_linear,
    mean_factor,
)
from charlm.inside.through_time.gradients import WARM_UP, Gradients, measure_gradients, trace_back
from charlm.inside.through_time.subjects import Subject, before_and_after, cut_windows, draw_fresh
from charlm.inside.through_time.truncation import LENGTH, Truncation, compute_gradient, truncate
from charlm.model import CharLM
from charlm.nn.recurrent import State, flatten_state, unflatten_state
from corpora.errors import UserError

TEXT = random_text(700)


def change(state: State, name: str, index: int, by: float) -> State:
    """The state with one number of one of its tensors moved."""
    parts = {key: tensor.clone() for key, tensor in flatten_state(state).items()}
    parts[name].view(-1)[index] += by
    changed = unflatten_state(parts)
    assert changed is not None
    return changed


def slopes(model: CharLM, window: Tensor, distance: int) -> dict[str, float]:
    """Norms of dL_t / ds_(t-k) by finite differences, by the state: h ("0"), or c ("1")."""
    read, rest, target = window[:, : -distance - 1], window[:, -distance - 1 : -1], window[:, -1]

    def loss(state: State) -> float:
        return float(F.cross_entropy(model(rest, state)[0][:, -1], target))

    small = 1e-5
    squares: dict[str, float] = {}
    with torch.inference_mode():
        _, state = model(read)
        for name, tensor in flatten_state(state).items():
            for index in range(tensor.numel()):
                above, below = (loss(change(state, name, index, s)) for s in (small, -small))
                part = name.partition(".")[2]
                squares[part] = squares.get(part, 0.0) + ((above - below) / (2 * small)) ** 2
    return {part: math.sqrt(square) for part, square in squares.items()}


@pytest.mark.wide(9)
@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_gradients_are_finite_differences(config: ModelConfig) -> None:
    model = Subject("new", config, VOCABULARY).build(seed=3)
    window = cut_windows(VOCABULARY, TEXT, 20, 1)
    norms = trace_back(model, window, 6)
    for distance in (1, 2, 6):
        expected = slopes(model, window, distance)
        found = {name: float(values[distance - 1, 0]) for name, values in norms.items()}
        assert list(found.values()) == pytest.approx(list(expected.values()), rel=1e-4)


def test_without_warm_up_the_first_state_is_zeros() -> None:
    model = Subject("new", CONFIG, VOCABULARY).build(seed=3)
    window = cut_windows(VOCABULARY, TEXT, 6, 2)
    short, long = trace_back(model, window, 4), trace_back(model, window, 5)
    assert len(long["h"]) == 4  # the state before the first character is no state of the text
    np.testing.assert_allclose(short["h"], long["h"])


def measure(*subjects: Subject, steps: int = 8) -> Gradients:
    return measure_gradients(subjects, TEXT, steps=steps, places=4)


def test_a_model_has_a_curve_for_each_state_before_and_after() -> None:
    found = measure(*before_and_after(language_model()))
    assert [(c.trained, c.state) for c in found.curves] == [
        (False, "h"), (False, "c"), (True, "h"), (True, "c"),
    ]  # fmt: skip
    assert all(len(curve.norms) == 8 for curve in found.curves)
    assert found.series() == ["tiny (lstm), h", "tiny (lstm), c"]
    assert found.plot().axes
    assert [record["norms"] for record in found.records()] == [
        curve.norms.tolist() for curve in found.curves
    ]


def test_one_step_back_is_enough_for_a_picture() -> None:
    found = measure(Subject("new", CONFIG, VOCABULARY), steps=1)
    assert [curve.half_life for curve in found.curves] == [None, None]
    assert [curve.factor for curve in found.curves] == [None, None]
    assert found.plot().axes


def test_a_table_in_a_notebook_has_a_row_a_curve() -> None:
    page = measure(Subject("<b>", CONFIG, VOCABULARY))._repr_html_()
    assert page.count("<tr>") == 3
    assert "<b>" not in page


def test_what_takes_too_much_memory_is_refused() -> None:
    huge = ModelConfig(hidden_size=65_536, num_layers=100)
    with pytest.raises(UserError, match="GB; take fewer"):
        measure(Subject("huge", huge, VOCABULARY))


def test_a_damaged_model_is_refused() -> None:
    model = language_model()
    weights = {name: np.full_like(w, np.nan) for name, w in model.network.weights.items()}
    damaged = replace(model, network=Network(model.config, weights, len(VOCABULARY)))
    with pytest.raises(UserError, match="the gradients of tiny are not finite"):
        measure(*before_and_after(damaged))


def test_the_start_depends_on_the_seed_alone() -> None:
    state = torch.random.get_rng_state()
    first, again, other = (draw_fresh(CONFIG, 9, seed) for seed in (1, 1, 2))
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(first.output.weight, again.output.weight)
    assert not torch.equal(first.output.weight, other.output.weight)


def test_windows_are_spread_over_the_whole_text() -> None:
    windows = cut_windows(VOCABULARY, TEXT, 100, 4)
    ids = VOCABULARY.encode(TEXT)
    assert windows.shape == (4, 100)
    assert windows[0].tolist() == ids[:100].tolist()
    assert windows[-1].tolist() == ids[-100:].tolist()


def test_unknown_characters_are_left_out() -> None:
    with_unknown = TEXT.replace("a", "aÿ")
    assert torch.equal(
        cut_windows(VOCABULARY, with_unknown, 50, 3), cut_windows(VOCABULARY, TEXT, 50, 3)
    )


def test_a_text_that_is_too_short_is_refused() -> None:
    subject = Subject("new", CONFIG, VOCABULARY)
    with pytest.raises(UserError, match="the text has 100 characters"):
        measure_gradients([subject], TEXT[:100], steps=10)
    assert measure_gradients([subject], TEXT[: WARM_UP + 11], steps=10, places=2).curves


@pytest.mark.parametrize(("name", "number"), [("steps", 0), ("steps", 1001), ("places", 0)])
def test_impossible_numbers_are_refused(name: str, number: int) -> None:
    with pytest.raises(UserError, match=f"--{name} must lie between"):
        measure_gradients([], TEXT, **{name: number})


def test_a_linear_unit_is_exact() -> None:
    units = charlm.inside.follow_linear((0.9, 1.0, 1.1), 50)
    for weight, record in zip(units.weights, units.records(), strict=True):
        assert record["gradients"] == [weight**k for k in range(51)]
    half_life = find_half_life(0.9)
    assert half_life is not None
    assert 0.9**half_life == pytest.approx(0.5)
    assert find_half_life(1.0) is None
    assert units.plot().axes


@pytest.mark.parametrize("weight", [0.5, 0.9, -0.7])
def test_distances_of_an_exact_decay_are_exact(weight: float) -> None:
    norms = np.abs(weight ** np.arange(1, 100, dtype=np.float64))
    assert find_distance(norms, 0.5) == pytest.approx(find_half_life(weight))
    assert mean_factor(norms) == pytest.approx(abs(weight))


def test_what_never_falls_has_no_distance() -> None:
    assert find_distance(np.ones(5), 0.5) is None
    assert find_distance(np.array([1.0, 0.0]), 0.5) == 1.0


@pytest.mark.parametrize(
    ("weights", "steps"), [((3.0,), 5), ((math.nan,), 5), ((), 5), ((1.0,), 0)]
)
def test_impossible_units_are_refused(weights: tuple[float, ...], steps: int) -> None:
    with pytest.raises(UserError):
        follow_linear(weights, steps)


def test_clipping_by_norm_keeps_the_direction_and_by_value_does_not() -> None:
    clipping = clip_steps(VOCABULARY, TEXT)
    exploding = {step.clip_by: step for step in clipping.steps if step.factor == EXPLODING}
    ordinary = {step.clip_by: step for step in clipping.steps if step.factor == 1}
    assert exploding["none"].norm == exploding["none"].norm_before > 1000 * ordinary["none"].norm
    assert exploding["norm"].norm == pytest.approx(clipping.clip, rel=1e-4)
    assert exploding["norm"].cosine == pytest.approx(1.0)
    assert exploding["value"].cosine < 0.9
    assert clipping.clip < exploding["value"].norm < exploding["none"].norm
    assert len(clipping.records()) == 6
    assert clipping.plot().axes


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_windows_as_long_as_the_text_cut_nothing_off(cell: Cell) -> None:
    config = ModelConfig(cell=cell, hidden_size=5, num_layers=2, embedding_size=4)
    model = Subject("new", config, VOCABULARY).build(seed=1)
    ids = cut_windows(VOCABULARY, TEXT, 31, 3)
    full = compute_gradient(model, ids, 30)
    with torch.enable_grad():
        loss = F.cross_entropy(model(ids[:, :-1])[0].flatten(0, 1), ids[:, 1:].flatten())
        weights = [layer.get_parameter("weight_hh_l0") for layer in model.stack()]
        expected = torch.cat([g.flatten() for g in torch.autograd.grad(loss, weights)])
    torch.testing.assert_close(full, expected)
    apart = [float((full - compute_gradient(model, ids, steps)).norm()) for steps in (1, 15, 99)]
    assert apart[0] > apart[1] > apart[2]
    assert apart[2] == pytest.approx(0.0, abs=1e-12)


def test_longer_windows_cut_less_off() -> None:
    found: Truncation = truncate(before_and_after(language_model()), TEXT, [16, 2], length=48)
    cut = {(row.trained, row.steps): row.difference for row in found.rows}
    assert list(cut) == [(False, 2), (False, 16), (True, 2), (True, 16)]
    assert cut[False, 2] > cut[False, 16]
    assert cut[True, 2] > cut[True, 16]
    assert len(found.plot().axes) == 2


@pytest.mark.parametrize("steps", [0, LENGTH])
def test_impossible_windows_are_refused(steps: int) -> None:
    with pytest.raises(UserError, match="--truncation must lie between"):
        truncate([], TEXT, [steps])
