"""`charlm inside trace`: a text, coloured by what units of a model do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from charlm.commands.inside.other_kinds import show_other_kind
from charlm.commands.inside.output import (
    File,
    Html,
    Png,
    Words,
    check_units,
    choose_text,
    pick_scale,
    print_records,
    save_outputs,
)
from charlm.console.options import DECODING, SEVERAL, DecodingOptions, Json, Model
from charlm.console.program import printable, stderr, stdout
from charlm.console.slow import slow
from charlm.language_model import DEFAULT_MODEL, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.inside.traces import Trace, Unit, UnitTrace
    from charlm.language_model import LanguageModel


def trace(
    model: Model = DEFAULT_MODEL,
    text: Words = None,
    /,
    *,
    file: File = None,
    layer: int | None = None,
    unit: Annotated[tuple[int, ...], SEVERAL] = (),
    of: str | None = None,
    top: int | None = None,
    by: Literal["change", "variance", "effect"] = "change",
    decoding: DecodingOptions = DECODING,
    png: Png = None,
    html: Html = None,
    json: Json = False,
) -> None:
    """Colour a text by what units of a model do while it reads.

    Red is positive, blue negative, and the strongest value of each unit has the strongest colour;
    gates lie from 0 to 1. One unit colours the text, several units are rows. Without --unit, the
    ten units that change most are shown, of all layers or of --layer.

    The text of a classifier is coloured by its probability after each word, or by a --unit. The
    command of a translator is followed action by action, with the attention beside the units.

    Parameters
    ----------
    layer
        The layer, counted from 1 at the bottom.
    unit
        Units of that layer, counted from 0: --unit 42 17.
    of
        What to show of them. LSTM: hidden, cell, input, forget, candidate, output; GRU: hidden,
        reset, update, candidate; RNN: hidden. By default the cell of an LSTM, else hidden.
        `effect`: what the unit adds to the log-probability of the next character.
    top
        Show the units that are first in the order of --by, this many.
    by
        Order of the units: by change from character to character, by variance, or by the size of
        their effect on the next character.
    """
    from charlm.inside.other_kinds import TraceRequest

    check_units(layer, unit)
    if unit and top is not None:
        raise UserError("give --unit or --top, not both")
    if top is not None and top < 1:
        raise UserError(f"--top must be at least 1, not {top}")
    read = choose_text(text, file, decoding)
    level = layer - 1 if layer is not None else None
    request = TraceRequest(text=read, layer=level, units=unit, of=of, top=top, by=by)
    if show_other_kind(model, "trace", request, png=png, html=html, json=json):
        return
    language_model = load(model)
    with slow(stderr(), "reading the text …"):
        traced = _read(language_model, read, of, by if top is not None or not unit else "change")
    chosen = _choose(traced, layer, unit, top, by, of)
    found = traced.select(chosen, of)
    save_outputs(found, png, html)
    if json:
        print_records(found, {"model": model, "of": found.field})
    else:
        _show(found)


SHOWN = 10
"""Units that are shown when none is named."""


def _read(model: LanguageModel, text: str, of: str | None, by: str) -> Trace:
    from charlm.generation.hold import default_field
    from charlm.inside.traces import trace as read_trace

    if "effect" not in (of, by):
        field = default_field(model.config.cell) if of is None else of
        return read_trace(model, text, fields=[field])
    from charlm.inside.effects import add_effects

    return add_effects(model, read_trace(model, text))


def _choose(
    traced: Trace,
    layer: int | None,
    units: tuple[int, ...],
    top: int | None,
    by: Literal["change", "variance", "effect"],
    of: str | None,
) -> list[Unit]:
    from charlm.generation.hold import check_layer

    if layer is not None:
        check_layer(layer - 1, traced.config)
        if units:
            return [(layer - 1, unit) for unit in dict.fromkeys(units)]
    size = traced.config.num_layers * traced.config.hidden_size
    ranked = traced.top(size, by, of)
    return [unit for unit in ranked if layer is None or unit[0] == layer - 1][: top or SHOWN]


def _show(found: UnitTrace) -> None:
    from charlm.drawing.colored_text import color_text, name_signs
    from charlm.drawing.unit_rows import draw_rows
    from charlm.inside.traces import name_unit

    console = stdout()
    scale = pick_scale(console)
    names = [name_unit(unit) for unit in found.units]
    if len(found.units) == 1:
        console.print(color_text(found.text, found.scaled()[:, 0], scale), soft_wrap=True)
    else:
        rows = draw_rows(found.text, found.scaled().T, names, min(console.width, 160), scale)
        console.print(rows, soft_wrap=True)
    about = f"{found.field} of {', '.join(names) if len(names) < 4 else f'{len(names)} units'}"
    positive, negative = name_signs(scale)
    low, high = float(found.values.min()), float(found.values.max())
    about += f" in {found.model}: {low:.2f} to {high:.2f}, {negative} - and {positive} +"
    console.print(printable(about), soft_wrap=True)
