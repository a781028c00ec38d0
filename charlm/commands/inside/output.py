"""What all commands of `charlm inside` share: the text to read, and where figures go."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.extras import require_pictures
from charlm.console.options import INPUT, TEXT, DecodingOptions, Json
from charlm.console.program import notice, print_json, read_input, stderr
from charlm.console.slow import slow
from corpora.atomic import write_atomic
from corpora.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from charlm.drawing.colored_text import Scale
    from charlm.inside.results import Result

Words = Annotated[str | None, TEXT, Parameter(help="The text; or name a file with --file.")]
File = Annotated[
    str | None,
    INPUT,
    Parameter(help="Read the text from this file, or from standard input with -."),
]


def _check_place(kind: Any, path: Path | None) -> None:
    """Refuse a file that cannot be written before long work, which would be lost."""
    if path is None:
        return
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a file")
        folder = next(one for one in path.absolute().parents if one.exists())
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise ValueError(f"{path} cannot be written: {error.strerror}") from error
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file, no folder")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{folder} is a folder that you may not write to")


PLACE = Parameter(validator=_check_place)
DescribedPng = Annotated[Path | None, Parameter(validator=(_check_place, require_pictures))]
"""A PNG file of which the command says what is drawn into it."""
Png = Annotated[DescribedPng, Parameter(help="Write the picture into this PNG file.")]
Html = Annotated[Path | None, PLACE, Parameter(help="Write the coloured text into this HTML file.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Outputs:
    """Where figures go: the options of commands that have no page for their text."""

    png: Png = None
    json: Json = False


OUTPUTS = Outputs()
"""Figures go to the terminal, as text, when nothing else is asked for."""


def choose_text(text: str | None, file: str | None, decoding: DecodingOptions) -> str:
    """Return the text of an argument or of a file, without the line feed at its end.

    Raises:
        UserError: both are given, none is, or the file cannot be read.
    """
    how = decoding.make()
    if (text is None) == (file is None):
        raise UserError('give a text ("…") or --file, and not both')
    if file is not None:
        return read_input(file, how).removesuffix("\n")
    return how.normalize(text or "")


def check_units(layer: int | None, units: Sequence[int]) -> None:
    """Raise `UserError` if units are named without their layer."""
    if units and layer is None:
        raise UserError("--unit needs --layer: units are counted in each layer")


def save_outputs(result: Result, png: Path | None, html: Path | None = None) -> None:
    """Write the picture and the page of a result, where files were named for them.

    Raises:
        UserError: a file cannot be written.
    """
    if png is not None:
        from charlm.drawing.picture import Picture, save_picture

        with slow(stderr(), "drawing the picture …"):
            picture = result.plot()
            assert isinstance(picture, Picture)
            save_picture(picture, png)
        notice(f"written: {png}")
    if html is not None:
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>charlm inside</title>'
            f"<body>{result._repr_html_()}</body></html>\n"
        )
        write_atomic(html, page.encode("utf-8", "replace"))
        notice(f"written: {html}")


def print_records(result: Result, about: Mapping[str, Any]) -> None:
    """Print what a result is about, and its records, as one JSON object."""
    print_json({**about, "records": result.records()})


def shows_colors(console: Console) -> bool:
    """Return whether a console shows colours: a pipe does not, nor a terminal with NO_COLOR."""
    return console.color_system is not None and not console.no_color


def pick_scale(console: Console) -> Scale:
    """Return the colours that this terminal can show."""
    from charlm.drawing.colored_text import ON_DARK, PLAIN, SIXTEEN

    if not shows_colors(console):
        return PLAIN
    return SIXTEEN if console.color_system in ("standard", "windows") else ON_DARK


def format_figure(value: float) -> str:
    """Return four decimals, or three digits of a number that four decimals would not show."""
    if value == 0 or 5e-5 <= abs(value) < 1e4:
        return f"{value + 0.0:.4f}"
    return f"{value:.2e}"
