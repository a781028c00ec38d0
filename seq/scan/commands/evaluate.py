"""`charlm scan evaluate`: exact match of a translator on the test commands of a split."""

from __future__ import annotations

from rich.table import Table

from charlm.console.options import InPrecision, Json, Model, OnDevice
from charlm.console.program import format_name, notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table


def evaluate(
    model: Model = "scan",
    /,
    *,
    split: str | None = None,
    errors: int = 3,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Json = False,
) -> None:
    """Report how many test commands of a split are translated without a mistake, by length.

    Parameters
    ----------
    split
        Split whose test commands are translated; by default the split that the model was trained
        on.
    errors
        Number of mistakes to show; --json shows all.
    """
    from corpora.scan import splits
    from seq.scan.library import find_split, load
    from seq.scan.metrics import report

    translator = load(model, device=device, precision=precision)
    chosen = splits.load(split or find_split(model), notice=notice)
    with stderr().status(f"translating {len(chosen.test):,} commands …"):
        found = report(translator, chosen.test)
    if json:
        about = {"model": model, "split": chosen.name, "official": chosen.official}
        print_json({**about, **found.to_json()})
        return
    console = stdout()
    console.print(
        printable(f"{model} on the test commands of {chosen.name}: {found.right:,} of ")
        + f"{found.commands:,} right, exact match {found.exact_match:.2%}",
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False)
    for heading in ("actions", "commands", "right", "exact match"):
        table.add_column(heading, justify="right")
    for row in found.by_length:
        match = f"{row.right / row.commands:.2%}"
        table.add_row(f"{row.shortest}–{row.longest}", f"{row.commands:,}", f"{row.right:,}", match)
    print_table(console, table)
    for mistake in found.mistakes[: max(0, errors)]:
        console.print(f"\n{format_name(mistake.command)}", soft_wrap=True)
        console.print(f"  is   {format_name(mistake.wanted)}", soft_wrap=True)
        console.print(f"  not  {format_name(mistake.said)}", soft_wrap=True)
