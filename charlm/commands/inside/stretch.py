"""`charlm inside stretch`: units that are on in a stretch, and other stretches like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.table import Table

from charlm.commands.inside.corpus_part import read_part
from charlm.commands.inside.excerpts import mark
from charlm.commands.inside.output import OUTPUTS, File, Outputs, choose_text, save_outputs
from charlm.console.options import CORPUS_OPTIONS, TEXT, Corpus, CorpusOptions, Model
from charlm.console.program import print_json, printable, stderr, stdout
from charlm.console.slow import counting
from charlm.console.tables import print_table
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError
from corpora.text.encoded import Split

if TYPE_CHECKING:
    from charlm.inside.units.stretches import StretchSearch

SHOWN_UNITS = 12
"""Units that are named, at most."""
LONGEST = 30
"""Characters of a stretch that are shown."""


def stretch(
    model: Model = DEFAULT_MODEL,
    corpus: Corpus = "war_and_peace",
    /,
    *,
    text: Annotated[str | None, TEXT, Parameter(help="The text with the stretch.")] = None,
    file: File = None,
    select: Annotated[str | None, TEXT] = None,
    first: Annotated[int | None, Parameter(name="--from")] = None,
    end: Annotated[int | None, Parameter(name="--to")] = None,
    of: str | None = None,
    threshold: float = 0.3,
    split: Split = "validation",
    characters: int = 100_000,
    count: int = 10,
    reading: CorpusOptions = CORPUS_OPTIONS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Find the units that are on in a stretch of a text, and other stretches like it.

    The units are those that are on throughout the stretch, and off at the character before it and
    at the one after it. Then a corpus is searched for stretches in which they are on together: most
    units first, then the longest. The state after a character counts as that of the character: a
    quotation begins with its opening mark, and ends before its closing one.

    The method is that of LSTMVis (Strobelt et al. 2016).

    Parameters
    ----------
    select
        The stretch: a part of the text, where it first occurs.
    first
        The stretch: its first character, counted from 0.
    end
        The character after the last of the stretch.
    of
        What of the units: by default the cell of an LSTM, else hidden; or a gate.
    threshold
        A unit is on above this value, or below its negative; 0 asks for the sign alone.
    split
        Part of the corpus to search: the first 80 %, the next 10 %, the last 10 %, or all of it.
    characters
        Characters of it to search, from its start.
    count
        Stretches to show, at most.
    """
    from charlm.inside.units.stretches import find_stretches, select_units

    read = choose_text(text, file, reading)
    start, end = _locate(read, select, first, end)
    language_model = load(model)
    select_units(language_model, read, start, end, of=of, threshold=threshold)  # checks all of it
    other = read_part(language_model, corpus, split, characters, reading, model)
    with counting(stderr(), "searching", len(other)) as progress:
        found = find_stretches(
            language_model, read, start, end, other,
            of=of, threshold=threshold, count=count, progress=progress,
        )  # fmt: skip
    save_outputs(found, outputs.png)
    if outputs.json:
        selected = {"start": start, "end": end, "stretch": read[start:end]}
        units = {"of": found.trace.field, "units": found.describe_units()}
        where = {"corpus": corpus, "split": split, "characters": len(other)}
        print_json({"model": model, **selected, **units, **where, "records": found.records()})
    else:
        _show(found, f"{len(other):,} characters of {corpus}, {split}")


def _locate(text: str, select: str | None, first: int | None, end: int | None) -> tuple[int, int]:
    """Return where the stretch begins and ends."""
    if (select is None) == (first is None and end is None):
        raise UserError('give --select "…", or --from and --to, and not both')
    if select is not None:
        if not select or select not in text:
            raise UserError(f"the text does not hold {select!r}")
        start = text.index(select)
        return start, start + len(select)
    if first is None or end is None:
        raise UserError("--from and --to go together")
    return first, end


def _show(found: StretchSearch, where: str) -> None:
    console = stdout()
    start, end = found.start, found.end
    console.print(
        mark(console, found.text[:start], found.text[start:end], found.text[end:]), soft_wrap=True
    )
    names = found.describe_units()
    if not names:
        line = (
            f"no unit's {found.trace.field} is on in this stretch alone; take another --threshold"
        )
        console.print(printable(f"{line}, or a stretch one character longer or shorter"))
        return
    more = f" and {len(names) - SHOWN_UNITS} more" if len(names) > SHOWN_UNITS else ""
    noun = "unit is" if len(names) == 1 else "units are"
    console.print(
        printable(
            f"{len(names)} {noun} on in it and off just outside ({found.trace.field} beyond "
            f"{found.threshold:g}): {', '.join(names[:SHOWN_UNITS])}{more}"
        ),
        soft_wrap=True,
    )
    console.print(printable(f"\nin {where}:"), soft_wrap=True)
    if not found.matches:
        console.print("no stretch has half of these units on")
        return
    table = Table(box=None)
    for heading in ("units", "length", "place"):
        table.add_column(heading, justify="right")
    table.add_column("text")
    for row in found.records():
        shown = mark(
            console, row["before"][-12:], row["stretch"], row["after"][:10], longest=LONGEST
        )
        table.add_row(str(row["units"]), f"{row['length']:,}", f"{row['position']:,}", shown)
    print_table(console, table)
