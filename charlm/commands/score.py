"""`charlm score`: colour a text by how much each character surprises a model."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from cyclopts import Parameter
from rich.text import Text

from charlm.console.colors import EDGES, STYLES, level
from charlm.console.options import INPUT, TEXT, Encoding, Model
from charlm.console.program import print_json, printable, read_input, stdout
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol


def score(
    file: Annotated[str | None, INPUT] = None,
    /,
    *,
    text: Annotated[str | None, TEXT] = None,
    model: Model = DEFAULT_MODEL,
    encoding: Encoding = "utf-8",
    unknown: Literal["error", "skip"] = "error",
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show where a text is as expected and where it surprises.

    Parameters
    ----------
    file
        A text file, or - for standard input, which is read where no text is given.
    text
        Score this text instead of a file.
    unknown
        What to do with characters that the model does not know.
    json
        Write one JSON object with every character, its probability and its surprisal in nats.
    """
    if file is not None and text is not None:
        raise UserError("give a file or --text, not both")
    read = read_input(file or "-", encoding) if text is None else text
    language_model = load(model)
    if unknown == "skip":
        read = language_model.vocabulary.drop_unknown(read)
    if not read:
        raise UserError("there is no text to score")
    try:
        # Figures at once: a token holds the logits of the whole vocabulary.
        tokens = [(token.character, token.surprisal) for token in language_model.score(read)]
    except UnknownSymbol as error:
        raise UserError(f"{error}; --unknown skip leaves it out") from error
    mean = sum(surprisal for _, surprisal in tokens) / len(tokens)
    if json:
        print_json(
            {
                "model": model,
                "characters": len(tokens),
                "nats_per_character": mean,
                "bits_per_character": mean / math.log(2),
                "tokens": [
                    {
                        "character": character,
                        "probability": math.exp(-surprisal),
                        "surprisal": surprisal,
                    }
                    for character, surprisal in tokens
                ],
            }
        )
        return
    shown = Text()
    for character, surprisal in tokens:
        shown.append(printable(character), STYLES[level(surprisal)])
    console = stdout()
    console.print(shown, soft_wrap=True)
    if console.color_system is None:
        console.print("(no colours here: --json gives the figure of each character)")
    else:
        legend = Text("nats ")
        for style, edge in zip(STYLES, (*EDGES, None), strict=True):
            legend.append(f" <{edge:g} " if edge is not None else f" {EDGES[-1]:g}+ ", style)
        console.print(legend)
    console.print(
        f"{len(tokens):,} characters, {mean:.4f} nats each ({mean / math.log(2):.4f} bits)"
    )
