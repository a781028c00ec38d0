"""The ONNX graph of a step says what the NumPy step says, for every cell, texts and steps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import VOCABULARY, named, random_weights, write_run

from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.generation.onnx_step import CELL, CHARACTER, HIDDEN, LOGITS, write_onnx
from charlm.language_model import load
from corpora.text.vocabulary import Vocabulary

onnxruntime = pytest.importorskip("onnxruntime")

CONFIGS = [
    ModelConfig(cell=cell, hidden_size=6, num_layers=layers, embedding_size=size, residual=residual)
    for cell in ("rnn", "gru", "lstm")
    for layers, size, residual in ((1, 5, False), (3, 6, True), (2, 5, True))
]


def open_step(data: bytes) -> Any:
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])


def start(config: ModelConfig, streams: int) -> dict[str, np.ndarray]:
    names = (HIDDEN, CELL) if config.cell == "lstm" else (HIDDEN,)
    shape = (config.num_layers, streams, config.hidden_size)
    return {name: np.zeros(shape, np.float32) for name in names}


@pytest.mark.parametrize("config", CONFIGS, ids=named)
@pytest.mark.parametrize("streams", [1, 3])
def test_the_graph_steps_as_the_network_does(config: ModelConfig, streams: int) -> None:
    weights = random_weights(config)
    step = open_step(write_onnx(config, weights, VOCABULARY))
    network = Network(config, weights, len(VOCABULARY))
    theirs, mine = network.start(streams), start(config, streams)
    for ids in np.random.default_rng(1).integers(len(VOCABULARY), size=(20, streams)):
        logits, *states = step.run(None, {CHARACTER: ids, **mine})
        mine = dict(zip(mine, states, strict=True))
        assert np.allclose(logits.T, network.step(theirs, ids), atol=1e-4)


def test_the_file_holds_what_is_needed_to_use_it() -> None:
    config = CONFIGS[-1]
    step = open_step(write_onnx(config, random_weights(config), VOCABULARY))
    about = step.get_modelmeta().custom_metadata_map
    assert Vocabulary.from_json(about["vocabulary"]) == VOCABULARY
    assert ModelConfig.from_json(json.loads(about["config"])) == config
    assert step.get_outputs()[0].name == LOGITS


def test_an_export_has_the_step_beside_it(charlm: Any) -> None:
    write_run(Path("runs/mine"))
    assert charlm("export", "runs/mine", "out", "--onnx").code == 0
    step = open_step(Path("out/model.onnx").read_bytes())
    model = load("runs/mine")
    state = start(model.config, 1)
    seen = model.vocabulary.encode("\n")[0]  # what a text is read after
    for token in model.score("abcdefgh"):
        logits, *states = step.run(None, {CHARACTER: np.array([seen]), **state})
        state, seen = dict(zip(state, states, strict=True)), token.id
        assert np.allclose(logits[0], token.logits, atol=1e-4)
    assert charlm("export", "runs/mine", "plain").code == 0
    assert not Path("plain/model.onnx").exists()


def test_only_language_models_step(refused: Any) -> None:
    from tiny_models import write_signed

    Path("runs/words").mkdir(parents=True)
    write_signed(Path("runs/words/model.safetensors"), kind="translator", model={})
    for name, data in (("config.json", {"kind": "translator", "format": 1, "model": {}}),):
        Path("runs/words", name).write_text(json.dumps(data))
    Path("runs/words/vocabulary.json").write_text(VOCABULARY.to_json())
    refused("export", "runs/words", "out", "--onnx")
    assert not Path("out").exists()


def test_without_onnx_one_line_says_so(refused: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(Path("runs/mine"))
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert "pip install 'onnx>=1.19'" in refused("export", "runs/mine", "out", "--onnx")
    assert not Path("out").exists()
