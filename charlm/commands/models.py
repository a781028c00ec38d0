"""`charlm models` and `charlm info`: list and describe models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from charlm.console.lines import AVERAGE
from charlm.console.options import Json, Model
from charlm.console.program import print_json, printable, stdout
from charlm.console.tables import folded, print_table
from charlm.language_model import DEFAULT_MODEL, read
from charlm.runs.files import CONFIG, MODEL, exists, read_json
from charlm.runs.hub import find_origin
from charlm.runs.model_file import ModelFile, read_model
from charlm.runs.registry import CHARACTERS, KINDS, find, find_kind, runs, shipped
from charlm.runs.run_folder import RunFolder
from charlm.training.log import best_loss, keeps_average
from corpora.errors import UserError
from corpora.text.vocabulary import describe_symbol

SHOWN_SYMBOLS = 200
"""Symbols of a vocabulary that `charlm info` shows."""
LONGEST_SYMBOL = 60
"""Characters of a symbol that `charlm info` shows."""


def models(*, folder: Path = Path("runs"), json: Json = False) -> None:
    """List the models that ship with charlm and those in run folders, of all kinds.

    Parameters
    ----------
    folder
        Folder of the run folders.
    """
    found = [_summarize(name, path, "shipped") for name, path in shipped().items()]
    found += [_summarize(name, path, "run") for name, path in runs(folder).items()]
    if json:
        print_json({"models": found})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("model", "kind", "layers", "parameters", "validation", ""):
        table.add_column(heading, justify="right" if heading == "parameters" else "left")
    for row in found:
        if "error" in row:
            table.add_row(_make_text(row["model"]), Text("unusable", "red"))
            continue
        loss = row["validation_loss"]
        table.add_row(
            _make_text(row["model"]),
            _make_text(row["kind"]),
            Text(_describe_shape(row["config"])),
            f"{row['parameters']:,}" if row["parameters"] is not None else "–",
            f"{loss:.4f} nats" if loss is not None else "–",
            row["origin"],
        )
    console = stdout()
    print_table(console, table)
    for row in found:
        if "error" in row:
            console.print(printable(row["error"]), style="red", soft_wrap=True)


def _summarize(name: str, path: Path, origin: str) -> dict[str, Any]:
    """Return what is known of a model, or an error: a damaged run must not hide the others."""
    try:
        about = RunFolder(path).read_config()
        find_kind(about["kind"], path).check_config(about.get("model"))
        ready = exists(path / MODEL)
        parameters = _count_parameters(read_any(path)) if ready else None
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


def read_any(path: Path) -> ModelFile:
    """Return a model of any kind.

    The shapes of weights are checked for character models only. For other kinds, they are checked
    when torch builds the modules; here, the checksum covers them.

    Raises:
        UserError: the model is missing or damaged.
    """
    file = read_model(path)
    if file.kind == CHARACTERS:
        return read(path)[0]
    find_kind(file.kind, path).check_config(file.config)
    return file


def _make_text(value: object) -> Text:
    """Return a value from a file as text, without control characters."""
    shown = f"{value:,}" if type(value) is int else str(value)
    return Text(printable(shown))


def _describe_shape(config: dict[str, Any]) -> str:
    ways = "bidirectional " if config.get("bidirectional") is True else ""
    shape = f"{config.get('num_layers', 1)} x {config['hidden_size']} {ways}{config['cell']}"
    return printable(shape)


def _count_parameters(file: ModelFile) -> dict[str, int]:
    """Return the number of trained parameters in each part of a model."""
    parts = {"embedding": 0, "recurrent": 0, "output": 0}
    for name, array in file.weights.items():
        if KINDS[file.kind].is_frozen(file.config, name):
            continue
        head = name.split(".")[0]
        part = "recurrent" if head in ("layers", "encoder", "decoder") else head
        part = "embedding" if part.endswith("_embedding") else part
        parts[part] = parts.get(part, 0) + array.size
    return parts


def info(model: Model = DEFAULT_MODEL, /, *, json: Json = False) -> None:
    """Show the shape and the size of a model, and how it was trained."""
    path = find(model)
    file = read_any(path)
    kind = find_kind(file.kind, path)
    symbols, what = list(kind.read_symbols(file.vocabulary)), kind.symbols
    parts = _count_parameters(file)
    recipe = read_json(path / CONFIG) if path.is_dir() else {}
    origin = find_origin(path)
    figures = {
        "model": model,
        "kind": file.kind,
        "config": file.config,
        "parameters": {**parts, "total": sum(parts.values())},
        "vocabulary": symbols,
        "training": recipe.get("training"),
        "corpus": recipe.get("corpus"),
        "validation_loss": best_loss(path) if path.is_dir() else None,
        "averaged": path.is_dir() and keeps_average(path),
    } | ({"hub": origin} if origin else {})
    if json:
        print_json(figures)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("model", _make_text(path))
    for name, value in (origin or {}).items():
        table.add_row(_make_text(name), _make_text(value))
    table.add_row("layers", Text(_describe_shape(file.config)))
    for name, value in file.config.items():
        table.add_row(name.replace("_", " "), _make_text(value))
    for name, count in {**parts, "total": sum(parts.values())}.items():
        table.add_row(_make_text(f"parameters, {name}"), f"{count:,}")
    table.add_row(f"{len(symbols):,} {what}", folded(_join_symbols(symbols)))
    for key in ("corpus", "training"):
        about = recipe.get(key)
        for name, value in about.items() if isinstance(about, dict) else ():
            table.add_row(_make_text(f"{key}, {name.replace('_', ' ')}"), _make_text(value))
    if figures["validation_loss"] is not None:
        per = " per character" if file.kind == CHARACTERS else ""
        which = f" ({AVERAGE})" if figures["averaged"] else ""
        table.add_row("validation", f"{figures['validation_loss']:.4f} nats{per}{which}")
    print_table(stdout(), table)


def _join_symbols(symbols: list[str]) -> str:
    """Return the symbols side by side, with code points for those that are not printable."""
    if len(symbols) > SHOWN_SYMBOLS:
        return _join_symbols(symbols[:SHOWN_SYMBOLS]) + " …"
    symbols = [one if len(one) <= LONGEST_SYMBOL else one[:LONGEST_SYMBOL] + "…" for one in symbols]
    plain = [symbol if symbol.isprintable() else describe_symbol(symbol) for symbol in symbols]
    return "".join(plain) if all(len(text) == 1 for text in plain) else " ".join(plain)
