"""A part of a text is read as in the whole text, and what was before each step is known."""

from __future__ import annotations

import numpy as np
import pytest
from generation_helpers import CONFIGS
from tiny_models import language_model, named, random_text

import charlm.inside
from charlm.config import ModelConfig
from charlm.inside.windows import trace_window
from corpora.errors import UserError


@pytest.mark.parametrize("config", CONFIGS, ids=named)
@pytest.mark.parametrize(("start", "end"), [(0, 40), (0, 1), (17, 25)])
def test_a_window_is_a_part_of_the_trace(config: ModelConfig, start: int, end: int) -> None:
    model, text = language_model(config), random_text(40)
    whole, read = charlm.inside.trace(model, text), []
    part = trace_window(model, text, start, end, progress=read.append)
    assert len(part) == end - start
    assert sum(read) == end + 1  # the line feed as well
    for name, values in whole.fields.items():
        np.testing.assert_allclose(part.fields[name], values[start:end], atol=1e-6)
    for name, values in part.before.items():
        previous = part.find_previous(name)
        np.testing.assert_array_equal(previous[0], values)
        np.testing.assert_array_equal(previous[1:], part.fields[name][:-1])
        assert [part.previous(name, n, 0, 3) for n in range(len(part))] == [*previous[:, 0, 3]]
        if start:
            np.testing.assert_allclose(values, whole.fields[name][start - 1], atol=1e-6)


def test_what_lies_far_before_is_not_read() -> None:
    model, text, read = language_model(), random_text(300), []
    part = trace_window(model, text, 250, 260, warm_up=20, progress=read.append)
    assert sum(read) == 30
    own = charlm.inside.trace(model, text[230:260]).fields["hidden"][20:]
    assert np.abs(part.fields["hidden"] - own).max() < 0.2  # but for the line feed


def test_an_rnn_shows_what_its_state_adds() -> None:
    config = ModelConfig(cell="rnn", hidden_size=4, num_layers=2, embedding_size=3, residual=False)
    model = language_model(config)
    part = trace_window(model, "abc", 0, 3)
    assert part.recurrent_part is not None
    matrix = model.network.weights["layers.1.weight_hh_l0"]
    np.testing.assert_allclose(
        part.recurrent_part[:, 1], part.find_previous("hidden")[:, 1] @ matrix.T, atol=1e-6
    )
    assert trace_window(language_model(), "abc", 0, 3).recurrent_part is None


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (0, 4), (3, 1)])
def test_a_part_that_does_not_lie_in_the_text_is_refused(start: int, end: int) -> None:
    with pytest.raises(UserError, match="there is no part"):
        trace_window(language_model(), "abc", start, end)
