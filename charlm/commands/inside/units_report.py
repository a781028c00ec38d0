"""What `charlm inside units` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from charlm.commands.inside.excerpts import mark
from charlm.commands.inside.output import shows_colors
from charlm.console.program import printable, stdout
from charlm.console.tables import print_table
from charlm.drawing.heat import SCALE
from charlm.drawing.panels import shorten
from charlm.inside.traces import name_unit
from charlm.inside.units.clamping import Clampings
from charlm.inside.units.findings import Finding, UnitSearch

EXCERPTS = 3
"""Excerpts that are shown where a unit is highest, and where it is lowest."""
LONGEST_NAME = 12
"""Columns of the name of a feature."""
BEFORE, AFTER = 40, 16
"""Characters of an excerpt before and after the place."""
STRONG = 0.8
"""From here on a score is bold where the terminal has no colours for it."""
LEGEND = (
    "AUC: 0.5 is chance. r: rank correlation. -4.58: unit 4.58 is low where it is yes",
    "1 char, 2 chars: what the last characters tell. probe: all units of its layer",
)
"""What the columns of the units are."""
MOST_LAYERS = 9
"""Layers in one table of probes: more do not fit into 80 columns."""


def show(found: UnitSearch, clamped: Clampings | None, where: str) -> None:
    """Print the best units, the layers, the text at each unit that was found, and what holds do."""
    console = stdout()
    layers, hidden = found.config.num_layers, found.config.hidden_size
    _say(
        console,
        f"What the {found.field} of {found.model} follows ({layers} x {hidden} units)",
        "bold",
    )
    _say(console, where)
    if found.findings:
        _show_units(console, found.findings)
        _show_layers(console, found.findings, layers)
    for name, gap in found.missing.items():
        _say(console, f"left out: {name} ({gap})")
    for finding in found.findings:
        if finding.found:
            _show_text(console, found, finding)
    if not found.findings:
        _say(console, "no feature has enough cases in this text; read more --characters")
    elif not any(finding.found for finding in found.findings):
        _say(console, "\nno single unit follows any of these features")
    elif clamped is not None:
        _show_clamped(console, clamped)


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(printable(line), style), soft_wrap=True)


def _format_mean(finding: Finding) -> str:
    if finding.feature.is_number:
        return f"{finding.mean:.1f}"
    return f"{finding.mean:.1%}" if finding.mean >= 0.001 else "<0.1%"


def _show_units(console: Console, findings: Sequence[Finding]) -> None:
    _say(console, "\nBest single unit (chosen on the first half, judged on the second)", "bold")
    table = Table(box=None)
    for heading in ("feature", "mean", "by", "1 char", "2 chars", "unit", "score", "probe"):
        table.add_column(heading, justify="left" if heading in ("feature", "by") else "right")
    table.add_column("known by")
    for finding in findings:
        style = "bold" if finding.found else ""
        cells = (
            shorten(finding.feature.name, LONGEST_NAME),
            _format_mean(finding),
            finding.measure,
            f"{finding.one_character:.2f}",
            f"{finding.two_characters:.2f}",
            f"{'+' if finding.sign > 0 else '-'}{name_unit(finding.unit)}",
            f"{finding.score:.3f}",
            f"{finding.probes[finding.unit[0]]:.3f}",
            finding.known_by,
        )
        table.add_row(*(Text(printable(cell), style) for cell in cells))
    print_table(console, table)
    for line in LEGEND:
        _say(console, line, "dim")


def _show_layers(console: Console, findings: Sequence[Finding], layers: int) -> None:
    _say(console, "\nWhich layer knows what (a linear probe of all its units)", "bold")
    for start in range(0, layers, MOST_LAYERS):
        shown = range(start, min(start + MOST_LAYERS, layers))
        lines = [Text(" " * LONGEST_NAME + "".join(f" {n + 1:^6}" for n in shown), "bold")]
        for finding in findings:
            name = shorten(finding.feature.name, LONGEST_NAME)
            line = Text(set_cell_size(name, LONGEST_NAME))
            for layer in shown:
                strength = float(finding.strengths[layer])
                line.append(" ").append(
                    f"{finding.probes[layer]:^6.2f}", _pick_ground(console, strength)
                )
            line.append(f"  {finding.measure}", "dim")
            lines.append(line)
        console.print(Text("\n", no_wrap=True).join(lines), soft_wrap=True)


def _pick_ground(console: Console, strength: float) -> str:
    """Return the style of a score, given how far it is above chance, from 0 to 1."""
    if not shows_colors(console) or console.color_system in ("standard", "windows"):
        return "bold" if strength >= STRONG else ""
    level = min(int(strength * len(SCALE)), len(SCALE) - 1)
    return f"{'#000000' if level > len(SCALE) // 2 else '#ffffff'} on {SCALE[level]}"


def _show_text(console: Console, found: UnitSearch, finding: Finding) -> None:
    others = ", ".join(f"{name_unit(unit)} {score:.3f}" for unit, score in finding.others)
    _say(console, f"\nUnit {name_unit(finding.unit)}: {finding.feature.about}", "bold")
    _say(console, f"next best: {others}")
    for heading, places in (("highest", finding.highest), ("lowest", finding.lowest)):
        for number, place in enumerate(places[:EXCERPTS]):
            before, character, after = found.excerpt(place, BEFORE, AFTER)
            line = Text(f"{'' if number else heading:8}" + " " * (BEFORE - len(before)))
            console.print(line + mark(console, before, character, after), soft_wrap=True)


def _show_clamped(console: Console, clamped: Clampings) -> None:
    _say(
        console,
        f"\nUnits held while {clamped.characters:,} characters are read: surprisal of the next "
        "one, in nats",
        "bold",
    )
    table = Table(box=None)
    for heading in ("feature", "unit", "held at", "places", "n", "as it is", "held", "control"):
        left = heading in ("feature", "held at", "places")
        table.add_column(heading, justify="left" if left else "right")
    for row in clamped.rows:
        level = f"{row.level} {row.value:.2f}"
        nats = (f"{row.free:.2f}", f"{row.held:.2f}", f"{row.control_held:.2f}")
        name = shorten(row.feature, LONGEST_NAME)
        unit = name_unit(row.unit)
        table.add_row(name, unit, level, row.where, f"{row.places:,}", *nats)
    print_table(console, table)
    controls = {name_unit(row.unit): name_unit(row.control) for row in clamped.rows}
    pairs = ", ".join(f"{control} for {unit}" for unit, control in controls.items())
    _say(console, f"controls, held at their medians: {pairs}")
