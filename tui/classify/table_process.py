"""Read a file or folder of reviews in a process of its own; see `tui.classify.opening`.

Readers of CSV, JSON and Parquet are loops in C, which hold Python's lock until they are through: in
a thread of the app, a table of 25,000 reviews would stop the screen for a second. This module uses
no screen. It writes pickled objects to standard output: a `Head` or an `Unreadable`, then lists of
reviews, each a tuple of text, class, and what the columns hold.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from corpora.errors import UserError
from corpora.labelled.texts import LABEL_COLUMNS, LabelledTexts, read
from corpora.tables import READERS, choose_column

PIECE = 256
"""Reviews that are written together."""

Review = tuple[str, str | None, tuple[Any, ...]]


@dataclass(frozen=True)
class Head:
    """What a file or folder holds."""

    total: int
    """Number of reviews."""
    columns: tuple[str, ...]
    """Names of its columns."""
    labels: str | None
    """What its classes come from: a column, or folders. None if it has none that fit."""
    why: str
    """Why it has no classes, in a line; empty if it has."""


@dataclass(frozen=True)
class Unreadable:
    """A file or folder that cannot be read."""

    why: str


def write_reviews(spec: str, classes: Sequence[str], out: BinaryIO) -> None:
    """Write the reviews of a file or folder, or why it cannot be read.

    Args:
        spec: path of the file or folder.
        classes: names of the classes of the classifier; classes in the file must be such names,
            unique beginnings of one, or indices.
        out: where to write.
    """
    try:
        head, texts, values = read_reviews(spec, classes)
    except UserError as error:
        pickle.dump(Unreadable(str(error)), out)
        return
    pickle.dump(head, out)
    labels = [texts.classes[label] if label >= 0 else None for label in texts.labels.tolist()]
    rows = list(zip(texts.texts, labels, values, strict=True))
    for start in range(0, len(rows), PIECE):
        pickle.dump(rows[start : start + PIECE], out)
        out.flush()


def read_reviews(
    spec: str, classes: Sequence[str]
) -> tuple[Head, LabelledTexts, Sequence[tuple[Any, ...]]]:
    """Return what a file or folder holds, its texts with their classes, and its columns by row.

    Raises:
        UserError: it cannot be read, or holds no texts.
    """
    path, why = Path(spec), ""
    columns, values = _read_columns(path)
    labels = _find_labels(path, columns)
    try:
        texts = read(spec, labelled=labels is not None, classes=classes)
    except UserError as error:
        texts = read(spec, labelled=False)  # raises if it is not the labels that are wrong
        labels, why = None, str(error)
    if labels is None and not why:
        names = f"{', '.join(LABEL_COLUMNS[:-1])} or {LABEL_COLUMNS[-1]}"
        why = f"no column called {names}" if path.suffix.lower() in READERS else "no classes in it"
    if not columns:
        columns, values = ("text",), [(text,) for text in texts.texts]
        if labels is not None:
            columns = ("text", "label")
            values = [
                (text, texts.classes[label])
                for text, label in zip(texts.texts, texts.labels, strict=True)
            ]
    return Head(len(texts), columns, labels, why), texts, values


def _read_columns(path: Path) -> tuple[tuple[str, ...], Sequence[tuple[Any, ...]]]:
    """Return the names and the values of the columns of a table; nothing of other files."""
    reader = READERS.get(path.suffix.lower())
    if reader is None or not path.is_file():
        return (), ()
    try:
        names, column = reader(path, "utf-8")
        found = [[_simplify(value) for value in column(name)] for name in names]
    except OSError:
        return (), ()  # `read` says what is wrong
    return tuple(names), list(zip(*found, strict=True))


def _simplify(value: Any) -> Any:
    """Return a value of a column as CSV holds it: text, a number, or nothing."""
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _find_labels(path: Path, columns: Sequence[str]) -> str | None:
    """Return what the classes of the reviews come from, if there is anything."""
    if path.is_dir():
        folders = (child for child in path.iterdir() if child.is_dir())
        return "its folders" if any(not one.name.startswith(".") for one in folders) else None
    try:
        return choose_column(path, list(columns), None, LABEL_COLUMNS, "label")
    except UserError:
        return None


def main() -> None:
    """Write the reviews of the path that is the first argument; the others name the classes."""
    write_reviews(sys.argv[1], sys.argv[2:], sys.stdout.buffer)
