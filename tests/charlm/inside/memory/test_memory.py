from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from generation_helpers import CONFIGS
from hand_built import COUNTER, built_model, quoted_text
from tiny_models import CONFIG, VOCABULARY, language_model, named, random_text

import charlm.inside
from charlm.config import ModelConfig
from charlm.evaluation import evaluate
from charlm.inside.memory.context_curves import (
    ContextCurve,
    choose_targets,
    count_characters,
    cut_context,
)
from charlm.inside.memory.embedding_gradients import compute_products
from charlm.inside.memory.influence import measure_influence, measure_profile
from charlm.inside.memory.leaving_out import leave_out
from charlm.inside.memory.memory import estimate_work, measure_memory
from charlm.language_model import LanguageModel
from charlm.start import build_model
from corpora.errors import UserError


def evaluate_text(model: LanguageModel, text: str) -> float:
    network = build_model(model.config, model.network.weights, len(model.vocabulary))
    ids, device = model.vocabulary.encode(text), torch.device("cpu")
    return evaluate(network, ids, device=device, line_feed=None).nats_per_character


@pytest.mark.wide(2)
@pytest.mark.parametrize("config", CONFIGS[::3], ids=named)
def test_a_context_without_end_gives_the_loss_of_evaluate(config: ModelConfig) -> None:
    model, text = language_model(config), random_text(300)
    curve = cut_context(model, text, contexts=[1, 299, 5000], positions=10_000)
    expected = evaluate_text(model, text)
    assert curve.positions == 299
    assert curve.losses[1:] == pytest.approx(expected, abs=1e-4)
    assert curve.full == pytest.approx(expected, abs=1e-4)
    assert abs(curve.losses[0] - expected) > 1e-3


@pytest.mark.parametrize("context", [1, 3, 8])
def test_a_cut_context_is_a_text_that_begins_there(context: int) -> None:
    model, text = language_model(), random_text(60)
    curve = cut_context(model, text, contexts=[context], positions=7)
    targets = choose_targets(60, context, 7)
    assert len(set(targets.tolist())) == 7
    network = build_model(CONFIG, model.network.weights, len(VOCABULARY)).eval()
    nats = []
    for target in targets.tolist():
        ids = torch.from_numpy(VOCABULARY.encode(text[max(0, target - context) : target + 1]))
        with torch.inference_mode():
            logits = network(ids[None, :-1])[0][0, -1]
        nats.append(float(-logits.log_softmax(0)[ids[-1]]))
    assert curve.losses[0] == pytest.approx(np.mean(nats), abs=1e-5)


@pytest.mark.parametrize(("length", "longest"), [(2, 512), (30, 8), (1024, 512), (1025, 512)])
def test_targets_lie_in_the_text_and_have_a_context(length: int, longest: int) -> None:
    for positions in (1, 7, 10_000):
        targets = choose_targets(length, longest, positions)
        assert len(np.unique(targets)) == len(targets) <= positions
        assert targets[0] >= 1
        assert targets[-1] < length
        assert length <= 2 * longest or targets[0] == longest


def curve_of(*losses: float, full: float = 1.0) -> ContextCurve:
    contexts = tuple(2**power for power in range(len(losses)))
    return ContextCurve("m", 9, contexts, np.array(losses), np.zeros(len(losses)), full)


def test_reach_is_where_little_of_the_gain_is_left() -> None:
    assert curve_of(3, 2, 1.02, 1).reach() == pytest.approx(4)
    between = curve_of(3, 2, 1.03, 1.01).reach()  # shares .015 and .005: half of the way, in logs
    assert between == pytest.approx(4 * 2**0.5)
    assert curve_of(3, 1.01, 1.3, 1.0).reach() > 4  # what comes back later counts
    assert curve_of(3, 2, 1.5).reach() is None
    assert curve_of(1, 2, 3).reach() is None
    assert curve_of(3, 2, 1.02, 1).reach(0.5) == pytest.approx(2)


def test_progress_counts_what_is_read() -> None:
    model, text, done = language_model(), random_text(90), [0]

    def count(more: int) -> None:
        done[0] += more

    cut_context(model, text, contexts=[1, 4], positions=20, progress=count)
    assert done[0] == count_characters(90, [1, 4], 20)


def score_next(model: LanguageModel, ids: np.ndarray, following: int) -> float:
    network = build_model(model.config, model.network.weights, len(model.vocabulary)).eval()
    with torch.inference_mode():
        logits = network(torch.from_numpy(ids)[None])[0][0, -1]
    return float(logits.log_softmax(0)[following])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_character_that_is_left_out_was_never_there(cell: Any) -> None:
    model = language_model(CONFIG.replace({"cell": cell}))
    random = np.random.default_rng(2)
    texts, following = random.integers(13, size=(3, 12)), random.integers(13, size=3)
    sources = random.integers(3, size=20)
    places = random.integers(12, size=20)
    found = leave_out(model.network, texts, following, sources, places)
    for source, place, influence in zip(sources, places, found, strict=True):
        whole = score_next(model, texts[source], following[source])
        without = score_next(model, np.delete(texts[source], place), following[source])
        assert influence == pytest.approx(whole - without, abs=1e-4)


@pytest.mark.parametrize("config", CONFIGS[::4], ids=named)
@pytest.mark.parametrize("first", [0, 4])
def test_gradient_times_embedding_is_the_slope_along_it(config: ModelConfig, first: int) -> None:
    model = language_model(config)
    ids, following = np.random.default_rng(1).integers(13, size=(2, 7)), np.array([3, 5])
    found = compute_products(model, ids, following, first=first)
    assert found.shape == (2, 7 - first)
    network = build_model(config, model.network.weights, 13).double().eval()
    small = 1e-5

    def compute_log_prob(share: float, place: int) -> float:
        x = network.embedding(torch.from_numpy(ids[1:])).transpose(0, 1).clone()
        x[place] *= share
        for layer in network.stack():
            y, _ = layer(x)
            x = x + y if config.residual and x.shape == y.shape else y
        return float(network.output(x[-1, 0]).log_softmax(0)[following[1]])

    with torch.inference_mode():
        for place in range(first, 7):
            slope = compute_log_prob(1 + small, place) - compute_log_prob(1 - small, place)
            assert found[1, place - first] == pytest.approx(slope / (2 * small), abs=1e-4)


def test_the_influence_of_a_text_is_that_of_each_character() -> None:
    model, text = language_model(), random_text(20)
    found = measure_influence(model, text, following="é")
    (ids,), wanted = [model.vocabulary.encode("\n" + text)], VOCABULARY.index("é")
    whole = score_next(model, ids, wanted)
    assert found.probability == pytest.approx(np.exp(whole), rel=1e-4)
    for place in range(20):
        without = score_next(model, np.delete(ids, place + 1), wanted)
        assert found.left_out[place] == pytest.approx(whole - without, abs=1e-4)
    assert [row["character"] for row in found.records()] == list(text)
    assert found.records()[-1]["distance"] == 1
    likeliest = measure_influence(model, text)
    assert likeliest.probability >= found.probability


def test_only_the_end_of_a_long_text_is_measured() -> None:
    model, text = language_model(), random_text(700)
    found = measure_influence(model, text)
    assert found.text == text[-512:]
    assert len(found.left_out) == len(found.gradient) == 512


@pytest.mark.parametrize("length", [2, 3, 40, 700])
def test_profiles_have_a_bin_for_each_doubling(length: int) -> None:
    model, text = language_model(), random_text(length)
    profile = measure_profile(model, text, places=5)
    assert profile.places <= 5
    assert len(profile.left_out) == len(profile.gradient) == len(profile.distances)
    assert profile.distances == tuple(2**n for n in range(len(profile.distances)))
    assert np.all(profile.left_out >= 0)
    assert np.all(np.isfinite(profile.gradient))
    own = measure_influence(model, text[-600:]).profile()
    assert own.distances[-1] <= min(length, 512)


def test_gates_are_those_of_the_trace() -> None:
    for cell, gates in (("lstm", ("input", "forget", "output")), ("gru", ("reset", "update"))):
        model, text = language_model(CONFIG.replace({"cell": cell})), random_text(50)
        found = charlm.inside.measure_gates(model, text)
        network = model.network
        traced = charlm.inside.trace(model, "\n" + text)
        assert set(found.means) == set(gates)
        for gate in gates:
            # A trace follows a line feed; so both have read "\n" and then the text.
            values = charlm.inside.trace(model, text).field(gate)
            assert traced.field(gate)[1:].shape == values.shape
            again = charlm.inside.measure_gates(
                LanguageModel("m", model.config, VOCABULARY, network), "\n" + text
            )
            total = again.means[gate] * 51
            first = charlm.inside.measure_gates(model, "\n").means[gate]
            np.testing.assert_allclose(total - first, values.sum(axis=0), rtol=1e-4)
            low = again.left[gate] * 51 - (first < 0.1)
            np.testing.assert_allclose(low, (values < 0.1).sum(axis=0), atol=1e-6)
            high = again.right[gate] * 51 - (first > 0.9)
            np.testing.assert_allclose(high, (values > 0.9).sum(axis=0), atol=1e-6)


def test_the_counter_remembers_longest() -> None:
    """It forgets at line feeds only: its memory is as long as a line."""
    text = quoted_text(3000)
    found = charlm.inside.measure_gates(built_model(), text)
    lengths, half_lives = found.memory_lengths(), found.half_lives()
    assert lengths is not None
    assert half_lives is not None
    line = len(text) / text.count("\n")
    assert lengths[COUNTER] == pytest.approx(line, rel=0.05)
    assert half_lives[COUNTER] == pytest.approx(np.log(2) * line, rel=0.1)
    assert found.right["forget"][COUNTER] > 0.9
    counts = found.count_lengths()
    assert counts is not None
    assert counts.sum() == lengths.size
    assert sum(row["always_right"] for row in found.saturation() if row["gate"] == "forget") >= 1


def test_cells_without_gates_say_so() -> None:
    found = charlm.inside.measure_gates(language_model(CONFIG.replace({"cell": "rnn"})), "abc")
    assert found.memory_lengths() is found.half_lives() is found.count_lengths() is None
    assert found.records() == found.saturation() == []


@pytest.mark.wide(3)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("length", [2, 100, 600])
def test_all_of_it_at_once(cell: Any, length: int) -> None:
    model, text, done = language_model(CONFIG.replace({"cell": cell})), random_text(length), [0]

    def count(more: int) -> None:
        done[0] += more

    found = measure_memory(model, text, positions=30, beside=[language_model(seed=1)],
                           progress=count)  # fmt: skip
    assert len(found.curves) == 2
    assert done[0] == pytest.approx(estimate_work(text, 2, 30), rel=0.5, abs=200)
    assert {row["part"] for row in found.records()} >= {"curve", "influence", "profile"}
    assert "<table" in found._repr_html_()


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_every_part_has_a_picture(cell: Any) -> None:
    model, text = language_model(CONFIG.replace({"cell": cell})), random_text(40)
    found = measure_memory(model, text, positions=30)
    parts = (found.gates, found.influence, found.profile) if cell == "lstm" else ()
    for result in (found, *parts):
        assert result.plot().to_png().startswith(b"\x89PNG")


def test_what_cannot_be_measured_is_said() -> None:
    model = language_model()
    for ask in (
        lambda: measure_memory(model, "a"),
        lambda: measure_memory(model, "aX"),
        lambda: measure_memory(model, "ab", positions=0),
        lambda: cut_context(model, "abc", contexts=[0]),
        lambda: cut_context(model, "abc", contexts=[]),
        lambda: cut_context(model, "a"),
        lambda: measure_influence(model, ""),
        lambda: measure_influence(model, "abc", following="ab"),
        lambda: measure_influence(model, "abc", following="X"),
        lambda: measure_profile(model, "a"),
        lambda: measure_profile(model, "ab", places=0),
        lambda: charlm.inside.measure_gates(model, ""),
    ):
        with pytest.raises(UserError):
            ask()


def test_what_needs_no_gradients_needs_no_torch() -> None:
    code = (
        "import sys\n"
        "from charlm.inside import cut_context, measure_gates, silence\n"
        "from charlm.inside.memory import leaving_out, memory\n"
        "assert 'torch' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
