"""The card of a model that is given away: what it is, has read, and can do, and how it was made.

A card is the `README.md` of the folder: a block of metadata as the Hugging Face hub reads it, then
Markdown for people. It says what the run folder recorded and no more, and names no folder of this
machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from charlm.runs.kind import Kind
from charlm.runs.registry import KINDS
from corpora.known.catalog import CATALOG

RECIPE = ("preset", "init_from", "vectors", "training", "resolved", "versions")
"""Fields of `config.json` that say how a model was trained."""
FRONT = "---"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a card says of a model."""

    name: str
    """As one types it: `hf:user/name`, or the name of the folder."""
    about: Mapping[str, Any]
    """What `config.json` holds, without places of this machine; see `without_places`."""
    parameters: int
    loss: float | None
    """Lowest validation loss, in nats; None if it was not recorded."""
    licence: str | None
    """Identifier of the licence as the hub has it, such as mit; None if none is given."""

    @property
    def kind(self) -> Kind:
        """What is known of models of its kind."""
        return KINDS[self.about["kind"]]

    @property
    def data(self) -> Mapping[str, Any]:
        """What was recorded of the data."""
        corpus = self.about.get("corpus")
        return corpus if isinstance(corpus, dict) else {}

    @property
    def data_name(self) -> str:
        """Name of the data, as the commands take it if it is a known one."""
        return str(self.data.get("spec") or self.data.get("split") or "unknown")


def without_places(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `config.json` says, with names in the place of paths of this machine.

    The shape of the model stays as it is: it holds names of classes, which may look like paths.

    Args:
        about: an object of JSON.
    """
    return {key: value if key == "model" else _clean(value) for key, value in about.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if key != "path"}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    if not isinstance(value, str) or value.startswith("hf:") or not {"/", "\\"} & set(value):
        return value
    for entry in CATALOG.values():
        if value == entry.path:
            return entry.name  # everybody can have it under that name
    return PureWindowsPath(PurePosixPath(value).name).name or value.replace("/", "")


def write_card(facts: Facts) -> str:
    """Return the card, as Markdown with the metadata of the hub before it."""
    return "\n".join([*_metadata(facts), "", *_page(facts)])


def _metadata(facts: Facts) -> Iterator[str]:
    """Yield the lines of the block of metadata. It is YAML, of which JSON is a part."""
    shape = facts.about["model"]
    tags = ["charlm", str(facts.about["kind"]), str(shape.get("cell", ""))]
    yield FRONT
    yield f"library_name: {json.dumps('charlm')}"
    yield f"pipeline_tag: {facts.kind.tag}"
    yield f"tags: {json.dumps([tag for tag in dict.fromkeys(tags) if tag])}"
    if facts.licence is not None:
        yield f"license: {json.dumps(facts.licence)}"
    if facts.loss is not None:
        result = {
            "task": {"type": facts.kind.tag},
            "dataset": {"name": facts.data_name, "type": facts.data_name, "split": "validation"},
            "metrics": [{"type": "loss", "name": "nats", "value": round(facts.loss, 4)}],
        }
        yield f"model-index: {json.dumps([{'name': facts.name, 'results': [result]}])}"
    yield FRONT


def _page(facts: Facts) -> Iterator[str]:
    kind, name = facts.kind, _plain(facts.name)
    yield f"# {name}"
    yield ""
    yield f"{kind.what.capitalize()} made with charlm: {facts.parameters:,} parameters."
    if kind.use:
        verb, _, command = kind.use.partition(" with: ")
        yield f"With charlm installed, {verb} with:\n\n    {command.format(run=name)}"
    yield "\n## What it is for\n"
    yield kind.purpose.format(model=name)
    yield "\n## What it is not for\n"
    yield kind.limits
    yield "\n## Data\n"
    yield from _table({"name": facts.data_name, **facts.data})
    yield "\n## Shape\n"
    yield from _table(facts.about["model"])
    yield "\n## Recipe\n"
    recipe = {key: facts.about[key] for key in RECIPE if facts.about.get(key) is not None}
    yield f"`{kind.typed}` with these settings:\n"
    yield f"```json\n{json.dumps(recipe, indent=2)}\n```"
    yield "\n## Figures\n"
    yield from _figures(facts)
    yield "\n## Licence\n"
    yield _plain(facts.licence) if facts.licence else "None is given: ask before you use it."
    yield ""


def _figures(facts: Facts) -> Iterator[str]:
    if facts.loss is None:
        yield "None was recorded."
    else:
        yield "Lowest loss on the validation part while it was trained, before its weights were"
        yield f"brought to half precision: **{facts.loss:.4f} nats**."
    if facts.kind.measure:
        data = _plain(facts.data_name)
        yield "\nMeasure it yourself with:\n"
        yield "    " + facts.kind.measure.format(model=_plain(facts.name), data=data)


def _table(record: Mapping[str, Any]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for key, value in record.items():
        if key not in ("spec", "path") and value is not None:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield f"| {_plain(key).replace('_', ' ')} | {_plain(shown)} |"


def _plain(text: str) -> str:
    """Return text of a user as one line that Markdown takes for nothing else."""
    line = "".join(c if c.isprintable() else " " for c in text)
    return line.translate({ord(c): f"&#{ord(c)};" for c in "<>&|`*[]"})
