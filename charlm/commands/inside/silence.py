"""`charlm inside silence`: what is lost when units, layers or gates are silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from charlm.commands.inside.corpus_part import PartOfText, read_part
from charlm.commands.inside.output import OUTPUTS, Outputs, check_units, print_records, save_outputs
from charlm.console.options import CORPUS_OPTIONS, SEVERAL, SWITCH, Corpus, CorpusOptions, Model
from charlm.console.program import printable, stderr, stdout
from charlm.console.slow import counting
from charlm.generation.hold import default_field
from charlm.inside.silencing.silencing import (
    CHARACTERS,
    CHARACTERS_OF_MEANS,
    TOP,
    At,
    check_request,
    estimate_work,
    list_targets,
)
from charlm.inside.silencing.silencing import silence as measure
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from charlm.inside.silencing.held_streams import Loss
    from charlm.inside.silencing.silencing import Silencing


def silence(
    model: Model = DEFAULT_MODEL,
    corpus: Corpus = "war_and_peace",
    /,
    *,
    split: PartOfText = "validation",
    layer: int | None = None,
    unit: Annotated[tuple[int, ...], SEVERAL] = (),
    of: str | None = None,
    at: At = "mean",
    top: int = TOP,
    characters: int = CHARACTERS,
    every: Annotated[bool, SWITCH] = False,
    reading: CorpusOptions = CORPUS_OPTIONS,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Measure what a model loses when a unit, a layer or a gate is silenced.

    What is silenced is held at its mean, or at zero, while the model reads: it then says nothing of
    what was read. The loss grows by so many nats per character; beside each unit stand the
    characters that it costs most. `charlm generate --hold` writes with a unit held.

    Parameters
    ----------
    layer
        Silence units of this layer only, counted from 1 at the bottom.
    unit
        Silence these units of the layer only, counted from 0: --unit 42 17.
    of
        What of a unit is held. LSTM: hidden, cell, input, forget, candidate, output; GRU: hidden,
        reset, update, candidate; RNN: hidden. By default the cell of an LSTM, else hidden.
    at
        Hold it at its mean over 20,000 characters, or at zero.
    top
        Show this many units, first the one that matters most.
    characters
        Predict this many characters with each of them silenced.
    every
        Silence every unit of a large model, however long it takes; otherwise those that count most
        by an estimate from gradients.
    """
    _check(layer, unit, top, characters)
    language_model = load(model)

    below = None if layer is None else layer - 1
    field = default_field(language_model.config.cell) if of is None else of
    check_request(language_model.config, below, unit, field)
    wanted = max(CHARACTERS_OF_MEANS, characters)
    text = read_part(language_model, corpus, split, wanted, reading, model)
    count = len(list_targets(language_model.config, below, unit, field))
    total = estimate_work(language_model, text, count, at, characters, every)
    with counting(stderr(), "silencing", total) as progress:
        found = measure(
            language_model,
            text,
            layer=below,
            units=unit,
            of=of,
            at=at,
            top=top,
            characters=characters,
            every=every,
            progress=progress,
        )
    save_outputs(found, outputs.png)
    if outputs.json:
        print_records(found, {"model": model, "corpus": corpus, "split": split, **_about(found)})
    else:
        _show(found)


def _check(layer: int | None, units: tuple[int, ...], top: int, characters: int) -> None:
    check_units(layer, units)
    if top < 1:
        raise UserError(f"--top must be at least 1, not {top}")
    if characters < 2:
        raise UserError(f"--characters must be at least 2, not {characters}")


def _about(found: Silencing) -> dict[str, object]:
    return {
        "at": found.at,
        "characters": found.characters,
        "loss": found.loss,
        "measured": found.measured,
        "candidates": found.candidates,
    }


def _show(found: Silencing) -> None:
    console = stdout()
    console.print(
        printable(
            f"{found.model}: {found.loss:.3f} nats per character on {found.characters:,} characters"
        ),
        soft_wrap=True,
    )
    value = "zero" if found.at == "zero" else "its mean"
    console.print(f"\nwhat the loss grows by with all of a layer held at {value}, in nats")
    _show_layers(console, found.layers)
    if found.at == "zero" and len({one.target.field for one in found.layers}) > 1:
        console.print("(at zero, the other parts of a layer silence it as its hidden state does)")
    field = found.units[0].target.field
    console.print(f"\nunits that matter most, with their {field} held at {value}")
    _show_units(console, found.units)
    if found.measured < found.candidates:
        console.print(
            f"({found.measured:,} of {found.candidates:,} units were silenced, chosen by an "
            "estimate from gradients; --every takes all)",
            soft_wrap=True,
        )


def _show_layers(console: Console, losses: Sequence[Loss]) -> None:
    from rich.table import Table

    from charlm.console.tables import print_table

    fields = list(dict.fromkeys(one.target.field for one in losses))
    table = Table("layer", box=None)
    for field in fields:
        table.add_column(field, justify="right")
    grown = {(one.target.layer, one.target.field): one.increase for one in losses}
    for layer in sorted({layer for layer, _ in grown}):
        table.add_row(str(layer + 1), *(f"{grown[layer, field]:+.3f}" for field in fields))
    print_table(console, table)


WIDTH = 20
"""Columns of the longest bar."""


def _show_units(console: Console, losses: Sequence[Loss]) -> None:
    from rich.table import Table

    from charlm.console.tables import print_table
    from charlm.inside.neighbours import write_symbol

    table = Table("unit", box=None)
    table.add_column("nats", justify="right")
    table.add_column("±", justify="right")
    table.add_column("")
    table.add_column("costs most")
    largest = max(one.increase for one in losses)
    for one in losses:
        share = max(0.0, one.increase) / largest if largest > 0 else 0.0
        costs = ", ".join(f"{write_symbol(symbol)} {more:+.2f}" for symbol, more in one.hurt)
        table.add_row(
            one.target.name,
            f"{one.increase:+.4f}",
            f"{one.error:.4f}",
            "█" * round(WIDTH * share),
            costs,
        )
    print_table(console, table)
