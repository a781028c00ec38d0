"""`charlm scan translate`: the actions of a command, and what each of them looks back at."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from charlm.console.options import SWITCH, TEXT, InPrecision, Model, OnDevice
from charlm.console.program import notice, print_json, printable, stdout
from corpora.errors import UserError
from corpora.scan.grammar import interpret

if TYPE_CHECKING:
    from rich.console import Console

    from seq.scan.library import Translated


def translate(
    *command: Annotated[str, TEXT],
    model: Model = "scan",
    beam: int = 1,
    png: Path | None = None,
    device: OnDevice = "auto",
    precision: InPrecision = "fp32",
    json: Annotated[bool, SWITCH] = False,
) -> None:
    """Say what actions a command asks for, and show what each of them looks back at.

    Parameters
    ----------
    command
        Such as "jump around left twice and walk". Without it, or with -, commands are read from
        standard input, one on each line.
    beam
        Search for the likeliest translations with a beam of this width, and show them all.
    png
        Draw the weights of attention into this file as well.
    json
        Write one JSON object for each command.
    """
    if not 1 <= beam <= MOST:
        raise UserError(f"--beam must lie between 1 and {MOST}, not {beam}")
    commands = checked(asked_for(command))
    if png is not None and len(commands) != 1:
        raise UserError(f"--png draws one command, not {len(commands):,}")
    from seq.scan.library import load

    translator = load(model, device=device, precision=precision)
    if png is not None and translator.model.decoder.attention is None:
        raise UserError(f"{model} is a translator without attention, of which there is no map")
    console = stdout()
    for said in commands:
        found = translator.translate(said, width=beam)
        if json:
            print_json({**figures(found[0]), "right": _is_right(found[0]), "beam": _beam(found)})
        elif len(commands) > 1 and beam == 1:
            console.print(f"{printable(said)}: {' '.join(found[0].actions)}", soft_wrap=True)
        else:
            show(console, found)
    if png is not None:
        draw([found[0]], png)


MOST = 1000
"""Translations of a command, beyond which nobody wants to read them."""


def asked_for(words: tuple[str, ...]) -> list[str]:
    """Return the commands that were given as arguments or come on standard input."""
    if words and words != ("-",):
        return [" ".join(words)]
    from charlm.console.program import read_input

    lines = [line.strip() for line in read_input("-").split("\n")]
    return [line for line in lines if line]


def checked(commands: list[str]) -> list[str]:
    """Return `commands` in lower case; raise `UserError` unless the grammar accepts them all."""
    lowered = [" ".join(command.lower().split()) for command in commands]
    for command in lowered:
        interpret(command)
    if not lowered:
        raise UserError("there is no command; give one such as: jump around left twice and walk")
    return lowered


def figures(found: Translated) -> dict[str, Any]:
    """Return a translation as a plain object."""
    return {
        "command": " ".join(found.command),
        "actions": list(found.actions),
        "ended": found.ended,
        "log_prob": found.log_prob,
        "steps": list(found.steps),
        "probabilities": [
            dict(zip(found.symbols, row, strict=True)) for row in found.probabilities.tolist()
        ],
        "attention": None if found.attention is None else found.attention.tolist(),
    }


def show(console: Console, found: list[Translated]) -> None:
    """Print translations, the best with its map."""
    from seq.drawing.heat import heat_map

    best = found[0]
    for translated in found:
        sure = f"{math.exp(translated.log_prob):.1%}  " if len(found) > 1 else ""
        cut = "" if translated.ended else " … (cut off)"
        said = " ".join(translated.actions) or "nothing at all"
        console.print(f"{sure}{said}{cut}", soft_wrap=True)
    if best.attention is not None:
        console.print()
        color = console.color_system is not None and not console.no_color
        console.print(
            heat_map(best.attention, best.command, best.steps, color=color), soft_wrap=True
        )
        console.print()
    about = f"probability {math.exp(best.log_prob):.1%}; "
    right = " ".join(interpret(" ".join(best.command)))
    about += "right" if _is_right(best) else f"wrong, it asks for: {right}"
    console.print(about, style="dim" if _is_right(best) else "", soft_wrap=True)


def draw(found: list[Translated], path: Path) -> None:
    """Draw the weights of translations, which have some, as a PNG."""
    from seq.drawing.picture import save_heat_maps

    save_heat_maps(
        [
            (item.attention, item.command, item.steps)
            for item in found
            if item.attention is not None
        ],
        path,
    )
    notice(f"written: {path}")


def _beam(found: list[Translated]) -> list[dict[str, Any]]:
    return [{"actions": list(item.actions), "log_prob": item.log_prob} for item in found]


def _is_right(found: Translated) -> bool:
    return found.ended and found.actions == interpret(" ".join(found.command))
