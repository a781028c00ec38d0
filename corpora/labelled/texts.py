"""Texts with labels, read from the user's files and folders."""

from __future__ import annotations

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
from corpora.labelled.labels import index_labels, name_labels, sort_labels
from corpora.short_repr import ShortRepr
from corpora.tables import (
    READERS,
    choose_column,
    is_blank,
    read_text,
    split_lines,
)

TEXT_COLUMNS = ("text", "review", "sentence", "content")
LABEL_COLUMNS = ("label", "sentiment", "class", "category")

_UNLABELLED = "unsup"
"""Folder with unlabelled texts in the Large Movie Review Dataset, beside pos and neg."""


@dataclass(frozen=True, eq=False)
class LabelledTexts(ShortRepr):
    """Texts and the indices of their classes."""

    name: str
    """Name, as shown to people and used in the names of run folders."""
    texts: Sequence[str]
    """N texts."""
    labels: npt.NDArray[np.int64]
    """Indices into `classes`, shape (N,); -1 for a text without a label."""
    classes: tuple[str, ...]
    """Names of the classes."""

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def sha256(self) -> str:
        """Digest of the classes, the texts and the labels."""
        digest = sha256()
        for part in (*self.classes, "", *self.texts):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        digest.update(self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def select(self, rows: npt.NDArray[np.integer[Any]]) -> Self:
        """Return the texts at `rows`, in this order."""
        texts = [self.texts[row] for row in rows]
        return type(self)(self.name, texts, self.labels[rows], self.classes)

    @classmethod
    def join(cls, name: str, parts: Sequence[Self]) -> Self:
        """Return the texts of all `parts`, in order; the parts must have the same classes."""
        texts = [text for part in parts for text in part.texts]
        return cls(name, texts, np.concatenate([part.labels for part in parts]), parts[0].classes)


def read(
    spec: str,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    classes: Sequence[str] | None = None,
    labelled: bool = True,
    encoding: str = "utf-8",
) -> LabelledTexts:
    """Read texts and labels from a file or folder.

    A file (.csv, .tsv, .json with a list of objects, .jsonl, .ndjson or .parquet) needs a column of
    texts and a column of labels; the case of their names does not matter. A folder needs a folder
    of .txt files for each class; a folder called unsup is left out. Without labels, `spec` can also
    be a .txt file with one text per line, or a folder of .txt files at any depth. Hidden files and
    folders are left out.

    Args:
        spec: the path.
        text_column: name of the column of texts. Default: the first column called text, review,
            sentence or content, in this order.
        label_column: name of the column of labels. Default: the first column called label,
            sentiment, class or category, in this order.
        classes: names of the classes. A label must be such a name, a unique beginning of one (in
            upper or lower case) or an index. Default: the labels that occur, sorted.
        labelled: whether to read labels.
        encoding: encoding of the files, except for Parquet.

    Raises:
        UserError: there is no such file, it cannot be read, or texts or labels are missing.
    """
    path = Path(spec)
    labels: list[str] | None = None
    try:
        if path.is_dir():
            if labelled:
                texts, labels = _read_folder(path, encoding)
            else:
                texts = [read_text(file, encoding) for file in _find_texts(path)]
        elif not path.exists():
            raise UserError(f"there is no file or folder {spec!r}; name one, or imdb")
        elif path.suffix.lower() != ".txt":
            texts, labels = _read_table(path, encoding, text_column, label_column, labelled)
        elif labelled:
            raise UserError(f"{spec} holds no labels; name a table, or a folder of folders")
        else:
            texts = split_lines(read_text(path, encoding))
        # The folders "." and ".." have other names as well.
        name = path.stem if path.name.strip(".") else path.resolve().stem
    except OSError as error:
        raise os_error(error, error.filename or spec) from error
    if not texts or (labels is not None and is_blank(texts)):
        raise UserError(f"{spec} holds no texts{', only white space' if texts else ''}")
    if labels is None:
        none = np.full(len(texts), -1, dtype=np.int64)
        return LabelledTexts(name, texts, none, tuple(classes or ()))
    names = tuple(classes) if classes else sort_labels(set(labels))
    if len(names) < 2:
        raise UserError(f"{spec} has one class only, {shortened(names[0])}; two are needed")
    return LabelledTexts(name, texts, index_labels(labels, names, spec), names)


def _read_folder(path: Path, encoding: str) -> tuple[list[str], list[str]]:
    folders = [child for child in filter(_is_visible, path.iterdir()) if child.is_dir()]
    folders = [folder for folder in folders if folder.name != _UNLABELLED]
    files = {folder.name: [*filter(_is_text, folder.iterdir())] for folder in sorted(folders)}
    if not any(files.values()):
        raise UserError(
            f"{path} has no folders of .txt files, one for each class, such as pos and neg"
        )
    labels = [name for name, inside in files.items() for _ in inside]
    texts = [read_text(file, encoding) for inside in files.values() for file in sorted(inside)]
    return texts, labels


def _find_texts(folder: Path) -> Iterator[Path]:
    """Yield the .txt files at any depth, in order; raise for unreadable folders, unlike `rglob`."""
    for child in sorted(filter(_is_visible, folder.iterdir())):
        if _is_text(child):
            yield child
        elif child.is_dir() and not child.is_symlink():
            yield from _find_texts(child)


def _is_text(path: Path) -> bool:
    return _is_visible(path) and path.suffix.lower() == ".txt" and not path.is_dir()


def _is_visible(path: Path) -> bool:
    # macOS writes files such as ._a.txt, which are not texts, beside a.txt.
    return not path.name.startswith(".")


def _read_table(
    path: Path, encoding: str, text_column: str | None, label_column: str | None, labelled: bool
) -> tuple[list[str], list[str] | None]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(f"{path} is none of {', '.join(READERS)}, which can be read")
    names, column = reader(path, encoding)
    if not names:
        raise UserError(f"{path} holds no texts")
    name = choose_column(path, names, text_column, TEXT_COLUMNS, "text")
    texts = column(name)
    if not set(map(type, texts)) <= {str}:
        row, text = next((row, text) for row, text in enumerate(texts, 1) if type(text) is not str)
        what = "the text is missing" if text is None else f"{shortened(text)} is not a text"
        raise UserError(f"{path}, row {row:,}: {what}; give one, or name another --text-column")
    if texts and is_blank(texts):
        raise UserError(
            f"{path}: every text in the column {name!r} is empty; name another --text-column"
        )
    if not labelled:
        return texts, None
    labels = column(choose_column(path, names, label_column, LABEL_COLUMNS, "label"))
    return texts, name_labels(path, labels)
