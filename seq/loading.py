"""The models of this package by name, whatever they do."""

from __future__ import annotations

from typing import Literal, overload

from charlm.runs.model_file import kind_of
from charlm.runs.registry import find, shipped
from charlm.training.config import Device, Precision
from seq.imdb import library
from seq.imdb.library import SHIPPED, TextClassifier
from seq.scan import library
from seq.scan.config import TRANSLATOR
from seq.scan.library import CommandTranslator


@overload
def load(
    name: Literal["imdb"] = ..., *, device: Device = ..., precision: Precision = ...
) -> TextClassifier: ...
@overload
def load(
    name: Literal["scan"], *, device: Device = ..., precision: Precision = ...
) -> CommandTranslator: ...
@overload
def load(
    name: str, *, device: Device = ..., precision: Precision = ...
) -> TextClassifier | CommandTranslator: ...


def load(
    name: str = "imdb", *, device: Device = "auto", precision: Precision = "fp32"
) -> TextClassifier | CommandTranslator:
    """Load a classifier or a translator by shipped name, run folder or `.safetensors` file.

    Args:
        name: `imdb` and `scan` are the ones that ship.
        device: where to compute.
        precision: fp32 gives the same figures in any batch, to 1e-5; bf16 is faster on some
            processors, and near them.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
    """
    kind = kind_of(find(name, shipped(SHIPPED)))
    of_kind = library.load if kind == TRANSLATOR else library.load
    return of_kind(name, device=device, precision=precision)
