"""The curve of a probability as a text is read on. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from charlm.console.program import printable
from charlm.drawing.braille import Canvas
from tui.classify.inks import Inks
from tui.classify.spans import find_place

if TYPE_CHECKING:
    from seq.imdb.beginnings import ReadingOn

MARGIN = 6
"""Columns of the labels at the left: "100% "."""
LEAST_STEP = 0.03
"""Least change of the probability for which a word is named below the curve."""


@dataclass(frozen=True)
class Curve:
    """The probability of a class after beginnings of a text."""

    class_name: str
    """The class."""
    words: tuple[str, ...]
    """The N words of the text."""
    starts: tuple[int, ...]
    """Where each of them begins in the text."""
    ends: tuple[int, ...]
    """Number of words of each of the E beginnings."""
    shares: tuple[float, ...]
    """Probability of the class after each of them."""

    @classmethod
    def of(cls, found: ReadingOn) -> Curve:
        """Return the curve of the second of two classes, or of the last word's class of more."""
        chosen = 1 if len(found.classes) == 2 else int(found.probabilities[-1].argmax())
        return cls(
            found.classes[chosen],
            tuple(word.text for word in found.words),
            tuple(word.start for word in found.words),
            tuple(found.ends.tolist()),
            tuple(found.probabilities[:, chosen].tolist()),
        )

    def find_word(self, offset: int) -> int:
        """Return the index of the word at an offset of the text."""
        return find_place(self.starts, offset)

    def name_word(self, word: int) -> str:
        """Return a word; a punctuation mark comes with the word before it."""
        own = self.words[word]
        named = any(map(str.isalnum, own)) or not word
        return own if named else f"{self.words[word - 1]}{own}"

    def read_at(self, word: int) -> tuple[float, float]:
        """Return the probability after a word, and its change since the beginning before."""
        at = find_place(self.ends, word + 1)
        before = self.shares[at - 1] if at else self.shares[at]
        return self.shares[at], self.shares[at] - before

    @cached_property
    def steps(self) -> list[tuple[float, int]]:
        """How much the probability changed at which word, the largest step first."""
        steps = [
            (after - before, end - 1)
            for before, after, end in zip(self.shares, self.shares[1:], self.ends[1:], strict=False)
        ]
        return sorted(steps, key=lambda step: -abs(step[0]))

    @property
    def turn(self) -> tuple[float, int] | None:
        """The largest step, if there is one that is worth a word."""
        return self.steps[0] if self.steps and abs(self.steps[0][0]) >= LEAST_STEP else None

    def find_column(self, word: int, columns: int) -> int:
        """Return the column of a word on a curve that is so many columns wide."""
        last = len(self.words) - 1
        return round(word / last * (columns - 1)) if last else 0

    def find_word_at(self, column: int, columns: int) -> int:
        """Return the word at a column of a curve that is so many columns wide."""
        share = min(max(column / max(1, columns - 1), 0.0), 1.0)
        return round(share * (len(self.words) - 1))


def draw_curve(curve: Curve, width: int, height: int, mark: int | None, inks: Inks) -> list[Text]:
    """Return the lines of a curve, with the words that moved it most below.

    Args:
        curve: the curve.
        width: columns in all, at least 20.
        height: lines in all, at least 2.
        mark: index of the word at the cursor, if it is to be shown.
        inks: styles.
    """
    columns, rows = width - MARGIN, height - 1
    canvas = Canvas(columns, rows, (0.0, max(1.0, len(curve.words) - 1.0)), (0.0, 1.0))
    _draw_line(canvas, curve, inks)
    labels = {0: "100%", rows - 1: "0%"}
    if rows > 2:
        labels[canvas.find_cell(0.0, 0.5)[1]] = "50%"
    lines = []
    for row in range(rows):
        start = Text(f"{labels.get(row, ''):>{MARGIN - 2}} ", inks.muted)
        start.append("┤" if row in labels else "│", inks.muted)
        line = canvas.render_row(row, start)
        line.pad_right(width - line.cell_len)
        lines.append(line)
    if mark is not None:
        at = MARGIN + curve.find_column(mark, columns)
        lines = [_put_mark(line, at, inks.mark) for line in lines]
    return [*lines, _name_steps(curve, columns, inks, mark)]


def _draw_line(canvas: Canvas, curve: Curve, inks: Inks) -> None:
    points = [(end - 1.0, share) for end, share in zip(curve.ends, curve.shares, strict=True)]
    if len(points) == 1:
        points *= 2
        points[1] = (1.0, points[0][1])
    for (x, y), (x_end, y_end) in pairwise(points):
        if (y < 0.5) == (y_end < 0.5):
            pieces = [((x, y), (x_end, y_end), y)]
        else:  # it crosses the middle, where the other colour begins
            middle = (x + (x_end - x) * (0.5 - y) / (y_end - y), 0.5)
            pieces = [((x, y), middle, y), (middle, (x_end, y_end), y_end)]
        for start, end, side in pieces:
            color = inks.above if side >= 0.5 else inks.below
            canvas.draw_segment(start, end, color, dashed=False)


def _put_mark(line: Text, at: int, style: str) -> Text:
    """Return a line with the place of the cursor: a thin line, or the curve in another colour."""
    if line.plain[at] == " ":
        return Text.assemble(line[:at], ("┊", style), line[at + 1 :])
    line.stylize(style, at, at + 1)
    return line


def _name_steps(curve: Curve, columns: int, inks: Inks, mark: int | None) -> Text:
    """Return a line with the words that moved the curve most, each below its place."""
    wanted = [(1.0, mark)] if mark is not None else []
    wanted += [step for step in curve.steps if abs(step[0]) >= LEAST_STEP]
    taken = [False] * columns
    placed: list[tuple[int, str, str]] = []
    for step, word in wanted:
        shown = _name(curve, word, step, marked=word == mark)
        size = cell_len(shown)
        start = min(max(0, curve.find_column(word, columns) - size // 2), columns - size)
        around = range(max(0, start - 2), min(columns, start + size + 2))
        if start < 0 or any(taken[column] for column in around):
            continue
        taken[start : start + size] = [True] * size
        own = inks.mark if word == mark else inks.above if step > 0 else inks.below
        placed.append((start, shown, own))
    line = Text(" " * MARGIN)
    for start, shown, style in sorted(placed):
        line.pad_right(MARGIN + start - line.cell_len)
        line.append(shown, style)
    return line


def _name(curve: Curve, word: int, step: float, *, marked: bool) -> str:
    sign = "" if marked else "+" if step > 0 else "-"
    return f"{sign}{printable(curve.name_word(word))}"


def describe_word(curve: Curve, word: int) -> str:
    """Return what the classifier says after a word, and how much that word changed it."""
    share, change = curve.read_at(word)
    line = f'after "{printable(curve.name_word(word))}" {share:.0%}'
    points = round(100 * change)
    return f"{line} ({points:+d})" if points else line


def describe_turn(curve: Curve) -> str:
    """Return after which word the probability changed most."""
    if curve.turn is None:
        return "no word changes its mind"
    return f"it turns {describe_word(curve, curve.turn[1])}"


def name_curve(curve: Curve) -> str:
    """Return what is drawn."""
    return f"P({printable(curve.class_name)}) after each word"
