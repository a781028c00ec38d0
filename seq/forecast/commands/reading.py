"""Options of commands that read a series for a trained forecaster."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from charlm.console.options import INPUT
from corpora.series.series import Fill

SeriesToRead = Annotated[
    str | None,
    INPUT,
    Parameter(
        help="A table with the columns that the model reads, or the name of a series; by default "
        "what the model was trained on."
    ),
]
TimeColumn = Annotated[
    str | None, Parameter(help="Column with the times, if it is not the one of the training.")
]
FillAsTrained = Annotated[
    Fill | None, Parameter(help="How missing values are filled; by default as in training.")
]
