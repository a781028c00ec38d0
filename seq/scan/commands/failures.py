"""`charlm scan failures`: what goes wrong where a translator is wrong, by kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from charlm.console.options import InPrecision, Json, Model, OnDevice
from charlm.console.program import format_name, print_json, printable, stdout
from charlm.console.tables import print_table
from corpora.errors import UserError
from seq.scan.commands.tested import TestSplit, translate_test

if TYPE_CHECKING:
    from rich.console import Console

    from seq.scan.failures import Kind, WordFailures
    from seq.scan.metrics import Mistake, Report


def failures(
    model: Model = "scan",
    split: TestSplit = None,
    /,
    *,
    shown: int = 2,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Json = False,
) -> None:
    """List the mistakes on the test commands of a split by kind, and the words where they are made.

    Parameters
    ----------
    shown
        Number of examples of each kind; --json shows all.
    """
    if shown < 0:
        raise UserError(f"--shown cannot be negative, not {shown}")
    from seq.scan.failures import count_by_word, sort_mistakes

    tested = translate_test(model, split, device, precision)
    chosen, found = tested.split, tested.report
    kinds = sort_mistakes(found.mistakes)
    words = count_by_word(chosen.test, found.mistakes)
    if json:
        print_json(_to_json(model, chosen.name, found, kinds, words))
        return
    console = stdout()
    console.print(
        printable(f"{model} on the test commands of {chosen.name}: {len(found.mistakes):,} of ")
        + f"{found.commands:,} wrong",
        soft_wrap=True,
    )
    if kinds:
        _print_kinds(console, kinds, shown)
        _print_words(console, words)


def _print_kinds(console: Console, kinds: dict[Kind, list[Mistake]], shown: int) -> None:
    from seq.scan.failures import MEANINGS

    for kind, mistakes in kinds.items():
        console.print(f"\n{kind}: {len(mistakes):,}, {MEANINGS[kind]}", soft_wrap=True)
        for mistake in mistakes[:shown]:
            console.print(f"  {format_name(mistake.command)}", soft_wrap=True)
            console.print(f"    is   {format_name(mistake.wanted)}", soft_wrap=True)
            console.print(f"    not  {format_name(mistake.said) or 'nothing'}", soft_wrap=True)


def _print_words(console: Console, words: list[WordFailures]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("commands with")
    for heading in ("there are", "wrong", "share"):
        table.add_column(heading, justify="right")
    for one in words:
        share = f"{one.wrong / one.commands:.1%}"
        table.add_row(format_name(one.word), f"{one.commands:,}", f"{one.wrong:,}", share)
    console.print()
    print_table(console, table)


def _to_json(
    model: str,
    split: str,
    found: Report,
    kinds: dict[Kind, list[Mistake]],
    words: list[WordFailures],
) -> dict[str, Any]:
    """Return the mistakes as an object for JSON."""
    return {
        "model": model,
        "split": split,
        "commands": found.commands,
        "wrong": len(found.mistakes),
        "kinds": {kind: [asdict(one) for one in mistakes] for kind, mistakes in kinds.items()},
        "words": [asdict(one) for one in words],
    }
