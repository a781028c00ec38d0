"""The lines that say how good a classifier is. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from charlm.console.program import format_name
from charlm.drawing.panels import shorten
from tui.classify.inks import Inks
from tui.classify.score import Score
from tui.widgets.bars import draw_bar

LONGEST_CLASS = 10
MOST_CLASSES = 8
"""Classes of a confusion matrix; of more, it would not be readable."""
LEAST_BAR = 4


def draw_score(score: Score, width: int, inks: Inks) -> Iterator[Text]:
    """Yield lines: accuracy, confusion matrix, and how often it is right by how sure it is."""
    line = Text.assemble(
        "right ", (f"{score.right:,}", "bold"), f" of {score.total:,}", (" · ", inks.muted)
    )
    yield line.append(f"{score.accuracy:.1%}", "bold")
    yield Text(f"on average {score.mean_sureness:.1%} sure", inks.muted)
    yield Text()
    yield from draw_confusion(score, width, inks)
    yield Text()
    yield from draw_calibration(score, width, inks)


def draw_confusion(score: Score, width: int, inks: Inks) -> Iterator[Text]:
    """Yield a line for each class with how many of its reviews were given which class."""
    count = len(score.classes)
    if count > MOST_CLASSES:
        yield Text(f"{count} classes: too many for a table", inks.muted)
        return
    names = [format_name(name) for name in score.classes]
    largest = max(map(max, score.confusion), default=0)
    figures = max(4, len(f"{largest:,}"))
    margin = min(LONGEST_CLASS, max(map(cell_len, names))) + 3
    column = max(figures, min(LONGEST_CLASS + 5, (width - margin) // count - 1))
    row = Text("".ljust(margin))
    for name in names:
        shown = shorten(f"said {name}" if column > 9 else name, column)
        row.append(" " + " " * (column - cell_len(shown)) + shown, inks.muted)
    yield row
    for index, (name, cells) in enumerate(zip(names, score.confusion, strict=True)):
        shown = f"is {shorten(name, LONGEST_CLASS)}"
        row = Text.assemble((shown + " " * (margin - cell_len(shown)), inks.muted))
        for other, cell in enumerate(cells):
            style = "bold" if other == index else inks.mark if cell else inks.muted
            row.append(f" {cell:>{column},}", style)
        yield row


def draw_calibration(score: Score, width: int, inks: Inks) -> Iterator[Text]:
    """Yield a line for each step of sureness with how many were right and how many wrong."""
    largest = max((max(step.right, step.wrong) for step in score.steps), default=0)
    figures = max(3, len(f"{largest:,}"))
    bar = (width - 10 - 2 * (figures + 2)) // 2
    column = figures + 1 + bar if bar >= LEAST_BAR else figures
    yield Text(f"{'how sure':10} {'right':<{column}} {'wrong'}", inks.muted)
    for step in score.steps:
        sure = f"{100 * step.low:.0f}-{100 * step.high:.0f}%"
        row = Text.assemble((f"{sure:10} ", inks.muted))
        for number, ink in ((step.right, inks.plain), (step.wrong, inks.mark)):
            cell = Text(f"{number:>{figures},} ")
            if bar >= LEAST_BAR:
                cell.append(draw_bar(number / largest if largest else 0.0, bar), ink)
            cell.pad_right(column - cell.cell_len)
            row.append(cell).append(" ")
        row.rstrip()
        yield row
