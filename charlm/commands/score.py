"""`charlm score`: a text, coloured by the surprisal of each character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.text import Text

from charlm.console.colors import EDGES, STYLES, find_level
from charlm.console.options import DECODING, INPUT, TEXT, DecodingOptions, Model
from charlm.console.program import print_json, printable, read_input, stderr, stdout
from charlm.console.slow import slow
from charlm.language_model import DEFAULT_MODEL, LanguageModel, load
from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol

REPORTED = 2000
"""Characters between two reports of progress."""


def score(
    file: Annotated[str | None, INPUT] = None,
    /,
    *,
    text: Annotated[str | None, TEXT] = None,
    model: Model = DEFAULT_MODEL,
    decoding: DecodingOptions = DECODING,
    unknown: Literal["error", "skip"] = "error",
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show where a text is as a model expects, and where it surprises the model.

    Parameters
    ----------
    file
        A text file, or - for standard input, which is the default.
    text
        Score this text instead of a file.
    unknown
        What to do with characters that the model does not know.
    json
        Write one JSON object with every character, its probability and its surprisal in nats.
    """
    if file is not None and text is not None:
        raise UserError("give a file or --text, not both")
    how = decoding.make()
    read = read_input(file or "-", how) if text is None else how.normalize(text)
    language_model = load(model)
    if unknown == "skip":
        read = language_model.vocabulary.drop_unknown(read)
    if not read:
        raise UserError("there is no text to score")
    try:
        tokens = _read_with_progress(language_model, read)
    except UnknownSymbol as error:
        raise UserError(f"{error}; --unknown skip leaves it out") from error
    if json:
        print_json({"model": model, **_list_figures(tokens)})
    else:
        _show(tokens)


def _read_with_progress(model: LanguageModel, text: str) -> list[tuple[str, float]]:
    """Return the characters of a text with their surprisals; show a line if that takes long."""
    tokens: list[tuple[str, float]] = []
    with slow(stderr(), "reading the text …") as status:
        # Figures at once: a token holds the logits of the whole vocabulary.
        for token in model.score(text):
            tokens.append((token.character, token.surprisal))
            if len(tokens) % REPORTED == 0:
                status.update(f"reading the text … {len(tokens) / len(text):.0%}")
    return tokens


def _compute_mean(tokens: Sequence[tuple[str, float]]) -> float:
    return sum(surprisal for _, surprisal in tokens) / len(tokens)


def _list_figures(tokens: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Return the figures of a text for JSON, from its characters and their surprisals."""
    mean = _compute_mean(tokens)
    return {
        "characters": len(tokens),
        "nats_per_character": mean,
        "bits_per_character": mean / math.log(2),
        "tokens": [
            {"character": character, "probability": math.exp(-surprisal), "surprisal": surprisal}
            for character, surprisal in tokens
        ],
    }


def _show(tokens: Sequence[tuple[str, float]]) -> None:
    """Show the text in colours, the legend, and the mean."""
    shown = Text()
    for character, surprisal in tokens:
        shown.append(printable(character), STYLES[find_level(surprisal)])
    console = stdout()
    console.print(shown, soft_wrap=True)
    if console.color_system is None:
        console.print("(no colours here: --json gives the figure of each character)")
    else:
        legend = Text("nats ")
        for style, edge in zip(STYLES, (*EDGES, None), strict=True):
            legend.append(f" <{edge:g} " if edge is not None else f" {EDGES[-1]:g}+ ", style)
        console.print(legend)
    mean = _compute_mean(tokens)
    console.print(
        f"{len(tokens):,} characters, {mean:.4f} nats each ({mean / math.log(2):.4f} bits)"
    )
