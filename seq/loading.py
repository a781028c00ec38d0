"""Load a classifier, a translator, a forecaster or a captioner by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from charlm.runs.kind import import_attribute
from charlm.runs.model_file import read_kind
from charlm.runs.registry import CAPTIONER, CLASSIFIER, FORECASTER, KINDS, TRANSLATOR, find
from charlm.training.config import Device, Precision
from corpora.errors import UserError

if TYPE_CHECKING:
    from seq.caption.library import PictureCaptioner
    from seq.forecast.library import SeriesForecaster
    from seq.imdb.library import TextClassifier
    from seq.scan.library import CommandTranslator

    AnyModel = TextClassifier | CommandTranslator | SeriesForecaster | PictureCaptioner


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
    name: Literal["noisy_seasons"], *, device: Device = ..., precision: Precision = ...
) -> SeriesForecaster: ...
@overload
def load(
    name: Literal["scenes"], *, device: Device = ..., precision: Precision = ...
) -> PictureCaptioner: ...
@overload
def load(name: str, *, device: Device = ..., precision: Precision = ...) -> AnyModel: ...


def load(name: str = "imdb", *, device: Device = "auto", precision: Precision = "fp32") -> AnyModel:
    """Load a model of any job of `seq` by name, run folder or `.safetensors` file.

    Args:
        name: a shipped name (`imdb`, `scan`, `noisy_seasons`, `scenes`), a run folder or a file.
        device: device to compute on.
        precision: fp32 gives the same figures in any batch, to 1e-5. bf16 is faster on some
            processors and gives figures close to these.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """
    path = find(name, CLASSIFIER, TRANSLATOR, FORECASTER, CAPTIONER)
    kind = KINDS.get(found := read_kind(path))
    if kind is None or kind.package != "seq" or kind.load is None:
        raise UserError(f"{path} holds a model of kind {found!r}, which seq does not load")
    model: AnyModel = import_attribute(kind.load)(str(path), device=device, precision=precision)
    return model
