"""The lines of a verdict: bars of its classes and of its words. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from charlm.console.program import format_name, printable
from charlm.drawing.panels import shorten
from tui.classify.inks import Inks
from tui.classify.opinions import Opinion, describe_opinion
from tui.classify.spans import Span, pick_strongest
from tui.widgets.bars import draw_bar

MOST_CLASSES = 6
"""Classes that have a bar; of more, the most probable ones."""
LONGEST_CLASS, LONGEST_WORD = 14, 14
"""Columns of a name."""
LEAST_HALF = 6
"""Least columns on each side of the middle for bars of words."""


@dataclass(frozen=True)
class Line:
    """A line, and the word that it is about."""

    text: Text
    span: Span | None = None


@dataclass(frozen=True)
class Sides:
    """What words speak for, and against."""

    pro: str
    contra: str


def draw_classes(opinion: Opinion, width: int, inks: Inks) -> Iterator[Line]:
    """Yield a line with the bar of each class; the one that is given has a mark."""
    shares = list(opinion.shares.items())
    if len(shares) > MOST_CLASSES:
        shares = sorted(shares, key=lambda one: -one[1])[:MOST_CLASSES]
    names = [shorten(format_name(name), LONGEST_CLASS) for name, _ in shares]
    margin = max(map(cell_len, names), default=0)
    room = max(1, width - margin - 10)
    for index, (name, (label, share)) in enumerate(zip(names, shares, strict=True)):
        given = label == opinion.label
        ink = pick_class_ink(opinion, label, index, inks)
        line = Text.assemble(("▸ " if given else "  ", inks.mark))
        line.append(name.ljust(margin + len(name) - cell_len(name)), "bold" if given else "")
        line.append(f" {share:6.1%} ", "bold" if given else "")
        line.append(draw_bar(share, room), ink)
        yield Line(line)


def pick_class_ink(opinion: Opinion, label: str, index: int, inks: Inks) -> str:
    """Return the colour of a class: of two, red is the first and green the second."""
    if len(opinion.shares) == 2:
        return inks.pro_bar if index else inks.contra_bar
    return inks.mark if label == opinion.label else inks.plain


def draw_second(
    name: str, opinion: Opinion, first: Opinion, width: int, inks: Inks, *, bars: bool
) -> Iterator[Line]:
    """Yield lines with the verdict of a second classifier, and whether it is the same.

    Args:
        name: name of the second classifier.
        opinion: what it says.
        first: what the first one says.
        width: columns.
        inks: styles.
        bars: whether there is room for its bars.
    """
    same = opinion.label == first.label
    sign = ("= ", inks.muted) if same else ("≠ ", inks.mark)
    line = Text.assemble(sign, (format_name(name), inks.muted), " says ")
    line.append(describe_opinion(opinion), "bold")
    line.truncate(width, overflow="ellipsis")
    yield Line(line)
    if bars:
        yield from draw_classes(opinion, width, inks)


def draw_words(
    spans: Sequence[Span], sides: Sides, width: int, most: int, inks: Inks
) -> Iterator[Line]:
    """Yield a heading, and a line for each of the strongest words: its log-odds and its bar.

    Bars to the right speak for the second class (or for the class that is given), bars to the left
    against it.

    Args:
        spans: the words.
        sides: what both sides speak for.
        width: columns.
        most: lines in all.
        inks: styles.
    """
    chosen = pick_strongest([span for span in spans if span.value], most - 1)
    if most < 2 or not chosen:
        return
    names = {span: shorten(printable(span.word), LONGEST_WORD) for span in chosen}
    margin = max(4, *map(cell_len, names.values()))
    half = (width - margin - 8) // 2
    if half < LEAST_HALF:
        half = 0
    largest = max(abs(span.value) for span in chosen)
    left = shorten(format_name(sides.contra), half - 3) if half else ""
    right = shorten(format_name(sides.pro), half - 3) if half else ""
    head = Text("word".ljust(margin + 7), inks.muted)
    if half:
        head.append(" " * (half - cell_len(left) - 2), inks.muted).append(f"- {left}", inks.below)
        head.append("│", inks.muted).append(f"{right} +", inks.above)
    yield Line(head)
    for span in chosen:
        ink = inks.above if span.value > 0 else inks.below
        name = names[span]
        line = Text(name + " " * (margin - cell_len(name)))
        line.append(f" {span.value:+5.1f} ", ink)
        if half:
            size = round(abs(span.value) / largest * half * 2)
            against = ("▐" * (size % 2) + "█" * (size // 2)).rjust(half)
            pro = "█" * (size // 2) + "▌" * (size % 2)
            line.append(against if span.value < 0 else " " * half, inks.contra_bar)
            line.append("│", inks.muted)
            line.append(pro if span.value > 0 else "", inks.pro_bar)
        yield Line(line, span)
