"""`charlm imdb info`: how many parameters the classifiers of presets have, without training any."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from charlm.console.options import Json, make_options
from charlm.console.program import print_json, stdout
from charlm.console.tables import print_table
from charlm.training.config import preset
from seq.imdb.config import PRESETS, ClassifierConfig, TextTraining

USUAL_SIZE = TextTraining().vocabulary_size

Options = make_options(ClassifierConfig, module=__name__)


def info(
    *presets: str,
    vocabulary_size: int = USUAL_SIZE,
    classes: Annotated[int, Parameter(help="Number of classes.")] = 2,
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> None:
    """Show the trained parameters of classifiers, part by part, without training any.

    `charlm info MODEL` shows them for one trained model.

    Parameters
    ----------
    presets
        Names of presets; by default all. The options below change each of them.
    vocabulary_size
        Entries of the vocabulary. A vocabulary has as many only if the texts have the words.
    """
    import torch

    from corpora.errors import UserError
    from seq.imdb.model import Classifier

    if classes < 2 or vocabulary_size < 3:
        raise UserError("there must be 2 classes, and 3 entries of the vocabulary, at least")
    shapes = {
        name: preset(name, PRESETS).model.replace(vars(options)) for name in presets or PRESETS
    }
    with torch.device("meta"):  # no weights are made
        counts = {
            name: Classifier(shape, vocabulary_size, classes).parameter_counts()
            for name, shape in shapes.items()
        }
    rows = {name: {**count, "total": sum(count.values())} for name, count in counts.items()}
    if json:
        about = {"vocabulary_size": vocabulary_size, "classes": classes}
        print_json({**about, "parameters": rows})
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("trained parameters")
    for part in next(iter(rows.values())):
        table.add_column(part, justify="right")
    for name, row in rows.items():
        table.add_row(name, *(f"{number:,}" for number in row.values()))
    print_table(stdout(), table)
