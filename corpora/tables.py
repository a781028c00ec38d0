"""Readers of tables: CSV, TSV, JSON, JSON lines and Parquet, which check the format strictly.

A .csv or .tsv file may separate its fields by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from corpora.errors import UserError
from corpora.text.decoding import decode

if TYPE_CHECKING:
    from _csv import Reader as CSVReader

Table: TypeAlias = tuple[list[str], Callable[[str], list[Any]]]
"""Names of the columns, and a function from a name to its values (None where one is missing)."""
Reader: TypeAlias = Callable[[Path, str], Table]
"""A function from a file and its encoding to the table."""

_SEPARATORS = (",", ";", "\t")
_FIRST_ROWS = 20
"""Number of rows that show which separator a table has."""


def read_text(path: Path, encoding: str = "utf-8", *, keep_line_ends: bool = False) -> str:
    """Read a text file, with or without a byte-order mark.

    Args:
        path: the file.
        encoding: its encoding.
        keep_line_ends: whether line ends stay as they are; otherwise they become line feeds.

    Raises:
        UserError: there is no such encoding, or the file is no text in this encoding.
        OSError: the file cannot be read.
    """
    return decode(path.read_bytes(), str(path), encoding, keep_line_ends=keep_line_ends)


def split_lines(text: str) -> list[str]:
    """Return the lines of `text`. Only line feeds end lines, unlike in `str.splitlines`."""
    return text.removesuffix("\n").split("\n") if text else []


def _make_csv_reader(usual: str) -> Reader:
    def read(path: Path, encoding: str) -> Table:
        csv.field_size_limit(2**31 - 1)  # the default is 131,072 characters
        text = io.StringIO(read_text(path, encoding, keep_line_ends=True), newline="")
        separator = _choose_separator(text, usual)
        reader = _open_csv(text, separator)
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


def _choose_separator(text: io.StringIO, usual: str) -> str:
    """Return the separator of the fields of a table, found in its first rows.

    It occurs in the header. If several do, it is one that gives all rows the same number of fields,
    and of these the one that gives most. The usual one is preferred among equals.
    """
    found: list[tuple[bool, int, str]] = []
    for separator in (usual, *(s for s in _SEPARATORS if s != usual)):
        widths: list[int] = []
        with suppress(csv.Error):
            for row in islice(filter(None, _open_csv(text, separator)), _FIRST_ROWS):
                widths.append(len(row))  # noqa: PERF401  (an error keeps what came before it)
        if widths and widths[0] > 1:
            found.append((len(set(widths)) == 1, widths[0], separator))
    return max(found, key=lambda one: one[:2])[2] if found else usual


def _open_csv(text: io.StringIO, separator: str) -> CSVReader:
    text.seek(0)
    return csv.reader(text, delimiter=separator, strict=True)


def _read_json(path: Path, encoding: str) -> Table:
    return _table_of_objects(path, _parse_json(read_text(path, encoding), str(path)))


def _read_json_lines(path: Path, encoding: str) -> Table:
    lines = enumerate(split_lines(read_text(path, encoding)), 1)
    return _table_of_objects(
        path, [_parse_json(x, f"{path}, line {n:,}") for n, x in lines if x.strip()]
    )


def _parse_json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{where} is not JSON: {error}") from error
    except RecursionError as error:
        raise UserError(f"{where}: lists or objects are nested too deeply") from error
    except ValueError as error:  # Python converts numbers of at most 4,300 digits
        raise UserError(f"{where}: a number has too many digits") from error


def _table_of_objects(path: Path, rows: Any) -> Table:
    if not isinstance(rows, list) or not set(map(type, rows)) <= {dict}:
        raise UserError(f"{path} is not a list of objects, one for each row")
    names = list(dict.fromkeys(chain.from_iterable(rows)))
    return names, lambda name: [row.get(name) for row in rows]


def _read_parquet(path: Path, encoding: str) -> Table:
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


READERS: Mapping[str, Reader] = {
    ".csv": _make_csv_reader(","),
    ".tsv": _make_csv_reader("\t"),
    ".json": _read_json,
    ".jsonl": _read_json_lines,
    ".ndjson": _read_json_lines,
    ".parquet": _read_parquet,
}
"""Readers by file suffix. Each raises `UserError` for a damaged file and passes `OSError` on.

A Parquet file has its encoding in itself."""


def list_names(names: Sequence[str], most: int = 10) -> str:
    """Return at most `most` names for a message, each shortened to 40 characters."""
    shown = [name[:40] for name in islice(names, most)]
    return ", ".join([*shown, f"and {len(names) - most:,} more"] if len(names) > most else shown)


def choose_column(
    path: Path, names: list[str], wanted: str | None, usual: Sequence[str], kind: str
) -> str:
    """Return the name of a column of a table.

    Args:
        path: the table, for the error message.
        names: names of all columns.
        wanted: name that the user asks for; None for the usual names.
        usual: usual names, the preferred one first.
        kind: first part of the option with which the user names the column; empty if there is none.

    Raises:
        UserError: there is no such column, or more than one.
    """
    asked = [wanted] if wanted else usual
    spelled = [name.strip().casefold() for name in names]
    for name in asked:
        # A name with the same letters in upper or lower case counts only if none is the same.
        alike = [own for own in names if own == name] or [
            own for own, bare in zip(names, spelled, strict=True) if bare == name.strip().casefold()
        ]
        if len(alike) > 1:
            raise UserError(f"{path} has more than one column {name!r}; rename all but one")
        if alike:
            return alike[0]
    lacks = f"{path} has no column {' or '.join(map(repr, asked))}"
    if not kind:
        raise UserError(f"{lacks}; it has {list_names(names) or 'none'}")
    raise UserError(f"{lacks}; name the right one of {list_names(names)} with --{kind}-column")


def is_blank(texts: Sequence[str]) -> bool:
    """Return whether every text is empty or only white space."""
    return not any(map(str.strip, texts))
