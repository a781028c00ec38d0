"""`charlm scan attention`: the attention weights of translations, step by step."""

from __future__ import annotations

from typing import Annotated

from charlm.commands.inside.output import DescribedPng
from charlm.console.options import COMPUTING, SWITCH, TEXT, ComputingOptions, Model
from charlm.console.program import notice, print_json, printable, stdout
from corpora.errors import UserError
from seq.scan.commands.translate import normalize_commands, save_maps, to_json

DRAWN = 2
"""Number of commands that are drawn at random if the user gives none."""


def attention(
    *command: Annotated[str, TEXT],
    model: Model = "scan",
    seed: int = 1,
    png: DescribedPng = None,
    computing: ComputingOptions = COMPUTING,
    json: Annotated[bool, SWITCH] = False,
) -> None:
    """Show the attention weight of each word for each action, in hundredths.

    Parameters
    ----------
    command
        One or more commands, each in quotes. By default two are drawn at random from the test
        commands of the split that the model was trained on. A model of your own pairs has none.
    seed
        Seed of the random draw.
    png
        Draw the weights into this PNG file as well.
    json
        Write one JSON object for each command.
    """
    import numpy as np

    from charlm.drawing.heat import draw_heat_map
    from corpora.scan import splits
    from seq.scan.library import load
    from seq.scan.trained_on import find_trained_on

    translator = load(model, **vars(computing))
    if translator.model.decoder.attention is None:
        raise UserError(f"{model} is a translator without attention; name another")
    trained_on = find_trained_on(model)
    if command:
        commands = normalize_commands(list(command), trained_on.knows_grammar(translator.languages))
    elif trained_on.split is None:
        raise UserError(f"{model} was trained on pairs of your own: name a command to translate")
    else:
        tested = splits.load(trained_on.split, notice=notice).test
        drawn = np.random.default_rng(seed).choice(len(tested), DRAWN, replace=False)
        commands = [" ".join(tested[index].command) for index in drawn]
    found = [translator.translate(each)[0] for each in commands]
    console = stdout()
    color = console.color_system is not None and not console.no_color
    for number, item in enumerate(found):
        if json:
            print_json(to_json(item))
            continue
        if number:
            console.print()
        console.print(printable(" ".join(item.command)), style="bold")
        assert item.attention is not None  # the decoder has attention
        shown = draw_heat_map(item.attention, item.command, item.steps, color=color, numbers=True)
        console.print(shown, soft_wrap=True)
    if png is not None:
        save_maps(found, png)
