"""`charlm models`, `charlm info` and `charlm export`: what models there are and what is in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from charlm.config import ModelConfig
from charlm.console.program import print_json, printable, stdout
from charlm.language_model import DEFAULT_MODEL, KIND, read
from charlm.runs.files import CONFIG, MODEL, VOCABULARY, exists, parse_json, read_json
from charlm.runs.model_file import ModelFile, read_model, write_model
from charlm.runs.registry import SHIPPED, find, runs, shipped
from charlm.runs.run_folder import RunFolder
from charlm.training.log import best_loss
from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary, described

SHOWN_SYMBOLS = 200
SHIPPED_BY_SEQ = SHIPPED.parents[1] / "seq" / "pretrained"
"""By path: this package imports nothing of seq, whose models are files like its own."""


def models(
    *, folder: Path = Path("runs"), json: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """List the models that ship with charlm, and those in run folders, whatever their kind.

    Parameters
    ----------
    folder
        Where the run folders are.
    json
        Write one JSON object.
    """
    found = [_summary(name, path, "shipped") for name, path in _all_shipped().items()]
    found += [_summary(name, path, "run") for name, path in runs(folder).items()]
    if json:
        print_json({"models": found})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "kind", "layers", "parameters", "validation", ""):
        table.add_column(heading, justify="right" if heading == "parameters" else "left")
    for row in found:
        if "error" in row:
            table.add_row(_text(row["model"]), "", Text(row["error"], "red"))
            continue
        loss = row["validation_loss"]
        table.add_row(
            _text(row["model"]),
            _text(row["kind"]),
            Text(_shape(row["config"])),
            f"{row['parameters']:,}" if row["parameters"] is not None else "–",
            f"{loss:.4f} nats" if loss is not None else "–",
            row["origin"],
        )
    stdout().print(table)


def _summary(name: str, path: Path, origin: str) -> dict[str, Any]:
    """Return what is known of a model without failing: a damaged run must not hide the others."""
    try:
        about = RunFolder(path).read_config()
        _check_shape(about["kind"], about.get("model"))
        ready = exists(path / MODEL)
        parameters = _parameters(_read(path).weights) if ready else None
        return {
            "model": name,
            "origin": origin,
            "kind": about["kind"],
            "config": about["model"],
            "parameters": sum(parameters.values()) if parameters else None,
            "validation_loss": best_loss(path),
        }
    except UserError as error:
        return {"model": name, "origin": origin, "error": str(error)}


def _all_shipped() -> dict[str, Path]:
    return {**shipped(), **shipped(SHIPPED_BY_SEQ)}


def _read(path: Path) -> ModelFile:
    """Return a model of any kind; raise `UserError` if it is missing or damaged.

    How the weights of a model of `seq` must look is known there; the digest covers them.
    """
    file = read_model(path)
    if file.kind == KIND:
        return read(path)[0]
    _check_shape(file.kind, file.config)
    return file


def _check_shape(kind: str, config: object) -> None:
    """Raise `UserError` unless `config` is that of a model, as far as `_shape` reads it."""
    if kind == KIND:
        ModelConfig.from_json(config)
    elif not isinstance(config, dict) or not {"cell", "hidden_size"} <= set(config):
        raise UserError("its model configuration has no cell and no size")


def _text(value: object) -> Text:
    """Return what a folder or its files say: a terminal must not obey it."""
    shown = f"{value:,}" if type(value) is int else str(value)
    return Text(printable(shown), overflow="fold")


def _shape(config: dict[str, Any]) -> str:
    ways = "bidirectional " if config.get("bidirectional") is True else ""
    shape = f"{config.get('num_layers', 1)} x {config['hidden_size']} {ways}{config['cell']}"
    return printable(shape)


def _parameters(weights: dict[str, np.ndarray]) -> dict[str, int]:
    """Return the number of parameters in each part."""
    parts = {"embedding": 0, "recurrent": 0, "output": 0}
    for name, array in weights.items():
        head = name.split(".")[0]
        part = "recurrent" if head in ("layers", "encoder", "decoder") else head
        part = "embedding" if part.endswith("_embedding") else part
        parts[part] = parts.get(part, 0) + array.size
    return parts


def info(
    model: str = DEFAULT_MODEL, /, *, json: Annotated[bool, Parameter(negative="")] = False
) -> None:
    """Show what a model is made of and how it was trained.

    Parameters
    ----------
    model
        A shipped name, a run folder or a .safetensors file.
    json
        Write one JSON object.
    """
    path = find(model, _all_shipped())
    file = _read(path)
    symbols, what = _symbols(file, path)
    parts = _parameters(file.weights)
    recipe = read_json(path / CONFIG) if path.is_dir() else {}
    figures = {
        "model": model,
        "kind": file.kind,
        "config": file.config,
        "parameters": {**parts, "total": sum(parts.values())},
        "vocabulary": symbols,
        "training": recipe.get("training"),
        "corpus": recipe.get("corpus"),
        "validation_loss": best_loss(path) if path.is_dir() else None,
    }
    if json:
        print_json(figures)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("model", _text(path))
    table.add_row("layers", Text(_shape(file.config)))
    for name, value in file.config.items():
        table.add_row(name.replace("_", " "), _text(value))
    for name, count in {**parts, "total": sum(parts.values())}.items():
        table.add_row(_text(f"parameters, {name}"), f"{count:,}")
    table.add_row(f"{len(symbols):,} {what}", Text(_shown(symbols)))
    for key in ("corpus", "training"):
        about = recipe.get(key)
        for name, value in about.items() if isinstance(about, dict) else ():
            table.add_row(_text(f"{key}, {name.replace('_', ' ')}"), _text(value))
    if figures["validation_loss"] is not None:
        per = " per character" if file.kind == KIND else ""
        table.add_row("validation", f"{figures['validation_loss']:.4f} nats{per}")
    stdout().print(table)


def _symbols(file: ModelFile, path: Path) -> tuple[list[str], str]:
    """Return what the vocabulary of a model holds, and the name of such symbols."""
    if file.kind == KIND:
        return list(Vocabulary.from_json(file.vocabulary).symbols), "characters"
    found = parse_json(file.vocabulary, path)
    found = found if isinstance(found, dict) else {}
    sides = [found] if "words" in found else [found.get("source"), found.get("target")]
    words: list[str] = []
    for side in sides:
        own = side.get("words", side.get("symbols")) if isinstance(side, dict) else None
        if not isinstance(own, list) or not all(isinstance(word, str) for word in own):
            raise UserError(f"{path} has no vocabulary of words")
        words += own
    return words, "words"


def _shown(symbols: list[str]) -> str:
    """Return the symbols side by side, those that print nothing by code point."""
    if len(symbols) > SHOWN_SYMBOLS:
        return _shown(symbols[:SHOWN_SYMBOLS]) + " …"
    plain = [symbol if symbol.isprintable() else described(symbol) for symbol in symbols]
    return "".join(plain) if all(len(text) == 1 for text in plain) else " ".join(plain)


def export(run: str, folder: Path, /) -> None:
    """Write a trained model in half precision, for others: no optimizer, half the size.

    Parameters
    ----------
    run
        A run folder.
    folder
        Where to write config.json, vocabulary.json and model.safetensors.
    """
    source = find(run)
    if not source.is_dir():
        raise UserError(f"{run} is a single file; export takes a run folder")
    if exists(folder / CONFIG):
        raise UserError(f"{folder} holds a model already; name another folder")
    model = _read(source)
    largest = float(np.finfo(np.float16).max)
    if any((np.abs(array) > largest).any() for array in model.weights.values()):
        raise UserError("a weight is too large for half precision")
    half = {name: array.astype(np.float16) for name, array in model.weights.items()}
    config = {**read_json(source / CONFIG), "validation_loss": best_loss(source)}
    write_atomic(folder / VOCABULARY, model.vocabulary.encode())
    write_model(folder / MODEL, replace(model, weights=half))
    RunFolder(folder).write_config(config)  # the last one: a folder that has it is whole
    size = (folder / MODEL).stat().st_size
    stdout().print(f"{folder / MODEL}: {size / 1e6:.2f} MB", soft_wrap=True)
