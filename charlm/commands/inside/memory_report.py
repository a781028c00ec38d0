"""What `charlm inside memory` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from charlm.commands.inside.output import pick_scale
from charlm.config import is_own
from charlm.console.program import printable, stdout
from charlm.console.tables import print_table
from charlm.drawing.braille import draw
from charlm.drawing.colored_text import color_text, name_signs
from charlm.inside.memory.context_curves import SHARE_LEFT, ContextCurve, make_panel
from charlm.inside.memory.gate_statistics import EDGES, KEEPERS, GateStatistics, name_length
from charlm.inside.traces import name_unit

if TYPE_CHECKING:
    from charlm.inside.memory.distance_profiles import DistanceProfile
    from charlm.inside.memory.influence import Influence, Method
    from charlm.inside.memory.memory import Memory

ROWS = 20
"""Lines of the curve."""
WIDEST = 100
"""Columns of the curve, at most."""
NAMED = 4
"""Characters with the largest influence that are named."""
LONGEST = 5
"""Units with the longest memory that are named."""
MOST_LAYERS = 6
"""Layers that have a column of bars; with more there is no room for them."""


def show(found: Memory, method: Method) -> None:
    """Print the four parts, one under another."""
    console = stdout()
    _show_curves(console, found.curves)
    console.print()
    _show_influence(console, found.influence, method)
    console.print()
    _show_profile(console, found.profile)
    console.print()
    _show_gates(console, found.gates)


def _say(console: Console, line: str) -> None:
    console.print(printable(line), soft_wrap=True)


def _show_curves(console: Console, curves: Sequence[ContextCurve]) -> None:
    width = min(console.width, WIDEST)
    names = [curve.model for curve in curves]
    if len(curves[0].contexts) > 1:
        console.print(draw([make_panel(curves)], names, width, ROWS))
    for curve in curves:
        _say(
            console,
            f"{curve.model}: {curve.losses[0]:.3f} nats from 1 character, {curve.full:.3f} from "
            f"all that comes before ({curve.positions:,} places)",
        )
        _say(console, _describe_reach(curve))
        if len(worse := np.flatnonzero(np.diff(curve.losses) > curve.errors[1:])):
            less, more = curve.contexts[worse[0]], curve.contexts[worse[0] + 1]
            _say(console, f"  more is not always better: {more} characters are worse than {less}")


def _describe_reach(curve: ContextCurve) -> str:
    reach, longest = curve.reach(), curve.contexts[-1]
    if not curve.gain > 0:
        return "  more context makes its predictions no better"
    if reach is None:
        return f"  with {longest} characters, more than 1 % of that gain is still to come"
    place = int(np.flatnonzero(curve.shares() > SHARE_LEFT)[-1])
    more = curve.losses[place] - curve.full
    return (
        f"  from {reach:.0f} characters on, at most 1 % of that gain is still to come (with "
        f"{curve.contexts[place]} it lacks {more:.3f} ± {curve.errors[place]:.3f} nats)"
    )


def _show_influence(console: Console, influence: Influence, method: Method) -> None:
    scaled, scale = influence.scaled(method), pick_scale(console)
    positive, negative = name_signs(scale)
    _say(
        console,
        f"what speaks for {influence.following!r} ({positive}) or against it ({negative}) after "
        f"this text; the model gives it {influence.probability:.1%}",
    )
    console.print(color_text(influence.text, scaled, scale), soft_wrap=True)
    values = influence.values(method)
    strongest = np.argsort(-np.abs(values), kind="stable")[:NAMED]
    parts = [
        f"{influence.text[place]!r} {len(influence.text) - place} back {values[place]:+.2f}"
        for place in strongest.tolist()
    ]
    _say(console, f"most, by {method}, in nats: {', '.join(parts)}")


def _show_profile(console: Console, profile: DistanceProfile) -> None:
    over = f"{profile.places:,} places" if profile.places > 1 else "this text"
    _say(console, f"mean size of a character's influence by its distance, over {over}, in nats")
    table = Table("characters back", box=None)
    table.add_column("left out", justify="right")
    table.add_column("gradient", justify="right")
    table.add_column("left out, in powers of ten", justify="left")
    largest = max(float(profile.left_out.max()), 1e-12)
    for row in profile.records():
        orders = 4 + np.log10(max(row["left_out"] / largest, 1e-4))
        bar = "█" * round(8 * float(orders))
        figures = (f"{row[name]:.4f}" for name in ("left_out", "gradient"))
        table.add_row(row["distance"], *figures, bar)
    print_table(console, table)


def _show_gates(console: Console, gates: GateStatistics) -> None:
    lengths, counts = gates.memory_lengths(), gates.count_lengths()
    if lengths is None or counts is None:
        have = "have no gates that are known here" if is_own(gates.cell) else "have no gates"
        _say(console, f"{gates.cell} cells {have}: no memory lengths, nothing saturated")
        return
    keeper = KEEPERS[gates.cell]
    _say(
        console,
        f"units by memory length, 1 / (1 - mean {keeper} gate), over {gates.characters:,} "
        "characters",
    )
    _show_lengths(console, counts)
    units = sorted(np.ndindex(lengths.shape), key=lambda unit: -float(lengths[unit]))[:LONGEST]
    longest = [f"{name_unit((unit[0], unit[1]))} ({lengths[unit]:.0f})" for unit in units]
    _say(console, f"longest: {', '.join(longest)}")
    console.print()
    _say(console, "saturated gates: share of units and time, and units that nearly always are")
    _show_saturation(console, gates)


def _show_lengths(console: Console, counts: np.ndarray) -> None:
    layers = len(counts)
    table = Table("characters", box=None)
    for layer in range(layers):
        table.add_column(f"layer {layer + 1}" if layers <= MOST_LAYERS else str(layer + 1))
    width = min(20, max(4, (min(console.width, WIDEST) - 12) // layers - 8))
    for number, edge in enumerate(EDGES):
        cells = [_draw_bar(int(layer[number]), int(layer.max()), width) for layer in counts]
        plain = [str(layer[number] or "·") for layer in counts]
        table.add_row(name_length(edge), *(cells if layers <= MOST_LAYERS else plain))
    print_table(console, table)


PARTS = " ▏▎▍▌▋▊▉█"


def _draw_bar(count: int, largest: int, width: int) -> Text:
    """Return a bar of at most `width` columns with its number; a single unit can be seen."""
    eighths = round(8 * width * count / max(largest, 1)) if count else 0
    eighths = max(eighths, 1) if count else 0
    bar = "█" * (eighths // 8) + (PARTS[eighths % 8] if eighths % 8 else "")
    return Text(f"{bar} {count}" if count else "·")


def _show_saturation(console: Console, gates: GateStatistics) -> None:
    table = Table("layer", "gate", box=None)
    for name in ("mean", "below 0.1", "above 0.9", "always below", "always above"):
        table.add_column(name, justify="right")
    for row in gates.saturation():
        table.add_row(
            str(row["layer"]),
            row["gate"],
            f"{row['mean']:.2f}",
            f"{row['left']:.1%}",
            f"{row['right']:.1%}",
            str(row["always_left"] or "·"),
            str(row["always_right"] or "·"),
        )
    print_table(console, table)
