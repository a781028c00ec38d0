"""The names of labels, and the classes that they mean."""

from __future__ import annotations

import re
from reprlib import repr as shortened
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.tables import list_names


def name_labels(where: object, values: list[Any]) -> list[str]:
    """Return the names of labels: texts, or numbers, which a name is made of.

    Args:
        where: what holds them, for the error message.
        values: the labels.

    Raises:
        UserError: one is missing, or neither a text nor a number.
    """
    kinds = list(map(type, values))
    if not set(kinds) <= {str, int, float, bool}:
        row = next(row for row, kind in enumerate(kinds) if kind not in (str, int, float, bool))
        what = "missing" if values[row] is None else f"no name or number: {shortened(values[row])}"
        raise UserError(f"{where}, row {row + 1:,}: the label is {what}")
    # The keys hold the types, because True == 1 == 1.0.
    names = {pair: _name_label(pair[1]) for pair in set(zip(kinds, values, strict=True))}
    labels = [names[pair] for pair in zip(kinds, values, strict=True)]
    if "" in labels:
        raise UserError(f"{where}, row {labels.index('') + 1:,}: the label is missing")
    return labels


def _name_label(value: str | float) -> str:
    """Return the name of a label, the same for 1 and 1.0, and for True and TRUE; "" for NaN."""
    if value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    name = str(value).strip()
    # Programs spell booleans differently in CSV.
    if name.lower() in ("false", "true"):
        return name.lower()
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", name)


def _parse_number(label: str) -> int | None:
    return int(label) if re.fullmatch("-?[0-9]{1,18}", label) else None


def sort_labels(labels: set[str]) -> tuple[str, ...]:
    """Return the names of classes in their order: by number if all are numbers, else by letter."""
    by_name = sorted(labels)
    numbers = [_parse_number(label) for label in by_name]
    if None in numbers:
        return tuple(by_name)
    return tuple(label for _, label in sorted(zip(numbers, by_name, strict=True)))


def index_labels(labels: list[str], classes: tuple[str, ...], spec: str) -> npt.NDArray[np.int64]:
    """Return the index of the class of each label, (N,).

    Args:
        labels: their names.
        classes: names of the classes.
        spec: what holds the labels, for the error message.

    Raises:
        UserError: a label is none of the classes.
    """
    indices = {label: _find_class(label, classes) for label in set(labels)}
    if None in indices.values():
        row = next(row for row, label in enumerate(labels) if indices[label] is None)
        raise UserError(
            f"{spec}, row {row + 1:,}: {shortened(labels[row])} is none of the classes "
            f"{list_names(classes)}"
        )
    return np.array([indices[label] for label in labels], dtype=np.int64)


def _find_class(label: str, classes: tuple[str, ...]) -> int | None:
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
    index = _parse_number(label)
    return index if index is not None and 0 <= index < len(classes) else None
