"""`charlm corpora`: list or fetch the texts that are known by name, and clean the cache."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from charlm.console.download_bar import DownloadBar
from charlm.console.options import Json
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.runs.hub import remove_fetched
from corpora.errors import UserError
from corpora.known.catalog import CATALOG, Entry, lookup
from corpora.known.clean import clean as remove
from corpora.known.fetch import fetch, place
from corpora.places import cache_dir, mirror_dir
from corpora.temporary import Freed

app = App(
    name="corpora",
    help="List the texts and series that are known by name, fetch a text, or clean the cache.",
    version_flags=(),
)


def _find_origin(entry: Entry) -> str:
    """Return where a text or a series would come from now, in words."""
    if any(source.packaged for source in entry.sources):
        return "ships with charlm"
    if (cache_dir() / "corpora" / f"{entry.name}.txt").exists():
        return "cached"
    mirror = mirror_dir()
    held = [source.mirror for source in entry.sources if source.mirror is not None]
    if mirror is not None and any((mirror / path).exists() for path in held):
        return "mirror"
    return "network"


def _list_series() -> list[dict[str, str]]:
    """Return the series that were measured and have a name."""
    from corpora.series.known import KNOWN

    return [
        {
            "name": name,
            "title": known.entry.title,
            "licence": known.entry.licence,
            "where": _find_origin(known.entry),
        }
        for name, known in KNOWN.items()
    ]


@app.default
def corpora(*, json: Json = False) -> None:
    """List the texts and the series of numbers that are known by name.

    Texts are for `charlm train`, series for `charlm forecast`.
    """
    found = [
        {
            "name": entry.name,
            "title": entry.title,
            "language": entry.language,
            "licence": entry.licence,
            "path": entry.path,
            "where": _find_origin(lookup(entry.name)),
        }
        for entry in CATALOG.values()
    ]
    series = _list_series()
    if json:
        print_json({"corpora": found, "series": series})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "title", "licence", "where"):
        table.add_column(heading)
    for row in [*found, *series]:
        table.add_row(*(Text(row[key]) for key in ("name", "title", "licence", "where")))
    print_table(stdout(), table)


@app.command
def get(name: str, path: str | None = None, /) -> None:
    """Fetch a text, and print its path.

    Parameters
    ----------
    name
        A name that `charlm corpora` lists.
    path
        Write the text to this file, or into this folder; by default it stays in the cache. A file
        that holds something else is not overwritten.
    """
    if path is not None and not path.strip():
        raise UserError("the path is empty; name a file or a folder")
    with closing(DownloadBar(stderr())) as bar:
        if path is None:
            placed = fetch(name, progress=bar, notice=notice)
        else:
            target = Path(path, f"{name}.txt") if path.endswith("/") else Path(path)
            placed = place(name, target, progress=bar, notice=notice)
    stdout().print(printable(str(placed)), soft_wrap=True)


@app.command
def clean(
    *,
    everything: Annotated[bool, Parameter(name="--all", negative="")] = False,
    models: Annotated[bool, Parameter(name="--hub", negative="")] = False,
    json: Json = False,
) -> None:
    """Remove what killed programs left, and old encoded texts.

    Texts are encoded again when they are needed. Downloaded texts stay.

    Parameters
    ----------
    everything
        Remove all encoded texts, not only those that this version cannot read and those that were
        not used for the longest time, beyond 2 GB.
    models
        Remove all models that were fetched from the Hugging Face hub as well.
    """
    cleaned = remove(everything=everything)
    fetched = remove_fetched() if models else None
    if json:
        parts = {"temporary": cleaned.temporary, "texts": cleaned.texts, "kept": cleaned.kept}
        parts |= {"models": fetched} if fetched else {}
        print_json({"folder": str(cleaned.folder), **{k: vars(v) for k, v in parts.items()}})
        return
    stdout().print(
        f"removed {_describe(cleaned.temporary, 'temporary file')} and "
        f"{_describe(cleaned.texts, 'encoded text')}; {_describe(cleaned.kept, 'encoded text')} "
        f"left in {cleaned.folder}",
        soft_wrap=True,
    )
    if fetched is not None:
        stdout().print(f"removed {_describe(fetched, 'model')} of the hub", soft_wrap=True)


def _describe(freed: Freed, noun: str) -> str:
    """Return a number and a size, in words."""
    size = freed.bytes / 1e6
    amount = f"{size / 1e3:.1f} GB" if size >= 1e3 else f"{size:.1f} MB"
    return f"{freed.count:,} {noun}{'' if freed.count == 1 else 's'} ({amount})"
