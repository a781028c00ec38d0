"""`charlm scan translate`: translate commands, and show the attention of each action."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from charlm.commands.inside.output import DescribedPng
from charlm.console.options import COMPUTING, SWITCH, TEXT, ComputingOptions, Model
from charlm.console.program import format_name, notice, print_json, stdout
from corpora.errors import UserError
from corpora.scan.grammar import interpret
from seq.beam import check_width

if TYPE_CHECKING:
    from rich.console import Console

    from seq.scan.library import TranslatedCommand


def translate(
    *command: Annotated[str, TEXT],
    model: Model = "scan",
    beam: int = 1,
    png: DescribedPng = None,
    computing: ComputingOptions = COMPUTING,
    json: Annotated[bool, SWITCH] = False,
) -> None:
    """Translate commands into actions, and show the attention weights of each action.

    Parameters
    ----------
    command
        A command, such as "jump around left twice and walk". Without it, or with -, commands are
        read from standard input, one on each line.
    beam
        Width of the beam search. With more than 1, all translations that it finds are shown.
    png
        Draw the attention weights into this PNG file as well.
    json
        Write one JSON object for each command.
    """
    check_width(beam, "--beam")
    typed = read_commands(command)
    if png is not None and len(typed) != 1:
        raise UserError(f"--png draws one command, not {len(typed):,}")
    from seq.scan.library import load
    from seq.scan.trained_on import find_trained_on

    translator = load(model, **vars(computing))
    grammar = find_trained_on(model).knows_grammar(translator.languages)
    commands = normalize_commands(typed, grammar)
    if png is not None and translator.model.decoder.attention is None:
        raise UserError(
            f"{model} is a translator without attention, so there are no weights to draw"
        )
    console = stdout()
    for each in commands:
        found = translator.translate(each, width=beam)
        if json:
            right = _is_right(found[0]) if grammar else None
            print_json({**to_json(found[0]), "right": right, "beam": _list_beam(found)})
        elif len(commands) > 1 and beam == 1:
            console.print(format_name(f"{each}: {' '.join(found[0].actions)}"), soft_wrap=True)
        else:
            show(console, found, grammar)
    if png is not None:
        save_maps([found[0]], png)


def read_commands(words: tuple[str, ...]) -> list[str]:
    """Return the command that was given as arguments, or those on standard input."""
    if words and words != ("-",):
        return [" ".join(words)]
    from charlm.console.program import read_input

    lines = [line.strip() for line in read_input("-").split("\n")]
    return [line for line in lines if line]


def normalize_commands(commands: list[str], grammar: bool) -> list[str]:
    """Return the commands with single spaces and, if they are SCAN's, in lower case.

    Args:
        commands: what the user typed.
        grammar: whether the grammar of SCAN must accept them.

    Raises:
        UserError: there is no command, or the grammar does not accept one of them.
    """
    if not commands:
        raise UserError("there is no command; give one such as: jump around left twice and walk")
    spaced = [" ".join(command.split()) for command in commands]
    if not grammar:
        return spaced
    lowered = [command.lower() for command in spaced]
    for command in lowered:
        interpret(command)
    return lowered


def to_json(found: TranslatedCommand) -> dict[str, Any]:
    """Return a translation as an object for JSON."""
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


def show(console: Console, found: list[TranslatedCommand], grammar: bool) -> None:
    """Print the translations of a command, and the attention weights of the best one.

    Args:
        console: where to print.
        found: the translations, the most probable first.
        grammar: whether the grammar of SCAN says what is right.
    """
    from charlm.drawing.heat import draw_heat_map

    best = found[0]
    for translated in found:
        probability = f"{math.exp(translated.log_prob):.1%}  " if len(found) > 1 else ""
        actions = " ".join(translated.actions) or "nothing at all"
        end = "" if translated.ended else " … (cut off)"
        console.print(format_name(f"{probability}{actions}{end}"), soft_wrap=True)
    if best.attention is not None:
        console.print()
        color = console.color_system is not None and not console.no_color
        console.print(
            draw_heat_map(best.attention, best.command, best.steps, color=color), soft_wrap=True
        )
        console.print()
    about = f"probability {math.exp(best.log_prob):.1%}"
    if not grammar:
        console.print(about, style="dim", soft_wrap=True)
        return
    right = " ".join(interpret(" ".join(best.command)))
    about += "; right" if _is_right(best) else f"; wrong, it asks for: {right}"
    console.print(about, style="dim" if _is_right(best) else "", soft_wrap=True)


def save_maps(found: list[TranslatedCommand], path: Path) -> None:
    """Draw the attention weights of translations as a PNG.

    Raises:
        UserError: the file cannot be written.
    """
    from charlm.drawing.picture import draw_heat_maps, save_picture

    maps = [
        (item.attention, item.command, item.steps) for item in found if item.attention is not None
    ]
    save_picture(draw_heat_maps(maps, label="weight of the word"), path)
    notice(f"written: {path}")


def _list_beam(found: list[TranslatedCommand]) -> list[dict[str, Any]]:
    return [{"actions": list(item.actions), "log_prob": item.log_prob} for item in found]


def _is_right(found: TranslatedCommand) -> bool:
    return found.ended and found.actions == interpret(" ".join(found.command))
