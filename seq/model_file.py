"""Read a torch model of any kind from its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import nn

from charlm.runs.model_file import read_model
from charlm.runs.registry import find, model_name
from charlm.runs.tensors import Arrays
from charlm.training.config import Device, Precision
from charlm.training.device import pick_device, pick_precision
from corpora.errors import UserError

About = TypeVar("About")
Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class OpenedModel(Generic[About, Module]):
    """A model that was read from disk."""

    name: str
    """Name of the model, to show to people."""
    about: About
    """What belongs to the model besides its weights, such as its vocabulary."""
    model: Module
    """The network, in evaluation mode, on `device`."""
    device: torch.device
    precision: Precision
    """Arithmetic of its recurrent layers: fp32 or bf16."""


def open_model(
    name: str,
    kind: str,
    build: Callable[[dict[str, Any], str], tuple[About, Module]],
    device: Device,
    precision: Precision,
) -> OpenedModel[About, Module]:
    """Read a model by shipped name, run folder or `.safetensors` file.

    Args:
        name: name, folder or file of the model.
        kind: kind that the model must have; see `charlm.runs.registry`.
        build: makes the module from a configuration and a vocabulary. Its weights are replaced.
        device: device to compute on.
        precision: arithmetic of the recurrent layers.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """
    path = find(name, kind)
    file = read_model(path, kind)
    where = pick_device(device)
    try:
        with torch.device("meta"):  # a file may claim sizes larger than the memory
            check_shapes(build(file.config, file.vocabulary)[1], file.weights)
        about, model = build(file.config, file.vocabulary)
        model.load_state_dict({name: torch.from_numpy(w) for name, w in file.weights.items()})
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    model = model.to(where).eval()
    return OpenedModel(model_name(path), about, model, where, pick_precision(precision, where))


def check_shapes(model: nn.Module, weights: Arrays) -> None:
    """Compare `weights` with the parameters of `model` by name and shape.

    Raises:
        UserError: they differ.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if shapes != {name: array.shape for name, array in weights.items()}:
        raise UserError("its weights do not fit its configuration")
