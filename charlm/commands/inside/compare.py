"""`charlm inside compare`: where two models disagree about a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charlm.commands.inside.excerpts import mark
from charlm.commands.inside.output import (
    File,
    Html,
    Png,
    Words,
    choose_text,
    pick_scale,
    print_records,
    save_outputs,
)
from charlm.console.options import DECODING, DecodingOptions, Json, Model
from charlm.console.program import printable, stderr, stdout
from charlm.console.slow import slow
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from charlm.inside.disagreement import Disagreement

BEFORE, AFTER = 22, 8
"""Characters that are shown around a place."""


def compare(
    first: Model,
    second: Model,
    text: Words = None,
    /,
    *,
    file: File = None,
    places: int = 10,
    decoding: DecodingOptions = DECODING,
    png: Png = None,
    html: Html = None,
    json: Json = False,
) -> None:
    """Show where two models disagree about a text.

    The text is coloured by the difference of the surprisals: red where the second model is more
    surprised, blue where the first one is; the strongest colour is three nats and more. Then come
    the places of the largest difference, with what either model took for the likeliest.

    Parameters
    ----------
    places
        How many of these places to list.
    """
    from charlm.inside.disagreement import compare as compare_models
    from charlm.language_model import load

    if not 0 <= places <= 1000:
        raise UserError(f"--places must lie between 0 and 1000, not {places}")
    read = choose_text(text, file, decoding)
    models = load(first), load(second)
    with slow(stderr(), "reading the text …"):
        found = compare_models(*models, read)
    save_outputs(found, png, html)
    if json:
        means = {"mean_a": found.first.mean, "mean_b": found.second.mean}
        about = {"a": first, "b": second, **means, "places": found.places(places)}
        print_records(found, about)
    else:
        _show(found, places)


def _show(found: Disagreement, places: int) -> None:
    from charlm.console.tables import print_table
    from charlm.drawing.colored_text import color_text

    console = stdout()
    scale = pick_scale(console)
    console.print(color_text(found.text, found.scaled(), scale), soft_wrap=True)
    console.print(_make_legend(found, console), soft_wrap=True)
    console.print(printable(found.describe_means()), soft_wrap=True)
    if places:
        console.print()
        print_table(console, _make_table(found, places, console))


def _make_legend(found: Disagreement, console: Console) -> Text:
    from rich.text import Text

    from charlm.drawing.colored_text import name_signs

    scale = pick_scale(console)
    names = found.second.model, found.first.model
    legend = Text()
    for styles, color, name in zip(scale, name_signs(scale), names, strict=True):
        legend.append(f" {color} ", styles[4]).append(f" {printable(name)}   ")
    return legend.append("is more surprised")


def _make_table(found: Disagreement, places: int, console: Console) -> Table:
    """Return a table of the largest differences, each with the text around it."""
    from rich.table import Table

    from charlm.inside.neighbours import write_symbol

    table = Table(box=None)
    table.add_column("at", justify="right")
    table.add_column("the text there")
    for name in ("A", "B"):
        table.add_column(f"{name} nats", justify="right")
        table.add_column(f"{name} expects")
    for place in found.places(places):
        row = found.describe(place)
        before = found.text[max(0, place - BEFORE) : place].rjust(BEFORE)
        after = found.text[place + 1 : place + 1 + AFTER]
        shown = mark(console, before, write_symbol(row["character"]), after)
        cells = [
            cell
            for name in ("a", "b")
            for cell in (
                f"{row[f'surprisal_{name}']:.2f}",
                f"{write_symbol(row[f'likeliest_{name}'])} {row[f'probability_{name}']:.0%}",
            )
        ]
        table.add_row(f"{place:,}", shown, *cells)
    return table
