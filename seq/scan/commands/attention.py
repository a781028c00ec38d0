"""`charlm scan attention`: the weights of attention, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from charlm.console.options import SWITCH, TEXT, InPrecision, Model, OnDevice
from charlm.console.program import notice, print_json, printable, stdout
from corpora.errors import UserError
from seq.scan.commands.translate import checked, draw, figures

DRAWN = 2
"""Commands that are drawn where none is given."""


def attention(
    *command: Annotated[str, TEXT],
    model: Model = "scan",
    seed: int = 1,
    png: Path | None = None,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Annotated[bool, SWITCH] = False,
) -> None:
    """Show how much weight each action gives to each word of its command, in hundredths.

    Parameters
    ----------
    command
        One or more, each in quotes; by default two that are drawn from the test commands of the
        split that the model was trained on.
    seed
        Of the draw.
    png
        Draw the weights into this file as well.
    json
        Write one JSON object for each command.
    """
    import numpy as np

    from corpora.scan import splits
    from seq.drawing.heat import heat_map
    from seq.scan.library import find_split, load

    translator = load(model, device=device, precision=precision)
    if translator.model.decoder.attention is None:
        raise UserError(f"{model} is a translator without attention; name another")
    if command:
        commands = checked(list(command))
    else:
        tested = splits.load(find_split(model), notice=notice).test
        drawn = np.random.default_rng(seed).choice(len(tested), DRAWN, replace=False)
        commands = [" ".join(tested[index].command) for index in drawn]
    found = [translator.translate(said)[0] for said in commands]
    console = stdout()
    color = console.color_system is not None and not console.no_color
    for number, item in enumerate(found):
        if json:
            print_json(figures(item))
            continue
        if number:
            console.print()
        console.print(printable(" ".join(item.command)), style="bold")
        assert item.attention is not None  # as was asked above
        shown = heat_map(item.attention, item.command, item.steps, color=color, numbers=True)
        console.print(shown, soft_wrap=True)
    if png is not None:
        draw(found, png)
