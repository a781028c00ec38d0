"""`charlm imdb evaluate`: metrics of a classifier on labelled texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from rich.table import Table
from rich.text import Text

from charlm.console.options import (
    INPUT,
    InPrecision,
    Json,
    LabelColumn,
    Model,
    OnDevice,
    TextColumn,
)
from charlm.console.program import notice, print_json, printable, stderr, stdout
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES, Split

if TYPE_CHECKING:
    from seq.imdb.metrics import Report


def evaluate(
    model: Model = "imdb",
    data: Annotated[str, INPUT] = "imdb",
    /,
    *,
    split: Split = "test",
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Json = False,
) -> None:
    """Report accuracy, F1, log loss, calibration error and the confusion matrix of a classifier.

    Parameters
    ----------
    data
        `imdb`, or your own labelled texts: a .csv, .tsv, .jsonl or .parquet file, or a folder
        with a folder of .txt files for each class.
    split
        Part of the IMDB reviews to evaluate on.
    """
    import numpy as np

    from seq.imdb.config import IMDB
    from seq.imdb.data import Source
    from seq.imdb.library import load
    from seq.imdb.metrics import report

    classifier = load(model, device=device, precision=precision)
    if data == IMDB and classifier.classes != CLASSES:
        known = ", ".join(classifier.classes)
        raise UserError(f"{model} tells {known} apart; name texts with these labels to evaluate on")
    source = Source(spec=data, text_column=text_column, label_column=label_column)
    texts = source.read(split, notice=notice, classes=classifier.classes)
    if (texts.labels < 0).any():
        raise UserError(f"the {split} reviews have no labels to evaluate on")
    with stderr().status(f"classifying {len(texts):,} texts …"):
        found = report(np.exp(classifier.log_probs(texts.texts)), texts.labels)
    part = f"the {split} reviews" if data == IMDB else texts.name
    if json:
        about = {"model": model, "data": data, "split": split if data == IMDB else None}
        print_json({**about, "classes": list(classifier.classes), **found.to_json()})
        return
    stdout().print(printable(f"{model} on {part}, {found.examples:,} texts"), soft_wrap=True)
    _show(found, classifier.classes)


def _show(found: Report, classes: tuple[str, ...]) -> None:
    console = stdout()
    console.print(
        f"accuracy {found.accuracy:.2%}, macro F1 {found.macro_f1:.4f}, "
        f"log loss {found.log_loss:.4f} nats, calibration error {found.calibration_error:.2%}",
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in classes:
        table.add_column(Text(f"said {printable(name)}", overflow="fold"), justify="right")
    for heading in ("precision", "recall", "F1"):
        table.add_column(heading, justify="right")
    for index, name in enumerate(classes):
        table.add_row(
            Text(printable(name), overflow="fold"),
            *(f"{count:,}" for count in found.confusion[index]),
            f"{found.precision[index]:.2%}",
            f"{found.recall[index]:.2%}",
            f"{found.f1[index]:.4f}",
        )
    console.print(table)
