"""Texts and labels that a Python program has: lists, data frames, data sets of Hugging Face."""

from __future__ import annotations

from pathlib import Path
from reprlib import repr as shortened
from typing import Any

from corpora.errors import UserError
from corpora.given import list_columns, list_values
from corpora.labelled.labels import index_labels, name_labels, sort_labels
from corpora.labelled.texts import LABEL_COLUMNS, TEXT_COLUMNS, LabelledTexts
from corpora.tables import choose_column, is_blank

NAME = "texts"
"""What texts are called that have no file."""


def label_texts(
    texts: Any,
    labels: Any = None,
    *,
    text_column: str | None = None,
    label_column: str | None = None,
) -> LabelledTexts:
    """Return texts with their labels.

    Args:
        texts: N texts, or a data frame or data set with a column of texts and one of labels.
        labels: N labels, texts or numbers; None where `texts` has columns.
        text_column: name of the column of texts; None for one of the usual names.
        label_column: name of the column of labels; None for one of the usual names.

    Raises:
        UserError: texts or labels are missing, are not of one length, or are no texts or labels.
    """
    names = list_columns(texts)
    if names is not None:
        where = Path("the table")  # only for messages
        table = texts
        texts = table[choose_column(where, names, text_column, TEXT_COLUMNS, "text")]
        if labels is None:
            name = choose_column(where, names, label_column, LABEL_COLUMNS, "label")
            labels = _name_classes(table, name, table[name])
    if labels is None:
        raise UserError("texts are nothing to learn from without labels; give a label for each")
    listed, found = list_values(texts, "texts"), list_values(labels, "labels")
    if len(listed) != len(found):
        raise UserError(f"there are {len(listed):,} texts, but {len(found):,} labels")
    if wrong := next((text for text in listed if not isinstance(text, str)), None):
        raise UserError(f"a text must be a string, not {shortened(wrong)}")
    if not all(isinstance(text, str) for text in listed) or is_blank(listed):
        raise UserError("some texts are missing" if listed else "there are no texts")
    named = name_labels("the labels", found)
    classes = sort_labels(set(named))
    if len(classes) < 2:
        raise UserError(f"all texts are of one class, {shortened(classes[0])}; two are needed")
    return LabelledTexts(NAME, listed, index_labels(named, classes, "the labels"), classes)


def _name_classes(table: Any, name: str, values: Any) -> Any:
    """Return the names of the classes where a data set knows them, and has their numbers."""
    known = getattr(getattr(table, "features", {}).get(name), "names", None)
    if not known:
        return values
    return [known[value] if 0 <= value < len(known) else None for value in values]
