from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hand_built import COUNTER, built_model, quoted_text
from tiny_models import CONFIG, VOCABULARY, language_model, random_text

import charlm.inside
from charlm.generation.cells import FIELDS
from charlm.generation.hold import parse_hold
from charlm.inside.reading import compute_surprisals
from charlm.inside.silencing import silencing
from charlm.inside.silencing.attribution import estimate_increases
from charlm.inside.silencing.held_streams import (
    Target,
    compute_means,
    count_predicted,
    measure_losses,
)
from charlm.language_model import LanguageModel
from corpora.errors import UserError

CELLS: tuple[Any, ...] = ("rnn", "rnn_relu", "gru", "lstm")


def model_of(cell: Any) -> LanguageModel:
    return language_model(CONFIG.replace({"cell": cell}))


@pytest.mark.parametrize("cell", CELLS)
def test_streams_lose_what_one_held_network_loses(cell: Any) -> None:
    """All targets side by side give what each gives by itself, as `--hold` holds it."""
    model, ids = model_of(cell), VOCABULARY.encode(random_text(150))
    targets = [
        Target(layer, field, unit)
        for layer in (0, 1)
        for field in FIELDS[model.config.cell]
        for unit in (None, 0, 4)
    ]
    held = {field: np.full((2, 6), 0.25) for field in FIELDS[model.config.cell]}
    base, losses = measure_losses(model.network, ids, targets, held, symbols=VOCABULARY.symbols)
    count = count_predicted(len(ids))
    free = compute_surprisals(model.network, ids, streams=1)[-count:]
    assert base == pytest.approx(free.mean(), abs=1e-5)
    for target, loss in zip(targets, losses, strict=True):
        assert loss.target == target
        unit = "*" if target.unit is None else target.unit
        hold = parse_hold(f"{target.layer + 1}.{unit}.{target.field}=0.25", model.config)
        nats = compute_surprisals(model.network.hold([hold]), ids, streams=1)[-count:]
        assert loss.increase == pytest.approx((nats - free).mean(), abs=1e-5)
        assert loss.error == pytest.approx((nats - free).std() / count**0.5, abs=1e-5)


def test_characters_that_lose_are_named_with_what_they_lose() -> None:
    model, ids = language_model(), VOCABULARY.encode(random_text(150))
    held = {"cell": np.zeros((2, 6))}
    _, (loss,) = measure_losses(
        model.network, ids, [Target(1, "cell")], held, symbols=VOCABULARY.symbols
    )
    count = count_predicted(len(ids))
    network = model.network.hold([parse_hold("2.*=0", model.config)])
    more = (
        compute_surprisals(network, ids, streams=1)
        - compute_surprisals(model.network, ids, streams=1)
    )[-count:]
    following = ids[-count:]
    totals = {symbol: more[following == VOCABULARY.index(symbol)] for symbol in VOCABULARY.symbols}
    most = sorted(totals, key=lambda symbol: -totals[symbol].sum())[:3]
    assert [symbol for symbol, _ in loss.hurt] == most
    assert [value for _, value in loss.hurt] == pytest.approx(
        [totals[symbol].mean() for symbol in most], abs=1e-4
    )


def test_means_are_those_of_the_trace() -> None:
    model, text = language_model(), random_text(60)
    found = compute_means(model.network, VOCABULARY.encode("\n" + text), ("cell", "forget"))
    start = compute_means(model.network, VOCABULARY.encode("\n"), ("cell", "forget"))
    for field, means in found.items():
        values = charlm.inside.trace(model, text).field(field)
        np.testing.assert_allclose(61 * means - start[field], values.sum(axis=0), atol=1e-4)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("at", ["zero", "mean"])
def test_layers_and_all_units_are_measured(cell: Any, at: silencing.At) -> None:
    model, text, done = model_of(cell), random_text(300), [0]

    def count(more: int) -> None:
        done[0] += more

    found = silencing.silence(model, text, at=at, characters=100, top=5, progress=count)
    assert (found.measured, found.candidates, len(found.units)) == (12, 12, 5)
    assert all(one.increase >= other.increase for one, other in pairwise(found.units))
    parts = [(one.target.layer, one.target.field) for one in found.layers]
    assert parts == [(one.layer, one.field) for one in silencing.list_parts(model.config, at)]
    assert done[0] == pytest.approx(
        silencing.estimate_work(model, text, 12, at, 100, every=False), rel=0.05
    )
    assert len(found.records()) == len(parts) + 5


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_left_out_at_zero_is_what_hidden_says(cell: Any) -> None:
    model, ids = model_of(cell), VOCABULARY.encode(random_text(120))
    fields = FIELDS[model.config.cell]
    held = {field: np.zeros((2, 6)) for field in fields}
    targets = [Target(1, field) for field in fields]
    _, losses = measure_losses(model.network, ids, targets, held, symbols=VOCABULARY.symbols)
    increases = {loss.target.field: loss.increase for loss in losses}
    for field in set(fields) - set(silencing.AT_ZERO[model.config.cell]):
        assert increases[field] == pytest.approx(increases["hidden"], abs=1e-6)


def read_counter() -> LanguageModel:
    """The model built by hand, whose logits depend on one column alone: that of the counter."""
    model = built_model()
    weights = {name: array.copy() for name, array in model.network.weights.items()}
    output, bias = weights["output.weight"], weights["output.bias"]
    output[:] = 0
    bias[:] = 0
    output[model.vocabulary.index("\n"), COUNTER[1]] = 4
    network = type(model.network)(model.config, weights, len(model.vocabulary))
    return LanguageModel("counter", model.config, model.vocabulary, network)


def test_units_that_nothing_depends_on_cost_nothing() -> None:
    """The counter depends on no other unit of its layer, and only the counter is read."""
    found = silencing.silence(read_counter(), quoted_text(800), layer=1, top=11, characters=400)
    assert found.units[0].target == Target(COUNTER[0], "cell", COUNTER[1])
    assert found.units[0].increase > 0.01
    assert all(one.increase == pytest.approx(0, abs=1e-6) for one in found.units[1:])


@pytest.mark.parametrize("cell", CELLS)
def test_an_estimate_is_half_the_mean_of_the_squared_slope(cell: Any) -> None:
    model, text = model_of(cell), random_text(12)
    ids, small = VOCABULARY.encode(text), 1e-3
    for field in FIELDS[model.config.cell]:
        held = np.full((2, 6), 0.3)
        found = estimate_increases(model, ids, field, held)
        assert found.shape == (2, 6)
        if field != "hidden":
            assert np.all(found >= 0)
            continue
        # Pulled a little at every step: the fields are those of the step itself, so one after
        # another, each from what the pulled steps before have made of it.
        for layer, unit in ((0, 1), (1, 3)):
            nats = [pull(model, ids, layer, unit, share) for share in (-small, small)]
            slope = (nats[1] - nats[0]) / (2 * small)
            assert found[layer, unit] == pytest.approx(slope**2 / (2 * 11), rel=0.02, abs=1e-6)


def pull(model: LanguageModel, ids: np.ndarray, layer: int, unit: int, share: float) -> float:
    """The surprisals of a text, added up, if a hidden unit is pulled a share of the way to 0.3."""
    import torch

    from charlm.start import build_model

    network = build_model(model.config, model.network.weights, len(VOCABULARY)).double().eval()
    states: list[Any] = [None, None]
    nats = 0.0
    with torch.inference_mode():
        for now, following in pairwise(ids.tolist()):
            x = network.embedding(torch.tensor([[now]]))
            for index, part in enumerate(network.stack()):
                _, state = part(x, states[index])
                h = state[0] if isinstance(state, tuple) else state
                if index == layer:
                    h[0, 0, unit] += share * (0.3 - h[0, 0, unit])
                states[index] = (h, state[1]) if isinstance(state, tuple) else h
                x = x + h if model.config.residual and x.shape == h.shape else h
            nats -= float(network.output(x)[0, 0].log_softmax(0)[following])
    return nats


def test_too_many_units_are_chosen_by_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silencing, "MOST_PRODUCTS", 1)
    monkeypatch.setattr(silencing, "CANDIDATES", 4)
    model, text = language_model(), random_text(300)
    some = silencing.silence(model, text, characters=200, top=3)
    assert (some.measured, some.candidates, len(some.units)) == (4, 12, 3)
    every = silencing.silence(model, text, characters=200, top=12, every=True)
    assert every.measured == 12
    known = {one.target: one.increase for one in every.units}
    for one in some.units:
        assert one.increase == pytest.approx(known[one.target], abs=1e-6)
    assert {one.target for one in some.units} & {one.target for one in every.units[:3]}


def test_named_units_are_all_reported() -> None:
    found = silencing.silence(language_model(), random_text(90), layer=1, units=[5, 0, 5], top=1)
    assert sorted(one.target.name for one in found.units) == ["2.0", "2.5"]


def test_it_is_shown_as_it_is() -> None:
    found = silencing.silence(language_model(), random_text(90))
    assert found.plot().to_png().startswith(b"\x89PNG")
    assert "<table" in found._repr_html_()


def test_what_cannot_be_silenced_is_said() -> None:
    model, text = language_model(), random_text(30)
    for about in (
        {"layer": 2},
        {"layer": -1},
        {"layer": 0, "units": [6]},
        {"units": [1]},
        {"of": "reset"},
        {"top": 0},
        {"characters": 1},
    ):
        with pytest.raises(UserError):
            silencing.silence(model, text, **about)  # type: ignore[arg-type]
    for wrong in ("", "a", "aX"):
        with pytest.raises(UserError):
            silencing.silence(model, wrong)
