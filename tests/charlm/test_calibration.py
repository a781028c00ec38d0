from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import CONFIG, VOCABULARY, language_model, random_weights
from training_helpers import random_ids

from charlm.calibration import (
    divide_logits,
    find_lowest,
    fit_dynamic,
    fit_temperature,
    read_dynamic,
)
from charlm.dynamic_evaluation import Dynamic
from charlm.evaluation import evaluate
from charlm.model import CharLM
from charlm.runs.tensors import Arrays
from charlm.start import build_model
from corpora.errors import UserError

CPU = torch.device("cpu")


def model_of(weights: Arrays) -> CharLM:
    return build_model(CONFIG, weights, len(VOCABULARY)).eval()


def loss(model: CharLM, ids: np.ndarray, temperature: float = 1.0) -> float:
    score = evaluate(model, ids, device=CPU, line_feed=None, temperature=temperature)
    return score.nats_per_character


def a_text(temperature: float = 1.2) -> np.ndarray:
    """A text that the model wrote at a temperature: nothing predicts it better than that."""
    return VOCABULARY.encode(
        language_model().generate(length=6_000, temperature=temperature, seed=3)
    )


@given(st.floats(0.6, 1.6), st.floats(0.1, 10), st.floats(-5, 5))
def test_the_lowest_point_of_a_parabola_is_found_between_its_points(
    lowest: float, width: float, height: float
) -> None:
    places = np.exp(np.linspace(math.log(0.5), math.log(2), 9))
    found = find_lowest(places, width * (np.log(places) - math.log(lowest)) ** 2 + height)
    assert found == pytest.approx(lowest, rel=1e-3)


def test_a_curve_that_falls_to_its_end_is_lowest_there() -> None:
    places = np.array([0.5, 1.0, 2.0])
    assert find_lowest(places, np.array([1.0, 2.0, 3.0])) == 0.5
    assert find_lowest(places, np.array([3.0, 2.0, 1.0])) == 2.0


def test_the_temperature_of_a_model_that_is_surer_by_a_factor_is_higher_by_it() -> None:
    ids, weights = a_text(), random_weights()
    usual = fit_temperature(model_of(weights), ids, device=CPU)
    surer = fit_temperature(model_of(divide_logits(weights, 1 / 1.2)), ids, device=CPU)
    assert surer.temperature / usual.temperature == pytest.approx(1.2, rel=0.01)
    assert surer.after == pytest.approx(usual.after, abs=1e-5)
    for fitted in (usual, surer):
        assert fitted.after <= fitted.before


@pytest.mark.parametrize("temperature", [0.8, 1.2])
def test_the_temperature_at_which_a_text_was_written_is_found(temperature: float) -> None:
    fitted = fit_temperature(model_of(random_weights()), a_text(temperature), device=CPU)
    assert fitted.temperature == pytest.approx(temperature, rel=0.05)


def test_no_other_temperature_is_better() -> None:
    ids, model = a_text(), model_of(random_weights())
    fitted = fit_temperature(model, ids, device=CPU)
    assert fitted.before == pytest.approx(loss(model, ids))
    for factor in (0.9, 0.97, 1.03, 1.1):
        assert loss(model, ids, fitted.temperature * factor) > fitted.after


def test_weights_that_are_divided_predict_as_the_old_ones_at_that_temperature() -> None:
    ids, weights = a_text(), random_weights()
    divided = divide_logits(weights, 1.7)
    assert loss(model_of(divided), ids) == pytest.approx(loss(model_of(weights), ids, 1.7))
    assert {name for name in weights if (divided[name] != weights[name]).any()} == {
        "output.weight",
        "output.bias",
    }


def test_dynamic_evaluation_is_fitted_and_leaves_the_model_as_it_is() -> None:
    ids, model = random_ids(400, len(VOCABULARY)), model_of(random_weights())
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    tried: list[str] = []
    found = fit_dynamic(model, ids, ids, device=CPU, progress=tried.append)
    assert len(tried) == len(set(tried)) == 5
    assert f"rate {found.rate:g}, decay {found.decay:g}" in tried
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


def test_what_was_fitted_is_read_from_the_folder(tmp_path: Path) -> None:
    def write(recorded: object) -> None:
        (tmp_path / "config.json").write_text(json.dumps({"dynamic": recorded}))

    assert read_dynamic(tmp_path / "no.safetensors") == Dynamic()
    write(None)
    assert read_dynamic(tmp_path) == Dynamic()
    write({"rate": 1e-4, "decay": 0.01})
    assert read_dynamic(tmp_path) == Dynamic(rate=1e-4, decay=0.01)
    for wrong in ("fast", [], {"rate": 0.1}, {"rate": 0, "decay": 0}, {"rate": "1", "decay": 2}):
        write(wrong)
        with pytest.raises(UserError, match="a rate and a decay"):
            read_dynamic(tmp_path)
