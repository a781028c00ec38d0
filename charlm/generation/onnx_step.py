"""The step of a language model as an ONNX graph, for programs that have neither Python nor torch.

The graph reads one character per text and the state, and gives the logits of the next character and
the new state; whoever runs it samples, and carries the state. It is written from the weights, node
by node, with the formulas that torch has.

    character (N,) int64            ids of the vocabulary, which stands in the file's metadata
    hidden (L, N, H), cell (L, N, H)  zeros before a text; cell only of an LSTM
    logits (N, V), new_hidden, new_cell
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from charlm.config import GATES, ModelConfig
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary

OPSET, IR_VERSION = 17, 8
"""Of 2022: what runs graphs today reads them."""
CHARACTER, HIDDEN, CELL, LOGITS = "character", "hidden", "cell", "logits"


def write_onnx(
    config: ModelConfig, weights: Mapping[str, np.ndarray], vocabulary: Vocabulary
) -> bytes:
    """Return the ONNX file of a model's step, in single precision.

    Args:
        config: its shape.
        weights: float32 arrays under the names of `CharLM.state_dict()`.
        vocabulary: its characters; stored in the file's metadata, as JSON.

    Raises:
        UserError: onnx is not installed, or the cell is not one of charlm's own.
    """
    if config.cell not in GATES:
        raise UserError(f"the cell {config.cell} cannot be written as ONNX: rnn, gru and lstm can")
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise UserError(f"this needs onnx ({error}); pip install 'onnx>=1.19'") from error
    graph = _Graph(weights)
    states = (HIDDEN, CELL) if config.cell == "lstm" else (HIDDEN,)
    x = graph.add("Gather", graph.weight("embedding.weight"), CHARACTER)
    new: dict[str, list[str]] = {name: [] for name in states}
    for layer in range(config.num_layers):
        before = {name: graph.add("Gather", name, graph.number(layer)) for name in states}
        after = _add_layer(graph, config, layer, x, before)
        for name, value in after.items():
            new[name].append(graph.add("Unsqueeze", value, graph.number([0])))
        inputs = config.hidden_size if layer else config.embedding_size
        adds = config.residual and inputs == config.hidden_size
        x = graph.add("Add", x, after[HIDDEN]) if adds else after[HIDDEN]
    graph.affine(x, "output.weight", "output.bias", result=LOGITS)
    for name, values in new.items():
        graph.add("Concat", *values, result=f"new_{name}", axis=0)
    model = graph.make_model(config, len(vocabulary), states)
    about = {"config": json.dumps(config.to_json()), "vocabulary": vocabulary.to_json()}
    onnx.helper.set_model_props(model, about)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _add_layer(
    graph: _Graph, config: ModelConfig, layer: int, x: str, before: Mapping[str, str]
) -> dict[str, str]:
    """Add the step of a layer; return the names of its new states. Gates lie as torch has them."""
    add, h = graph.add, before[HIDDEN]
    names = [f"layers.{layer}.{part}_l0" for part in ("weight_ih", "weight_hh")]
    biases = [f"layers.{layer}.{part}_l0" for part in ("bias_ih", "bias_hh")]
    read, kept = (graph.affine(*one) for one in zip((x, h), names, biases, strict=True))
    if config.cell == "rnn":
        return {HIDDEN: add("Tanh", add("Add", read, kept))}
    size = config.hidden_size
    if config.cell == "lstm":
        i, f, g, o = graph.split(add("Add", read, kept), 4, size)
        kept_cell = add("Mul", add("Sigmoid", f), before[CELL])
        c = add("Add", kept_cell, add("Mul", add("Sigmoid", i), add("Tanh", g)))
        return {HIDDEN: add("Mul", add("Sigmoid", o), add("Tanh", c)), CELL: c}
    (read_r, read_z, read_n), (kept_r, kept_z, kept_n) = (
        graph.split(part, 3, size) for part in (read, kept)
    )
    r = add("Sigmoid", add("Add", read_r, kept_r))
    z = add("Sigmoid", add("Add", read_z, kept_z))
    n = add("Tanh", add("Add", read_n, add("Mul", r, kept_n)))
    return {HIDDEN: add("Add", n, add("Mul", z, add("Sub", h, n)))}


class _Graph:
    """Nodes and weights of a graph, in the order in which they are added."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[Any] = []
        self.constants: dict[str, np.ndarray] = {}

    def add(self, kind: str, *inputs: str, result: str | None = None, **about: Any) -> str:
        """Add a node with one result, and return the name of that."""
        from onnx import helper

        name = result or f"value_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **about))
        return name

    def weight(self, name: str) -> str:
        """Return the name of a weight of the model, which becomes one of the graph."""
        self.constants[name] = self.weights[name]
        return name

    def number(self, value: int | list[int]) -> str:
        """Return the name of a whole number, or of several."""
        array = np.array(value, np.int64)
        name = f"number_{'_'.join(map(str, array.ravel()))}_{array.ndim}"
        self.constants[name] = array
        return name

    def affine(self, x: str, weight: str, bias: str, result: str | None = None) -> str:
        """Add x W^T + b."""
        parts = (x, self.weight(weight), self.weight(bias))
        return self.add("Gemm", *parts, result=result, transB=1)

    def split(self, value: str, parts: int, size: int) -> list[str]:
        """Add the parts of (N, parts * size), each (N, size)."""
        from onnx import helper

        names = [f"value_{len(self.nodes)}_{part}" for part in range(parts)]
        inputs = (value, self.number([size] * parts))
        self.nodes.append(helper.make_node("Split", inputs, names, axis=1))
        return names

    def make_model(self, config: ModelConfig, symbols: int, states: tuple[str, ...]) -> Any:
        """Return the whole as an ONNX model."""
        from onnx import TensorProto, helper, numpy_helper

        shape = (config.num_layers, "N", config.hidden_size)
        real = TensorProto.FLOAT
        inputs = [helper.make_tensor_value_info(CHARACTER, TensorProto.INT64, ("N",))]
        inputs += [helper.make_tensor_value_info(name, real, shape) for name in states]
        outputs = [helper.make_tensor_value_info(LOGITS, real, ("N", symbols))]
        outputs += [helper.make_tensor_value_info(f"new_{one}", real, shape) for one in states]
        constants = [numpy_helper.from_array(array, n) for n, array in self.constants.items()]
        graph = helper.make_graph(self.nodes, "charlm_step", inputs, outputs, constants)
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(
            graph, opset_imports=[opset], ir_version=IR_VERSION, producer_name="charlm"
        )
