"""Readers of tables: CSV, TSV, JSON, JSON lines and Parquet, which check the format strictly."""

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
"""Names of the columns, and a function from a name to its values (None where one is missing)."""


def read_utf8(path: Path, newline: str | None = None) -> str:
    """Read a text file in UTF-8, with or without a byte-order mark.

    Args:
        path: the file.
        newline: the argument of `open`.

    Raises:
        UserError: the file is not a text in UTF-8.
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline=newline) as file:
        try:
            text = file.read()
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is not a text in UTF-8 ({error.reason})") from error
    if "\0" in text:
        raise UserError(f"{path} is not a text: it holds U+0000")
    return text


def split_lines(text: str) -> list[str]:
    """Return the lines of `text`. Only line feeds end lines, unlike in `str.splitlines`."""
    return text.removesuffix("\n").split("\n") if text else []


def _make_csv_reader(separator: str) -> Callable[[Path], Table]:
    def read(path: Path) -> Table:
        csv.field_size_limit(2**31 - 1)  # the default is 131,072 characters
        text = io.StringIO(read_utf8(path, newline=""), newline="")
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

    return read


def _read_json(path: Path) -> Table:
    return _table_of_objects(path, _parse_json(read_utf8(path), str(path)))


def _read_json_lines(path: Path) -> Table:
    lines = enumerate(split_lines(read_utf8(path)), 1)
    return _table_of_objects(
        path, [_parse_json(x, f"{path}, line {n:,}") for n, x in lines if x.strip()]
    )


def _parse_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where} is not JSON: {error}") from error


def _table_of_objects(path: Path, rows: Any) -> Table:
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise UserError(f"{path} is not a list of objects, each with a text and a label")
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    return names, lambda name: [row.get(name) for row in rows]


def _read_parquet(path: Path) -> Table:
    import pandas

    with path.open("rb") as file, _raise_user_errors(path):
        frame = pandas.read_parquet(file)
        names = [str(name) for name in frame.columns]
        frame.columns = names

    def column(name: str) -> list[Any]:
        with _raise_user_errors(path):
            values = frame[name].astype(object)
            return list(values.where(values.notna(), None))

    return names, column


@contextmanager
def _raise_user_errors(path: Path) -> Iterator[None]:
    """Replace the exceptions of pyarrow and pandas for damaged files by `UserError`."""
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
    ".csv": _make_csv_reader(","),
    ".tsv": _make_csv_reader("\t"),
    ".json": _read_json,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".parquet": _read_parquet,
}
"""Readers by file suffix. Each raises `UserError` for a damaged file and passes `OSError` on."""


def list_names(names: Sequence[str], most: int = 10) -> str:
    """Return at most `most` names for a message, each shortened to 40 characters."""
    shown = [name[:40] for name in islice(names, most)]
    return ", ".join([*shown, f"and {len(names) - most:,} more"] if len(names) > most else shown)
