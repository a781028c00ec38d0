"""Texts with labels: files and folders of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error

TEXT_COLUMNS = ("text", "review", "sentence", "content")
LABEL_COLUMNS = ("label", "sentiment", "class", "category")


@dataclass(frozen=True)
class LabelledTexts:
    """Texts, each with the index of its class."""

    name: str
    """For people; it names run folders, too."""
    texts: Sequence[str]
    labels: npt.NDArray[np.int64]
    """(N,), indices into `classes`; -1 where a text has none."""
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def sha256(self) -> str:
        """Digest of classes, texts and labels."""
        digest = sha256()
        for part in (*self.classes, "", *self.texts):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def select(self, rows: npt.NDArray[np.integer[Any]]) -> Self:
        """Return the texts at `rows` alone."""
        texts = [self.texts[row] for row in rows]
        return type(self)(self.name, texts, self.labels[rows], self.classes)

    @classmethod
    def joined(cls, name: str, parts: Sequence[Self]) -> Self:
        """Return the texts of `parts`, which have the same classes, one after the other."""
        texts = [text for part in parts for text in part.texts]
        return cls(name, texts, np.concatenate([part.labels for part in parts]), parts[0].classes)


def read(
    spec: str,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    classes: Sequence[str] | None = None,
    labelled: bool = True,
) -> LabelledTexts:
    """Read texts and labels from a file or folder.

    A .csv, .tsv, .jsonl or .parquet file has a column of texts and one of labels; a folder has a
    folder of .txt files for each class. Where no labels are wanted, also a .txt file with one text
    a line, and a folder of .txt files.

    Args:
        spec: the path.
        text_column: by default the first of text, review, sentence, content that is there.
        label_column: by default the first of label, sentiment, class, category.
        classes: what the labels must be among: their names, unique beginnings of them in any case,
            or indices. By default the labels that occur, sorted.
        labelled: whether labels are wanted.

    Raises:
        UserError: there is no such file, it cannot be read, or it does not hold that.
    """
    path = Path(spec)
    try:
        if path.is_dir():
            texts, labels = _folder(path, labelled)
        elif not path.exists():
            raise UserError(f"there is no file or folder {spec!r}; name one, or imdb")
        elif path.suffix.lower() == ".txt" and not labelled:
            texts, labels = path.read_text("utf-8-sig").splitlines(), None
        else:
            texts, labels = _table(path, text_column, label_column if labelled else "", labelled)
    except OSError as error:
        raise os_error(error, spec) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{spec} is not a text in UTF-8 ({error.reason})") from error
    if not texts:
        raise UserError(f"{spec} holds no texts")
    if labels is None:
        none = np.full(len(texts), -1, dtype=np.int64)
        return LabelledTexts(path.stem, texts, none, tuple(classes or ()))
    names = tuple(classes) if classes else _sorted(set(labels))
    if len(names) < 2:
        raise UserError(f"{spec} has one class only, {names[0]!r}; two are needed")
    return LabelledTexts(path.stem, texts, _indices(labels, names, spec), names)


def _folder(path: Path, labelled: bool) -> tuple[list[str], list[str] | None]:
    if not labelled:
        return [_text_of(file) for file in sorted(path.rglob("*.txt"))], None
    folders = sorted(
        child for child in path.iterdir() if child.is_dir() and any(child.glob("*.txt"))
    )
    if len(folders) < 2:
        raise UserError(
            f"{path} has no folders of .txt files, one for each class, such as pos and neg"
        )
    files = [(file, folder.name) for folder in folders for file in sorted(folder.glob("*.txt"))]
    return [_text_of(file) for file, _ in files], [name for _, name in files]


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not a text in UTF-8 ({error.reason})") from error


def _table(
    path: Path, text_column: str | None, label_column: str | None, labelled: bool
) -> tuple[list[str], list[str] | None]:
    frame = _frame(path)
    columns = [str(column) for column in frame.columns]
    frame.columns = columns
    texts = frame[_column(path, columns, text_column, TEXT_COLUMNS, "text")]
    for row, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise UserError(f"{path}, row {row:,}: {text!r} is not a text; name --text-column")
    if not labelled:
        return list(texts), None
    labels = frame[_column(path, columns, label_column, LABEL_COLUMNS, "label")]
    return list(texts), [_label(path, row, value) for row, value in enumerate(labels, 1)]


def _frame(path: Path) -> Any:
    import pandas

    # As strings: a review that reads "NA" or "1984" is a text.
    plain: dict[str, Any] = {"dtype": str, "keep_default_na": False, "encoding": "utf-8-sig"}
    readers: Mapping[str, Callable[[], Any]] = {
        ".csv": lambda: pandas.read_csv(path, **plain),
        ".tsv": lambda: pandas.read_csv(path, sep="\t", **plain),
        ".jsonl": lambda: pandas.read_json(path, lines=True, dtype=False, convert_dates=False),
        ".ndjson": lambda: pandas.read_json(path, lines=True, dtype=False, convert_dates=False),
        ".json": lambda: pandas.read_json(path, dtype=False, convert_dates=False),
        ".parquet": lambda: pandas.read_parquet(path),
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{path} is none of {', '.join(readers)}, which can be read")
    try:
        return reader()
    except UnicodeDecodeError:
        raise
    except (ValueError, KeyError, AttributeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        why = str(error).strip().partition("\n")[0]
        raise UserError(f"{path} cannot be read: {why}") from error


def _column(
    path: Path, columns: list[str], wanted: str | None, usual: Sequence[str], kind: str
) -> str:
    for name in [wanted] if wanted else usual:
        if columns.count(name) == 1:
            return name
    asked = f"no column {wanted!r}" if wanted else f"none of the columns {', '.join(usual)}"
    raise UserError(f"{path} has {asked}; name one with --{kind}-column: {', '.join(columns)}")


def _label(path: Path, row: int, value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if value is None or value == "" or value != value:
        raise UserError(f"{path}, row {row:,}: the label is missing")
    return str(value)


def _sorted(labels: set[str]) -> tuple[str, ...]:
    numbers = all(label.removeprefix("-").isdecimal() for label in labels)
    return tuple(sorted(labels, key=int if numbers else None))


def _indices(labels: list[str], classes: tuple[str, ...], spec: str) -> npt.NDArray[np.int64]:
    places = {label: _place(label, classes) for label in set(labels)}
    for row, label in enumerate(labels, 1):
        if places[label] is None:
            raise UserError(
                f"{spec}, row {row:,}: {label!r} is none of the classes {', '.join(classes)}"
            )
    return np.array([places[label] for label in labels], dtype=np.int64)


def _place(label: str, classes: tuple[str, ...]) -> int | None:
    """Return the index of the class that `label` names, or None."""
    if label in classes:
        return classes.index(label)
    start = label.casefold()
    if len(meant := [name for name in classes if name.casefold().startswith(start)]) == 1:
        return classes.index(meant[0])
    return int(label) if label.isdecimal() and int(label) < len(classes) else None
