"""`charlm corpora`: list or fetch the texts that are known by name."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from cyclopts import App
from rich.table import Table
from rich.text import Text

from charlm.console.download_bar import DownloadBar
from charlm.console.options import Json
from charlm.console.program import notice, print_json, stderr, stdout
from corpora.known.catalog import CATALOG, lookup
from corpora.known.fetch import fetch, place
from corpora.places import cache_dir, mirror_dir

app = App(
    name="corpora",
    help="List the texts that are known by name, or fetch one.",
    version_flags=(),
)


def _find_origin(name: str) -> str:
    """Return where a text would come from now, in words."""
    entry = lookup(name)
    if any(source.packaged for source in entry.sources):
        return "ships with charlm"
    if (cache_dir() / "corpora" / f"{name}.txt").exists():
        return "cached"
    mirror = mirror_dir()
    held = [source.mirror for source in entry.sources if source.mirror is not None]
    if mirror is not None and any((mirror / path).exists() for path in held):
        return "mirror"
    return "network"


@app.default
def corpora(*, json: Json = False) -> None:
    """List the texts that are known by name."""
    found = [
        {
            "name": entry.name,
            "title": entry.title,
            "language": entry.language,
            "licence": entry.licence,
            "path": entry.path,
            "where": _find_origin(entry.name),
        }
        for entry in CATALOG.values()
    ]
    if json:
        print_json({"corpora": found})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "title", "licence", "where"):
        table.add_column(heading)
    for row in found:
        table.add_row(*(Text(row[key]) for key in ("name", "title", "licence", "where")))
    stdout().print(table)


@app.command
def get(name: str, path: Path | None = None, /) -> None:
    """Fetch a text, and print its path.

    Parameters
    ----------
    name
        A name that `charlm corpora` lists.
    path
        Write the text to this path; by default it stays in the cache.
    """
    with closing(DownloadBar(stderr())) as bar:
        if path is None:
            placed = fetch(name, progress=bar, notice=notice)
        else:
            placed = place(name, path, progress=bar, notice=notice)
    stdout().print(str(placed), soft_wrap=True)
