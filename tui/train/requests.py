"""From a form to the request that its command makes. This module uses no screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from charlm.runs.registry import CAPTIONER, CHARACTERS, CLASSIFIER, FORECASTER, TRANSLATOR
from tui.files import parse_path
from tui.train.form import Form
from tui.train.process import find_source
from tui.train.task import Preset

if TYPE_CHECKING:
    from charlm.training.request import Request

Options = Mapping[str, Any]
"""What is typed into the options beside the configurations, by name."""


def make_request(form: Form) -> Request:
    """Return the request that the command of a form would make.

    Raises:
        UserError: a value is refused, or no such data can exist.
    """
    source = find_source(form.source.strip(), form.task.sources)
    return MAKERS[form.task.kind](form, form.make_configs(), source, form.changes)


def _make_writing(form: Form, chosen: Preset, source: str, options: Options) -> Request:
    from charlm.console.options import DecodingOptions
    from charlm.start import LanguageModelRequest

    names = ("encoding", "errors", "normalize")
    parts: Any = {"model": chosen.model, "training": chosen.training}
    return LanguageModelRequest(
        corpus=source,
        **parts,
        decoding=DecodingOptions(*(options.get(name) for name in names)).make(),
        make=False,
        init_from=form.init_from,
        suffixes=(options["suffix"],) if options.get("suffix") else None,
    )


def _make_judging(form: Form, chosen: Preset, source: str, options: Options) -> Request:
    from seq.imdb.data import Source
    from seq.imdb.training import ClassifierRequest

    texts = Source(source, options.get("text_column"), options.get("label_column"))
    parts: Any = {"model": chosen.model, "training": chosen.training}
    return ClassifierRequest(
        **parts,
        source=replace(texts, encoding=options.get("encoding") or texts.encoding),
        init_from=form.init_from,
        vectors=parse_path(vectors) if (vectors := options.get("vectors")) else None,
    )


def _make_translating(form: Form, chosen: Preset, source: str, options: Options) -> Request:
    from seq.scan.training import TranslatorRequest

    where: Any = {"own": source} if form.task.takes_files else {"split": source}
    parts: Any = {"model": chosen.model, "training": chosen.training, "pairs": chosen.data}
    return TranslatorRequest(**parts, **where)


def _make_forecasting(form: Form, chosen: Preset, source: str, options: Options) -> Request:
    from seq.forecast.data import Source
    from seq.forecast.training import ForecasterRequest

    how: Any = chosen.data
    series = Source(
        spec=source,
        target=options.get("target"),
        inputs=options.get("inputs", ()),
        time=options.get("time"),
        how=how,
    )
    parts: Any = {"model": chosen.model, "training": chosen.training}
    return ForecasterRequest(**parts, source=series)


def _make_captioning(form: Form, chosen: Preset, source: str, options: Options) -> Request:
    from seq.caption.data import Source
    from seq.caption.training import CaptionerRequest

    how: Any = chosen.data
    pictures = Source(spec=source, rarest=options.get("rarest") or 1, how=how)
    parts: Any = {"model": chosen.model, "training": chosen.training}
    return CaptionerRequest(**parts, source=pictures)


MAKERS: Mapping[str, Callable[[Form, Preset, str, Options], Request]] = {
    CHARACTERS: _make_writing,
    CLASSIFIER: _make_judging,
    TRANSLATOR: _make_translating,
    FORECASTER: _make_forecasting,
    CAPTIONER: _make_captioning,
}
"""What makes the request of each kind of model."""
