"""`charlm scan info`: vocabularies and parameters with and without attention."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from charlm.console.options import Json, make_options
from charlm.console.program import print_json, stdout
from charlm.console.tables import print_table
from corpora.scan.grammar import ACTIONS, WORDS
from seq.scan.config import TranslatorConfig

Options = make_options(TranslatorConfig, module=__name__, default="default")


def info(
    *,
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> None:
    """Show the vocabularies, and the trainable parameters with and without attention.

    `charlm info MODEL` shows them for one trained model.

    """
    from seq.scan.model import Translator
    from seq.scan.vocabularies import Languages

    config = TranslatorConfig().replace(vars(options))
    languages = Languages.from_symbols(WORDS, ACTIONS)
    attentive = config if config.attention != "none" else replace(config, attention="scaled_dot")
    bare = replace(config, attention="none", lexicon=False, walking=False, input_feeding=False)
    counts = {
        shape.attention: Translator(
            shape, len(languages.source), len(languages.target)
        ).parameter_counts()
        for shape in (bare, attentive)
    }
    if json:
        sizes = {"source": len(languages.source), "target": len(languages.target)}
        print_json({"vocabulary": sizes, "parameters": counts})
        return
    console = stdout()
    for name, side in (("source", languages.source), ("target", languages.target)):
        console.print(f"{name}: {len(side)} symbols, {' '.join(side.symbols)}", soft_wrap=True)
    table = Table(box=None, pad_edge=False)
    table.add_column("trainable parameters")
    for attention in counts:
        heading = "without attention" if attention == "none" else f"with attention ({attention})"
        table.add_column(heading, justify="right")
    parts = dict.fromkeys(part for count in counts.values() for part in count)
    for part in parts:
        numbers = (f"{count.get(part, 0):,}" for count in counts.values())
        table.add_row(part.replace("_", " "), *numbers)
    table.add_row("all", *(f"{sum(count.values()):,}" for count in counts.values()))
    console.print()
    print_table(console, table)
