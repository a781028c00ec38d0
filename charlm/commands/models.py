"""`charlm models`, `charlm info` and `charlm export`: what models there are and what is in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from charlm.console.options import Json, Model
from charlm.console.program import print_json, printable, stdout
from charlm.language_model import DEFAULT_MODEL, read
from charlm.runs.files import CONFIG, MODEL, VOCABULARY, exists, read_json
from charlm.runs.model_file import ModelFile, read_model, write_model
from charlm.runs.registry import CHARACTERS, find, find_kind, runs, shipped
from charlm.runs.run_folder import RunFolder
from charlm.training.log import best_loss
from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.text.vocabulary import describe_symbol

SHOWN_SYMBOLS = 200


def models(*, folder: Path = Path("runs"), json: Json = False) -> None:
    """List the models that ship with charlm, and those in run folders, whatever their kind.

    Parameters
    ----------
    folder
        Where the run folders are.
    """
    found = [_summary(name, path, "shipped") for name, path in shipped().items()]
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
        find_kind(about["kind"], path).check_config(about.get("model"))
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


def _read(path: Path) -> ModelFile:
    """Return a model of any kind; raise `UserError` if it is missing or damaged.

    The weights of a character model are checked by shape. Those of other kinds are checked where
    torch makes their modules; here their digest covers them.
    """
    file = read_model(path)
    if file.kind == CHARACTERS:
        return read(path)[0]
    find_kind(file.kind, path).check_config(file.config)
    return file


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


def info(model: Model = DEFAULT_MODEL, /, *, json: Json = False) -> None:
    """Show what a model is made of and how it was trained."""
    path = find(model)
    file = _read(path)
    kind = find_kind(file.kind, path)
    symbols, what = list(kind.read_symbols(file.vocabulary)), kind.symbols
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
        per = " per character" if file.kind == CHARACTERS else ""
        table.add_row("validation", f"{figures['validation_loss']:.4f} nats{per}")
    stdout().print(table)


def _shown(symbols: list[str]) -> str:
    """Return the symbols side by side, those that print nothing by code point."""
    if len(symbols) > SHOWN_SYMBOLS:
        return _shown(symbols[:SHOWN_SYMBOLS]) + " …"
    plain = [symbol if symbol.isprintable() else describe_symbol(symbol) for symbol in symbols]
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
