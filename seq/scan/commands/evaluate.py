"""`charlm scan evaluate`: exact match of a translator on the test commands of a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.table import Table

from charlm.console.options import InPrecision, Json, Model, OnDevice
from charlm.console.program import format_name, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from seq.scan.commands.tested import TestSplit, translate_test

if TYPE_CHECKING:
    from rich.console import Console

    from seq.scan.metrics import Report
    from seq.scan.origins import Share

ORIGINS = {
    "trained on": "commands that it was trained on",
    "made": "commands that rules made for its training",
    "not made": "commands that no rule made",
    "longer": "of these, longer than all that it was trained on",
}
"""What the origins of test commands are called."""


def evaluate(
    model: Model = "scan",
    /,
    *,
    split: TestSplit = None,
    errors: int = 3,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Json = False,
) -> None:
    """Report how many test commands of a split are translated without a mistake, by length.

    Where a model was trained on made pairs as well (--ideas), the test commands that were made are
    counted apart from the others.

    Parameters
    ----------
    errors
        Number of mistakes to show; --json shows all.
    """
    tested = translate_test(model, split, device, precision)
    chosen, found = tested.split, tested.report
    shares: Sequence[Share] = ()
    if tested.trained_on.pairs.ideas != "plain":
        from seq.scan.origins import find_origins

        with stderr().status("looking for the test commands in what was trained on …"):
            shares = find_origins(chosen.test, tested.trained_on).count(found.wrong)
    if json:
        about = {"model": model, "split": chosen.name, "official": chosen.official}
        print_json({**about, **found.to_json(), "by_origin": [asdict(one) for one in shares]})
        return
    console = stdout()
    console.print(
        printable(f"{model} on the test commands of {chosen.name}: {found.right:,} of ")
        + f"{found.commands:,} right, exact match {found.exact_match:.2%}",
        soft_wrap=True,
    )
    _print_counts(console, found, shares)
    for mistake in found.mistakes[: max(0, errors)]:
        console.print(f"\n{format_name(mistake.command)}", soft_wrap=True)
        console.print(f"  is   {format_name(mistake.wanted)}", soft_wrap=True)
        console.print(f"  not  {format_name(mistake.said)}", soft_wrap=True)


def _print_counts(console: Console, found: Report, shares: Sequence[Share]) -> None:
    """Print how many commands are right, by length and by origin."""
    table = Table(box=None, pad_edge=False)
    for heading in ("actions", "commands", "right", "exact match"):
        table.add_column(heading, justify="right")
    for row in found.by_length:
        match = f"{row.right / row.commands:.2%}"
        table.add_row(f"{row.shortest}–{row.longest}", f"{row.commands:,}", f"{row.right:,}", match)
    print_table(console, table)
    for share in shares:
        line = f"{share.right:,} of {share.commands:,} right, {share.right / share.commands:.2%}"
        console.print(f"{ORIGINS[share.origin]}: {line}", soft_wrap=True)
