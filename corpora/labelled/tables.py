"""Files of rows and columns: CSV, JSON, Parquet, as strictly as their formats are meant."""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from corpora.errors import UserError

Table: TypeAlias = tuple[list[str], Callable[[str], list[Any]]]
"""The names of the columns, and what gives the values of the one with a name, None if missing."""


def text_of(path: Path, newline: str | None = None) -> str:
    """Return the text of a file in UTF-8, with or without a byte-order mark.

    Raises UserError if it is none, and OSError; `newline` is that of `open`.
    """
    with path.open(encoding="utf-8-sig", newline=newline) as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not a text in UTF-8 ({error.reason})") from error
    if "\0" in text:
        raise UserError(f"{path} is not a text: it holds U+0000")
    return text


def lines_of(text: str) -> list[str]:
    """Return the lines of `text`; unlike `splitlines`, cut at line feeds alone."""
    return text.removesuffix("\n").split("\n") if text else []


def _separated(separator: str) -> Callable[[Path], Table]:
    def table(path: Path) -> Table:
        csv.field_size_limit(2**31 - 1)  # 131,072 characters by default
        text = io.StringIO(text_of(path, newline=""), newline="")
        reader = csv.reader(text, delimiter=separator, strict=True)
        try:
            rows = list(filter(None, reader))
        except csv.Error as error:
            raise UserError(f"{path}, line {reader.line_num:,}: {error}") from error
        names = rows.pop(0) if rows else []
        if not set(map(len, rows)) <= {len(names)}:
            row = next(row for row, fields in enumerate(rows) if len(fields) != len(names))
            raise UserError(
                f"{path}, row {row + 1:,} has {len(rows[row]):,} fields, the header "
                f"{len(names):,}; put texts with separators in quotes"
            )
        return names, lambda name: [fields[names.index(name)] for fields in rows]

    return table


def _json(path: Path) -> Table:
    return _objects(path, _parsed(text_of(path), str(path)))


def _json_lines(path: Path) -> Table:
    lines = enumerate(lines_of(text_of(path)), 1)
    return _objects(path, [_parsed(x, f"{path}, line {n:,}") for n, x in lines if x.strip()])


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} is not JSON: {error}") from error


def _objects(path: Path, rows: Any) -> Table:
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise UserError(f"{path} does not hold objects with a text and a label each, and only them")
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    return names, lambda name: [row.get(name) for row in rows]


def _parquet(path: Path) -> Table:
    import pandas

    with path.open("rb") as file, _understood(path):
        frame = pandas.read_parquet(file)
        names = [str(name) for name in frame.columns]
        frame.columns = names

    def column(name: str) -> list[Any]:
        with _understood(path):
            values = frame[name].astype(object)
            return list(values.where(values.notna(), None))

    return names, column


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """Turn all that pyarrow and pandas say about what is damaged into `UserError`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            why = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UserError(f"{path} cannot be read: {why[:200]}") from error


READERS: Mapping[str, Callable[[Path], Table]] = {
    # By suffix; each raises UserError for a file that is damaged, and OSError.
    ".csv": _separated(","),
    ".tsv": _separated("\t"),
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}


def listed(names: Sequence[str], most: int = 10) -> str:
    """Return names for a message, however many and long they are."""
    shown = [name[:40] for name in islice(names, most)]
    return ", ".join([*shown, f"and {len(names) - most:,} more"] if len(names) > most else shown)
