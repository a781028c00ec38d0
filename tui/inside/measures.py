"""The lines of the panels about layers, memory and weights. This module uses no screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from textual.content import Content

from charlm.arrays import Floats, Ints
from charlm.inside.memory.gate_statistics import EDGES, KEEPERS, GateStatistics
from tui.inside.anatomy import Anatomy
from tui.inside.cards import CHOSEN, MUTED, STRONG, join_lines, wrap_hint
from tui.inside.equations import write_number
from tui.inside.excerpts import write_label
from tui.inside.map_columns import BLOCKS
from tui.inside.quantities import LETTERS
from tui.inside.subjects import LayerLoss
from tui.widgets.bars import draw_bar

UNMEASURED = "What is lost with each layer silenced, once the text is read."
LONGEST_BAR = 30
NEAREST = 4
"""Neighbours of a symbol."""


def draw_layers(
    losses: Sequence[LayerLoss] | None,
    gates: GateStatistics | None,
    layers: int,
    lacks: str,
    width: int,
) -> Content:
    """Return what is lost with each layer silenced, and how many of its gates are stuck.

    Args:
        losses: what is lost, by layer; None while it is measured, empty where it is not.
        gates: what the gates did; None while the text is being read.
        layers: number of layers.
        lacks: why no losses are measured.
        width: cells of a line.
    """
    if gates is None:
        return join_lines(wrap_hint(UNMEASURED, width))
    lines: list[Content] = []
    largest = max((loss.increase for loss in losses or ()), default=0.0)
    room = max(4, min(LONGEST_BAR, width - 8))
    stuck = count_stuck(gates)
    if stuck:
        heads = ["nats lost"] * bool(losses) + ["gates stuck"]
        lines.append(Content.assemble((", ".join(heads), MUTED)))
    for layer in range(layers)[::-1]:
        number = Content.assemble((f"{layer + 1} ", STRONG))
        if losses:
            loss = losses[layer]
            bar = draw_bar(loss.increase / largest if largest > 0 else 0.0, room)
            figure = f" {loss.increase:.2f}"
            number = Content.assemble(number, (bar.ljust(room), "$primary"), figure)
        shares = " ".join(f"{letter} {share[layer]:.0%}" for letter, share in stuck.items())
        if losses and shares and width < room + 8 + len(shares) + 3:
            lines += [number, Content(f"  {shares}")]
        else:
            lines.append(Content.assemble(number, f"   {shares}" if losses else shares))
    if lacks:
        lines += [Content(""), *wrap_hint(lacks, width)]
    elif losses is not None and not losses:
        lines += wrap_hint("Nothing is lost in so short a text: two characters are needed.", width)
    if not stuck:
        lines += wrap_hint("An RNN has no gates that could be stuck.", width)
    return join_lines(lines)


def count_stuck(gates: GateStatistics) -> dict[str, Floats]:
    """Return the share of units of each layer whose gate is stuck, by the gate's letter.

    A gate is stuck if it is nearly shut, or nearly open, at nine places of ten.
    """
    order = ["forget", "input", "output", "update", "reset"]
    names = sorted(gates.means, key=order.index)
    return {
        LETTERS[gates.cell][gate]: np.asarray(
            ((gates.left[gate] >= 0.9) | (gates.right[gate] >= 0.9)).mean(axis=1)
        )
        for gate in names
    }


def draw_memory(
    gates: GateStatistics | None,
    anatomy: Anatomy,
    symbols: Sequence[str],
    chosen: int,
    what: str,
    width: int,
) -> Content:
    """Return how far back units remember, what is near in the embedding, and how large weights are.

    Args:
        gates: what the gates did; None while the text is being read.
        anatomy: the model.
        symbols: symbols whose neighbours are shown.
        chosen: the layer that is looked at.
        what: what a step reads, such as a character.
        width: cells of a line.
    """
    lines: list[Content] = []
    if gates is not None:
        lines += _draw_lengths(gates, chosen, what)
    lines.append(Content.assemble(("near in the embedding", MUTED)))
    for symbol in symbols:
        near = [_show(one) for one in anatomy.find_nearest(symbol, NEAREST)]
        if near:
            line = Content.assemble((f"{_show(symbol)}  ", STRONG), "  ".join(near))
            lines.append(line.truncate(width, ellipsis=True))
    lines.append(Content.assemble(("weights, by layer", MUTED)))
    for name, norms in anatomy.norms.items():
        figures = " ".join(write_number(norm) for norm in norms)
        lines.append(Content.assemble((f"{name}  ", STRONG), figures))
    return join_lines(lines)


def _draw_lengths(gates: GateStatistics, chosen: int, what: str) -> list[Content]:
    counts = gates.count_lengths()
    if counts is None:
        return [Content.assemble((f"{gates.cell.upper()} cells have no gate that keeps", MUTED))]
    letter = LETTERS[gates.cell][KEEPERS[gates.cell]]
    title = f"1/(1\N{MINUS SIGN}{letter}) in {what}s"
    lines = [Content.assemble((title, MUTED))]
    for layer in range(len(counts))[::-1]:
        style = CHOSEN if layer == chosen else ""
        bars = "".join(block * 2 for block in draw_counts(counts[layer]))
        lines.append(Content.assemble((f"{layer + 1} ", style), bars))
    first, *middle, last = (str(edge) for edge in EDGES[::3])
    scale = first.ljust(6) + "".join(edge.ljust(6) for edge in middle)
    scale = scale[: 2 * len(EDGES) - len(last) - 1] + last + "+"  # it ends where its bar ends
    return [*lines, Content.assemble((f"  {scale}", MUTED))]


def draw_counts(counts: Ints) -> str:
    """Return a block for each count: blank for none, the highest for the largest."""
    most = max(int(counts.max(initial=0)), 1)
    return "".join(
        BLOCKS[min(int(count / most * len(BLOCKS)), len(BLOCKS) - 1)] if count else " "
        for count in counts.tolist()
    )


def _show(symbol: str) -> str:
    return {" ": "␣"}.get(symbol) or write_label(symbol)


def choose_symbols(labels: Sequence[str], at: int, count: int) -> list[str]:
    """Return the symbol at a place and the distinct ones before it, as many as are wanted."""
    found: list[str] = []
    for label in labels[at::-1] if at < len(labels) else ():
        if label not in found:
            found.append(label)
            if len(found) == count:
                break
    return found
