"""`charlm curves`: the losses of trainings, over their passes."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import Parameter

from charlm.commands.inside.output import OUTPUTS, Outputs
from charlm.console.completers import complete_models
from charlm.console.program import notice, print_json, printable, stdout
from charlm.drawing.braille import HEIGHT, draw
from charlm.experiments.curves import Curve, make_panels, read_curves
from charlm.runs.registry import find
from corpora.errors import UserError

WIDEST = 160
"""Columns of a drawing, at most."""


def curves(
    *run: Annotated[str, Parameter(completer=complete_models)],
    outputs: Outputs = OUTPUTS,
) -> None:
    """Draw the losses of trainings over their passes, and their accuracies where there are any.

    Training is dashed, validation is a line.

    Parameters
    ----------
    run
        Run folders, of any kind, of trainings that have ended or still run.
    """
    if not run:
        raise UserError("which run? name one or more run folders")
    folders = {name: find(name) for name in dict.fromkeys(run)}
    read = read_curves({printable(name): folder for name, folder in folders.items()})
    panels, names = make_panels(read), [one.name for one in read]
    if not panels:
        raise UserError(f"{', '.join(names)}: no figure to draw, the training diverged")
    if outputs.png is not None:
        from charlm.drawing.picture import draw_panels, save_picture

        save_picture(draw_panels(panels, names), outputs.png)
    if outputs.json:
        print_json({"runs": [_to_json(one) for one in read]})
    else:
        console = stdout()
        console.print(draw(panels, names, min(console.width, WIDEST), HEIGHT))
    for one in read:
        if not one.epochs:
            notice(f"{one.name} diverged: its curve is left out")
    if outputs.png is not None:
        notice(f"written: {outputs.png}")


def _to_json(curve: Curve) -> dict[str, Any]:
    """Return a curve as JSON has it: what is not known is null there."""
    figures = {key: value for key, value in asdict(curve).items() if isinstance(value, list)}
    known = {
        key: [None if math.isnan(one) else one for one in values] for key, values in figures.items()
    }
    return {"name": curve.name, **known}
