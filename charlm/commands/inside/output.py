"""What all commands of `charlm inside` share: the text to read, and where figures go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.options import INPUT, TEXT, DecodingOptions
from charlm.console.program import notice, print_json, read_input, stdout
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
Png = Annotated[Path | None, Parameter(help="Write the picture into this PNG file.")]
Html = Annotated[Path | None, Parameter(help="Write the coloured text into this HTML file.")]


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


def save_outputs(result: Result, png: Path | None, html: Path | None = None) -> None:
    """Write the picture and the page of a result, where files were named for them.

    Raises:
        UserError: a file cannot be written.
    """
    if png is not None:
        from charlm.drawing.picture import Picture, save_picture

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


def pick_scale(console: Console) -> Scale:
    """Return the colours that this terminal can show."""
    from charlm.drawing.colored_text import ON_DARK, PLAIN, SIXTEEN

    if console.color_system is None:
        return PLAIN
    return SIXTEEN if console.color_system in ("standard", "windows") else ON_DARK


def open_console() -> Console:
    """Return the console of a command's figures."""
    return stdout()


def format_figure(value: float) -> str:
    """Return four decimals, or three digits of a number that four decimals would not show."""
    if value == 0 or 5e-5 <= abs(value) < 1e4:
        return f"{value + 0.0:.4f}"
    return f"{value:.2e}"
