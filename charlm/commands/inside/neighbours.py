"""`charlm inside neighbours`: what lies near a symbol in the embedding, and a map of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.commands.inside.output import OUTPUTS, Outputs, save_outputs
from charlm.console.options import TEXT, Model
from charlm.console.program import print_json, printable, stderr, stdout
from charlm.console.slow import slow
from charlm.console.tables import print_table
from charlm.language_model import DEFAULT_MODEL

if TYPE_CHECKING:
    from rich.table import Table

    from charlm.inside.neighbours import Neighbours

HEIGHT = 20
"""Lines of the map."""


def neighbours(
    model: Model = DEFAULT_MODEL,
    symbol: Annotated[str | None, TEXT, Parameter()] = None,
    /,
    *,
    top: int = 10,
    outputs: Outputs = OUTPUTS,
) -> None:
    r"""Show which symbols lie near each other in the embedding of a model of any kind.

    A map shows all symbols, or the most frequent words, in the plane in which their vectors vary
    most. Symbols that would cover each other are moved apart a little.

    Parameters
    ----------
    symbol
        A character, or a word for a classifier: the symbols are listed whose vectors have the
        greatest cosine with its vector. A space is typed as space, a line feed as \n. Without
        it, the closest pairs are listed.
    top
        How many to list.
    """
    from charlm.inside.neighbours import find_neighbours

    with slow(stderr(), "reading the model …"):
        found = find_neighbours(model, symbol, count=top)
    save_outputs(found, outputs.png)
    if outputs.json:
        names = [found.embedding.symbols[number] for number in found.shown]
        print_json(
            {
                "model": model,
                "symbol": found.symbol,
                "explained": list(found.explained),
                "records": found.records(),
                "map": [
                    {"symbol": name, "x": x, "y": y}
                    for name, (x, y) in zip(names, found.points.tolist(), strict=True)
                ],
            }
        )
    else:
        _show(found)


def _show(found: Neighbours) -> None:
    from charlm.drawing.symbol_map import draw_map

    console = stdout()
    if len(found.embedding.symbols) < 2:
        only = found.embedding.symbols[0]
        line = f"{found.embedding.model} knows {only!r} only: it has no neighbour"
        console.print(printable(line), soft_wrap=True)
        return
    drawn, hidden = draw_map(found.map(), min(console.width, 120), HEIGHT)
    console.print(drawn, soft_wrap=True)
    first, second = found.explained
    about = (
        f"{found.embedding.model}, {found.describe_map()}, by two components with {first:.0%} and "
        f"{second:.0%} of the variance"
    )
    if hidden:
        about += f"; {hidden:,} found no place here (--png has them as dots)"
    console.print(printable(about), style="dim")
    console.print()
    print_table(console, _make_table(found))


def _make_table(found: Neighbours) -> Table:
    from rich.table import Table

    from charlm.inside.neighbours import write_symbol

    table = Table(box=None)
    if found.symbol is None:
        table.add_column("closest pairs")
    else:
        table.add_column(f"nearest to {write_symbol(found.symbol)}")
    table.add_column("cosine", justify="right")
    for one, other, cosine in found.nearest:
        pair = write_symbol(other)
        if found.symbol is None:
            pair = f"{write_symbol(one)}  {pair}"
        table.add_row(pair, f"{cosine:.3f}")
    return table
