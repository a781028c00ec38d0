from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from generation_helpers import CONFIGS
from hand_built import COUNTER, QUOTE, built_model, quoted_text
from tiny_models import language_model, named, random_text
from torch import nn

import charlm.inside
from charlm.config import ModelConfig
from charlm.generation.cells import FIELDS
from charlm.generation.hold import parse_hold
from charlm.inside.effects import add_effects
from charlm.inside.reading import compute_surprisals, read_in_streams
from charlm.language_model import LanguageModel
from charlm.start import build_model
from corpora.errors import UserError

Values = dict[str, list[np.ndarray]]


def step_with_torch(model: LanguageModel, text: str) -> dict[str, np.ndarray]:
    """The fields (T, L, H) by torch's own cells and, for gates, by the formulas of its manual."""
    config, weights = model.config, model.network.weights
    ids = model.vocabulary.encode("\n" + text)
    kinds = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}
    cells = []
    for index in range(config.num_layers):
        inputs = config.hidden_size if index else config.embedding_size
        cell = kinds[config.cell](inputs, config.hidden_size)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(cell, name).data = torch.from_numpy(weights[f"layers.{index}.{name}_l0"])
        cells.append(cell)
    states = [torch.zeros(1, config.hidden_size)] * config.num_layers
    memories = list(states)
    found: dict[str, list[np.ndarray]] = {name: [] for name in FIELDS[config.cell]}
    with torch.inference_mode():
        for index in ids.tolist():
            x = torch.from_numpy(weights["embedding.weight"][index : index + 1])
            row: dict[str, list[np.ndarray]] = {name: [] for name in found}
            for layer, cell in enumerate(cells):
                h, c = states[layer], memories[layer]
                a = x @ cell.weight_ih.T + cell.bias_ih
                b = h @ cell.weight_hh.T + cell.bias_hh
                if config.cell == "lstm":
                    states[layer], memories[layer] = cell(x, (h, c))
                    i, f, g, o = (a + b).chunk(4, 1)
                    gates = [i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()]
                    parts = [states[layer], memories[layer], *gates]
                elif config.cell == "gru":
                    states[layer] = cell(x, h)
                    (r, z, n), (r_h, z_h, n_h) = a.chunk(3, 1), b.chunk(3, 1)
                    reset = (r + r_h).sigmoid()
                    parts = [states[layer], reset, (z + z_h).sigmoid(), (n + reset * n_h).tanh()]
                else:
                    states[layer] = cell(x, h)
                    parts = [states[layer]]
                for name, value in zip(FIELDS[config.cell], parts, strict=True):
                    row[name].append(value[0].numpy())
                adds = config.residual and x.shape == states[layer].shape
                x = x + states[layer] if adds else states[layer]
            for name, values in row.items():
                found[name].append(np.stack(values))
    return {name: np.stack(values)[1:] for name, values in found.items()}  # without the line feed


@pytest.mark.parametrize("config", CONFIGS, ids=named)
def test_a_trace_equals_the_cells_of_torch(config: ModelConfig) -> None:
    model, text = language_model(config), random_text(30)
    traced = charlm.inside.trace(model, text)
    expected = step_with_torch(model, text)
    assert set(traced.fields) == set(expected)
    for name, values in expected.items():
        assert traced.fields[name].shape == (30, config.num_layers, config.hidden_size)
        np.testing.assert_allclose(traced.fields[name], values, atol=1e-5)


def test_a_trace_scores_as_score_does() -> None:
    model, text = language_model(), random_text(40)
    expected = [token.surprisal for token in model.score(text)]
    np.testing.assert_allclose(charlm.inside.trace(model, text).surprisals, expected, rtol=1e-6)


def test_units_built_by_hand_do_what_they_were_built_for() -> None:
    text = quoted_text(400)
    traced = charlm.inside.trace(built_model(), text)
    quote, count = traced.select([QUOTE, COUNTER]).values.T
    inside, column = False, 0
    for place, character in enumerate(text):
        inside ^= character == '"'
        column = 0 if character == "\n" else column + 1
        assert (quote[place] > 0) == inside
        assert count[place] == pytest.approx(0.018 * (column + 1), abs=0.002 * (column + 1))


@pytest.mark.parametrize("by", ["change", "variance", "effect"])
def test_the_order_of_units_is_that_of_their_figures(by: charlm.inside.traces.Order) -> None:
    model, text = language_model(), random_text(60)
    traced = add_effects(model, charlm.inside.trace(model, text))
    order = traced.top(12, by)
    assert len(set(order)) == 12
    values = traced.select(order, "effect" if by == "effect" else None).values
    scores = {
        "change": np.abs(np.diff(values, axis=0)).mean(0),
        "variance": values.var(0),
        "effect": np.abs(values).mean(0),
    }[by]
    assert all(one >= other - 1e-6 for one, other in pairwise(scores))


@pytest.mark.parametrize("cell", ["rnn", "rnn_relu", "gru", "lstm"])
def test_an_effect_is_the_slope_along_which_an_output_fades(cell: str) -> None:
    config = ModelConfig(cell=cell, hidden_size=6, num_layers=2, embedding_size=6)
    model, text = language_model(config), random_text(8)
    effects = add_effects(model, charlm.inside.trace(model, text)).field("effect")
    place, (layer, unit) = 5, (0, 3)
    own = charlm.inside.trace(model, text).field("hidden")[place, layer, unit]
    small = 1e-2

    def surprise(share: float) -> float:
        """Surprisal of the next character when the output of the unit is scaled at this step."""
        network = build_model(config, model.network.weights, len(model.vocabulary)).eval()
        ids = torch.from_numpy(model.vocabulary.encode("\n" + text))[None]
        with torch.inference_mode():
            _, state = network(ids[:, : place + 1])
            x = network.embedding(ids[:, place + 1])[None]
            for index, part in enumerate(network.stack()):
                y, _ = part(x, state[index])
                if index == layer:
                    y[0, 0, unit] *= share
                x = x + y
            return float(-network.output(x)[0, 0].log_softmax(0)[ids[0, place + 2]])

    slope = (surprise(1 - small) - surprise(1 + small)) / (2 * small)
    assert abs(own) > 0.01
    assert effects[place, layer, unit] == pytest.approx(slope, rel=1e-2, abs=1e-4)


def test_streams_see_what_one_pass_sees() -> None:
    model, ids = language_model(), np.random.default_rng(1).integers(13, size=900)
    alone = compute_surprisals(model.network, ids, streams=1)
    beside = compute_surprisals(model.network, ids, streams=3)
    np.testing.assert_allclose(beside[:300], alone[:300], atol=1e-5)
    np.testing.assert_allclose(beside, alone, atol=1e-3)


@pytest.mark.parametrize(("length", "streams"), [(1, 1), (10, 3), (11, 4), (64, 64), (70, 64)])
def test_every_character_counts_once(length: int, streams: int) -> None:
    model = language_model()
    ids = np.zeros(length, np.int64)
    read = np.concatenate(
        [r.positions[r.counts] for r in read_in_streams(model.network, ids, streams=streams)]
    )
    assert sorted(read.tolist()) == list(range(length))


@pytest.mark.parametrize("config", CONFIGS[::3], ids=named)
def test_held_units_stay_where_they_are_held(config: ModelConfig) -> None:
    model, text = language_model(config), random_text(20)
    for field in FIELDS[config.cell]:
        hold = parse_hold(f"{config.num_layers}.4.{field}=0.25", config)
        network = model.network.hold([hold])
        held = LanguageModel("held", config, model.vocabulary, network)
        free = charlm.inside.trace(model, text)
        found = charlm.inside.trace(held, text)
        assert np.all(found.field(field)[:, -1, 4] == np.float32(0.25))
        assert np.array_equal(found.field("hidden")[:, :-1], free.field("hidden")[:, :-1])
        assert np.abs(found.field("hidden")[:, -1] - free.field("hidden")[:, -1]).max() > 1e-3


@pytest.mark.parametrize(
    ("hold", "line"),
    [
        ("3.1=0", "no layer 3"),
        ("0.1=0", "no layer 0"),
        ("1.6=0", "no unit 6"),
        ("1.1.reset=0", "have no 'reset'"),
        ("1.1=nan", "holds nothing"),
        ("1.1=1e99", "holds nothing"),
        ("1.1", "holds nothing"),
        ("", "holds nothing"),
    ],
)
def test_what_cannot_be_held_is_said(hold: str, line: str) -> None:
    with pytest.raises(UserError, match=line):
        parse_hold(hold, language_model().config)


def test_what_cannot_be_traced_is_said() -> None:
    model = language_model()
    traced = charlm.inside.trace(model, "abc", fields=["cell"])
    for ask in (
        lambda: charlm.inside.trace(model, ""),
        lambda: charlm.inside.trace(model, "X"),
        lambda: charlm.inside.trace(model, "a", fields=["reset"]),
        lambda: traced.select([(2, 0)]),
        lambda: traced.select([(0, 6)]),
        lambda: traced.select([(0, 0)], "hidden"),
    ):
        with pytest.raises(UserError):
            ask()


def test_results_are_shown_as_they_are() -> None:
    """Records have a row a character; the page escapes the text; the picture is a PNG."""
    model, text = language_model(), "abc.\né,"
    units = charlm.inside.trace(model, text).select([(0, 1), (1, 2)])
    records = units.records()
    assert [row["character"] for row in records] == list(text)
    assert [row["1.1"] for row in records] == units.values[:, 0].tolist()
    assert units.to_frame().shape == (7, 4)
    for one in (
        units,
        charlm.inside.trace(model, text),
        charlm.inside.trace(model, text).select([(0, 1)]),
    ):
        assert one.plot().to_png().startswith(b"\x89PNG")
        assert "<script" not in one._repr_html_()
