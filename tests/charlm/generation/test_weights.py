from __future__ import annotations

import numpy as np
import pytest
from tiny_models import CONFIG, VOCABULARY, random_weights

from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.generation.weights import list_shapes
from charlm.model import CharLM
from charlm.nn.cells import LAYERS
from corpora.errors import UserError


@pytest.mark.parametrize("config", [CONFIG.replace({"cell": cell}) for cell in LAYERS])
def test_the_shapes_are_those_of_torch(config: ModelConfig) -> None:
    state = CharLM(config, len(VOCABULARY)).state_dict()
    assert {name: tuple(t.shape) for name, t in state.items()} == list_shapes(
        config, len(VOCABULARY)
    )


@pytest.mark.parametrize("name", sorted(list_shapes(CONFIG, len(VOCABULARY))))
def test_weights_that_do_not_fit_are_refused(name: str) -> None:
    weights = random_weights()
    right = weights[name]
    wrong = [right[:-1], right[..., None], np.concatenate([right, right]), right.ravel()[:1]]
    if right.ndim == 2:
        wrong += [right.T, right.ravel()]
    for array in wrong:
        with pytest.raises(UserError, match=name):
            Network(CONFIG, {**weights, name: array}, len(VOCABULARY))
    rest = {other: array for other, array in weights.items() if other != name}
    for broken in (rest, {**rest, "else": right}, {**weights, "more": right}):
        with pytest.raises(UserError):
            Network(CONFIG, broken, len(VOCABULARY))


@pytest.mark.parametrize(
    "changes",
    [
        {"num_layers": 1},
        {"num_layers": 65536},
        {"hidden_size": 65536},
        {"embedding_size": 6},
        {"cell": "gru"},
        {"cell": "rnn"},
    ],
)
def test_weights_of_another_shape_of_model_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UserError):
        Network(CONFIG.replace(changes), random_weights(), len(VOCABULARY))


@pytest.mark.parametrize("size", [0, 1, len(VOCABULARY) - 1, len(VOCABULARY) + 1])
def test_a_vocabulary_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(UserError):
        Network(CONFIG, random_weights(), size)


def test_a_model_without_symbols_is_refused() -> None:
    nothing = {name: np.zeros(shape, np.float32) for name, shape in list_shapes(CONFIG, 0).items()}
    with pytest.raises(UserError, match="empty vocabulary"):
        Network(CONFIG, nothing, 0)
