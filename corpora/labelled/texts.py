"""Texts with labels: files and folders of the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from reprlib import repr as shortened
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error
from corpora.labelled.tables import READERS, lines_of, listed, text_of

TEXT_COLUMNS = ("text", "review", "sentence", "content")
LABEL_COLUMNS = ("label", "sentiment", "class", "category")

_UNLABELLED = "unsup"
"""What the Large Movie Review Dataset calls the folder beside pos and neg with the other texts."""


@dataclass(frozen=True, eq=False)
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

    A .csv, .tsv, .json (a list of objects), .jsonl or .parquet file has a column of texts and one
    of labels; a folder has a folder of .txt files for each class (not one called unsup). Where no
    labels are wanted, also a .txt file with one text a line, and a folder of .txt files. Hidden
    files and folders are left out.

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
    labels: list[str] | None = None
    try:
        if path.is_dir():
            texts, labels = _folder(path) if labelled else (list(map(text_of, _below(path))), None)
        elif not path.exists():
            raise UserError(f"there is no file or folder {spec!r}; name one, or imdb")
        elif path.suffix.lower() != ".txt":
            texts, labels = _columns(path, text_column, label_column, labelled)
        elif labelled:
            raise UserError(f"{spec} holds no labels; name a table, or a folder of folders")
        else:
            texts = lines_of(text_of(path))
        # The folders "." and ".." are called otherwise.
        name = path.stem if path.name.strip(".") else path.resolve().stem
    except OSError as error:
        raise os_error(error, error.filename or spec) from error
    if not texts:
        raise UserError(f"{spec} holds no texts")
    if labels is None:
        none = np.full(len(texts), -1, dtype=np.int64)
        return LabelledTexts(name, texts, none, tuple(classes or ()))
    names = tuple(classes) if classes else _sorted(set(labels))
    if len(names) < 2:
        raise UserError(f"{spec} has one class only, {shortened(names[0])}; two are needed")
    return LabelledTexts(name, texts, _indices(labels, names, spec), names)


def _folder(path: Path) -> tuple[list[str], list[str]]:
    folders = [child for child in filter(_visible, path.iterdir()) if child.is_dir()]
    folders = [folder for folder in folders if folder.name != _UNLABELLED]
    files = {folder.name: [*filter(_is_text, folder.iterdir())] for folder in sorted(folders)}
    if not any(files.values()):
        raise UserError(
            f"{path} has no folders of .txt files, one for each class, such as pos and neg"
        )
    labels = [name for name, inside in files.items() for _ in inside]
    return [text_of(file) for inside in files.values() for file in sorted(inside)], labels


def _below(folder: Path) -> Iterator[Path]:
    """Yield the .txt files at any depth, in order; unlike `rglob`, raise if a folder is closed."""
    for child in sorted(filter(_visible, folder.iterdir())):
        if _is_text(child):
            yield child
        elif child.is_dir() and not child.is_symlink():
            yield from _below(child)


def _is_text(path: Path) -> bool:
    return _visible(path) and path.suffix.lower() == ".txt" and not path.is_dir()


def _visible(path: Path) -> bool:
    # Macs leave ._a.txt, which is no text, beside a.txt.
    return not path.name.startswith(".")


def _columns(
    path: Path, text_column: str | None, label_column: str | None, labelled: bool
) -> tuple[list[str], list[str] | None]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{path} is none of {', '.join(READERS)}, which can be read")
    names, column = reader(path)
    if not names:
        raise UserError(f"{path} holds no texts")
    texts = column(_chosen(path, names, text_column, TEXT_COLUMNS, "text"))
    if not set(map(type, texts)) <= {str}:
        row, text = next((row, text) for row, text in enumerate(texts, 1) if type(text) is not str)
        what = "the text is missing" if text is None else f"{shortened(text)} is not a text"
        raise UserError(f"{path}, row {row:,}: {what}; give one, or name another --text-column")
    if not labelled:
        return texts, None
    labels = column(_chosen(path, names, label_column, LABEL_COLUMNS, "label"))
    return texts, _labels(path, labels)


def _chosen(
    path: Path, names: list[str], wanted: str | None, usual: Sequence[str], kind: str
) -> str:
    asked = [wanted] if wanted else usual
    for name in asked:
        if names.count(name) > 1:
            raise UserError(f"{path} has more than one column {name!r}; rename all but one")
        if name in names:
            return name
    raise UserError(
        f"{path} has no column {' or '.join(map(repr, asked))}; name the right one of "
        f"{listed(names)} with --{kind}-column"
    )


def _labels(path: Path, values: list[Any]) -> list[str]:
    kinds = list(map(type, values))
    if not set(kinds) <= {str, int, float, bool}:
        row = next(row for row, kind in enumerate(kinds) if kind not in (str, int, float, bool))
        what = "missing" if values[row] is None else f"no name or number: {shortened(values[row])}"
        raise UserError(f"{path}, row {row + 1:,}: the label is {what}")
    # With their types, because True and 1.0 are keys equal to 1.
    names = {pair: _label(pair[1]) for pair in set(zip(kinds, values, strict=True))}
    labels = [names[pair] for pair in zip(kinds, values, strict=True)]
    if "" in labels:
        raise UserError(f"{path}, row {labels.index('') + 1:,}: the label is missing")
    return labels


def _label(value: str | float) -> str:
    """Return the name of a label: 1 and 1.0 are the same, as are True and TRUE. None is ""."""
    if value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    name = str(value).strip()
    # In CSV a boolean is a word, whose spelling depends on the program that wrote it.
    if name.lower() in ("false", "true"):
        return name.lower()
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", name)


def _number(label: str) -> int | None:
    return int(label) if re.fullmatch("-?[0-9]{1,18}", label) else None


def _sorted(labels: set[str]) -> tuple[str, ...]:
    by_name = sorted(labels)
    numbers = [_number(label) for label in by_name]
    if None in numbers:
        return tuple(by_name)
    return tuple(label for _, label in sorted(zip(numbers, by_name, strict=True)))


def _indices(labels: list[str], classes: tuple[str, ...], spec: str) -> npt.NDArray[np.int64]:
    places = {label: _place(label, classes) for label in set(labels)}
    if None in places.values():
        row = next(row for row, label in enumerate(labels) if places[label] is None)
        raise UserError(
            f"{spec}, row {row + 1:,}: {shortened(labels[row])} is none of the classes "
            f"{listed(classes)}"
        )
    return np.array([places[label] for label in labels], dtype=np.int64)


def _place(label: str, classes: tuple[str, ...]) -> int | None:
    """Return the index of the class that `label` names, or None."""
    if label in classes:
        return classes.index(label)
    names, name = [each.casefold() for each in classes], label.casefold()
    for meant in (
        [index for index, each in enumerate(names) if each == name],
        [index for index, each in enumerate(names) if each.startswith(name)],
    ):
        if len(meant) == 1:
            return meant[0]
    index = _number(label)
    return index if index is not None and 0 <= index < len(classes) else None
