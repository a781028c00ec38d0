"""Curves of training from the logs of one or several runs, as a PNG and in the terminal.

The terminal's plot is drawn by `seq.braille` and not by plotext: its version 6.1 has one figure per
process, paints a background of its own, lays its legend over the data, and takes round ticks only
from the caller. What would be left to it is the canvas.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from charlm.metrics import read
from charlm.terminal import printable
from corpora.atomic import write_atomic
from corpora.errors import UserError
from seq.braille import Canvas, ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito 2008 without its yellow and black, which vanish on white or on black, and two more.
COLORS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c", "#aa3377",
)  # fmt: skip
PNG_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
TEXT_MARKERS = ("●", "▲", "■", "◆", "○", "△", "□", "◇")
EPOCHS, LOSS, ACCURACY = "passes over the training data", "cross-entropy (nats)", "accuracy"
LARGEST = 1e6
"""Figures beyond it are those of a run that diverged: nothing else could be read beside them."""
MOST = 1e15
"""Steps, beyond which a number is damage."""
LONGEST_NAME = 60
DPI = 150


@dataclass(frozen=True)
class Curve:
    """What a run logged at each of its evaluations; all lists are equally long."""

    name: str
    epochs: list[float]
    """Passes over the training data, ascending."""
    train_loss: list[float]
    """In nats, the mean since the evaluation before; NaN where it is not known."""
    validation_loss: list[float]
    """In nats."""
    accuracy: list[float]
    """From 0 to 1, NaN where it is not known; empty if no evaluation says it."""


def curve(name: str, folder: Path) -> Curve:
    """Read the curve of the run in `folder`.

    Lines that are damaged count as missing, and so does an evaluation that lacks its loss, or
    whose epoch neither it nor the ratio of epochs to steps of the `step` events tells. What a
    resumed run did once more counts once.

    Raises:
        UserError: no evaluation was logged, or the log cannot be read.
    """
    epochs_per_step = math.nan
    evaluations = []
    for event in read(folder):
        if event.get("event") == "evaluated":
            evaluations.append(event)
        elif event.get("event") == "step" and (step := _number(event.get("step"), MOST)) > 0:
            ratio = _number(event.get("epoch")) / step
            epochs_per_step = epochs_per_step if math.isnan(ratio) else ratio
    points = {}
    for event in evaluations:
        epoch, loss = _number(event.get("epoch")), _number(event.get("loss"))
        if math.isnan(epoch):
            epoch = epochs_per_step * _number(event.get("step"), MOST)
        metrics = event.get("metrics")
        accuracy = _number(metrics.get("accuracy") if isinstance(metrics, dict) else None)
        if epoch >= 0 and not math.isnan(loss):  # NaN is not >= 0
            points[epoch] = (epoch, _number(event.get("train_loss")), loss, accuracy)
    if not points:
        raise UserError(f"{folder} has logged no evaluation to draw; train it for longer first")
    epochs, train, validation, accuracies = map(list, zip(*sorted(points.values()), strict=True))
    known = not all(math.isnan(accuracy) for accuracy in accuracies)
    return Curve(name, epochs, train, validation, accuracies if known else [])


def _number(value: object, largest: float = LARGEST) -> float:
    """Return `value` if it is a number of at most that size, else NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value) if abs(value) <= largest else math.nan


Points = list[tuple[float, float]]


@dataclass(frozen=True)
class _Line:
    run: int
    points: Points
    """Those with known figures."""
    dashed: bool = False


@dataclass(frozen=True)
class _Panel:
    title: str
    label: str
    lines: list[_Line]


def _panels(curves: Sequence[Curve]) -> list[_Panel]:
    """Return the panel of the losses and, if a run has any, that of the accuracies."""

    def line(run: int, values: list[float], dashed: bool = False) -> _Line:
        pairs = zip(curves[run].epochs, values, strict=False)
        return _Line(run, [pair for pair in pairs if not math.isnan(pair[1])], dashed)

    runs = range(len(curves))
    losses = [line(run, curves[run].train_loss, dashed=True) for run in runs]
    losses += [line(run, curves[run].validation_loss) for run in runs]
    accuracies = [line(run, curves[run].accuracy) for run in runs]
    panels = [
        _Panel("loss in nats (training dashed)", LOSS, losses),
        _Panel("validation accuracy", ACCURACY, accuracies),
    ]
    return [panel for panel in panels if any(line.points for line in panel.lines)]


def _look(run: int) -> tuple[str, int]:
    """Return the colour and the index of the marker of a run: 64 pairs."""
    return COLORS[run % 8], (run + run // 8) % 8


def save_png(curves: Sequence[Curve], path: Path, *, title: str = "") -> None:
    """Draw one or more runs as a PNG of 1650 x 720 pixels; without an accuracy it is 900 wide.

    The legend stands below the panels. Names are cut at 60 characters.

    Raises:
        UserError: it cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    panels = _panels(curves)
    width = 11.0 if len(panels) > 1 else 6.0
    layout = ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08, wspace=0.04)
    figure = Figure(figsize=(width, 4.8), dpi=DPI, layout=layout)
    canvas = FigureCanvasAgg(figure)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _fill(axes, panel)
    names = [_cut(curve.name, LONGEST_NAME) for curve in curves]
    solid = [
        figure.axes[0].plot([], color=color, marker=PNG_MARKERS[marker])[0]
        for color, marker in map(_look, range(len(curves)))
    ]
    # 8-point letters are at most about 5.5 points wide; the sample of the line takes 40.
    column = 40 + 5.5 * max((cell_len(name) for name in names), default=0)
    columns = max(1, min(len(names), int(width * 72 / column)))
    legend = figure.legend(
        solid, map(str, range(len(names))), loc="outside lower center", ncols=columns, fontsize=8,
        frameon=False,
    )  # fmt: skip
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)  # a name may hold $, or begin with the _ that hides a label
        text.set_text(name)
    if title:
        figure.suptitle(_cut(title, 2 * LONGEST_NAME), fontsize=11, parse_math=False)
    png = io.BytesIO()
    with warnings.catch_warnings():
        # Letters that the font lacks are drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph")
        canvas.print_png(png)  # type: ignore[no-untyped-call]
    write_atomic(path, png.getvalue())


def _fill(axes: Axes, panel: _Panel) -> None:
    for line in panel.lines:
        color, marker = _look(line.run)
        x, y = [point[0] for point in line.points], [point[1] for point in line.points]
        if line.dashed:
            axes.plot(x, y, color=color, linestyle="--", linewidth=1.1, alpha=0.75)
            if len(x) == 1:  # there is no line to be seen
                axes.plot(x, y, color=color, marker="o", markersize=4, markerfacecolor="none")
        else:
            axes.plot(x, y, color=color, marker=PNG_MARKERS[marker], markersize=4, linewidth=1.6)
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel(EPOCHS)
    axes.set_ylabel(panel.label)
    axes.set_xlim(0, 1.03 * _last(panel))
    axes.grid(visible=True, color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _last(panel: _Panel) -> float:
    """Return the last epoch of a panel, or 1 if there is none to speak of."""
    last = max(x for line in panel.lines for x, _ in line.points)
    return last if last > 1e-6 else 1.0


def _cut(name: str, cells: int) -> str:
    name = " ".join(printable(name).split())
    return name if cell_len(name) <= cells else set_cell_size(name, cells - 1).rstrip() + "…"


def draw(curves: Sequence[Curve], width: int, height: int, *, color: bool = True) -> Text:
    """Draw one or more runs for a terminal, in `height` lines of at most `width` columns.

    The legend comes first. The panels stand under one another, or side by side from 110 columns
    on. The figure takes no fewer than 30 columns, nor than 4 lines for the inside of a panel. A
    console that honours NO_COLOR strips the colours; without `color` there are none.
    """
    width = max(30, width)
    panels = _panels(curves)
    legend = _legend(curves, width)
    beside = width >= 110 and len(panels) > 1
    room = height - len(legend) - 1  # the last line says what the horizontal axis is
    if beside:
        left, right = (
            list(_draw_panel(panel, (width - 2) // 2, max(4, room - 3))) for panel in panels
        )
        lines = [
            Text.assemble(one, " " * ((width - 2) // 2 + 2 - one.cell_len), two)
            for one, two in zip(left, right, strict=True)
        ]
    else:
        shares = [(room + index) // len(panels) for index in range(len(panels))]
        lines = [
            line
            for panel, share in zip(panels, reversed(shares), strict=True)
            for line in _draw_panel(panel, width, max(4, share - 3))
        ]
    lines = [*legend, *lines, Text(EPOCHS.center(width).rstrip())]
    text = Text("\n", no_wrap=True).join(lines)
    return text if color else Text(text.plain, no_wrap=True)


def _legend(curves: Sequence[Curve], width: int) -> list[Text]:
    """Return lines with the marker and the name of each run, in columns if they fit."""
    names = [_cut(curve.name, min(LONGEST_NAME, width - 2)) for curve in curves]
    column = 5 + max(map(cell_len, names))
    columns = max(1, (width + 3) // column)
    lines = []
    for start in range(0, len(names), columns):
        line = Text()
        for run in range(start, min(start + columns, len(names))):
            color, marker = _look(run)
            line.pad_right(column * (run - start) - line.cell_len)
            line.append(TEXT_MARKERS[marker], color).append(f" {names[run]}")
        lines.append(line)
    return lines


def _draw_panel(panel: _Panel, width: int, rows: int) -> Iterator[Text]:
    """Yield the title of a panel, `rows` lines of its inside, its axis and the axis' numbers."""
    values = [y for line in panel.lines for _, y in line.points]
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - 0.05, high + 0.05
    last = _last(panel)
    y_ticks = ticks(low, high, max(2, (rows + 1) // 2))
    margin = max(map(len, y_ticks.values()))
    canvas = Canvas(width - margin - 1, rows, (0.0, last), (low, high))
    for line in panel.lines:
        color, _ = _look(line.run)
        for start, end in zip(line.points, line.points[1:] or line.points, strict=False):
            canvas.segment(start, end, color, dashed=line.dashed)
    for line in panel.lines:
        color, marker = _look(line.run)
        if line.dashed and len(line.points) > 1:
            continue  # the dashes are seen
        for point in line.points:
            canvas.put(point, "·" if line.dashed else TEXT_MARKERS[marker], color)
    yield Text(f"{'':{margin}} {_cut(panel.title, width - margin - 1)}")
    labels = {canvas.cell(0.0, y)[1]: label for y, label in y_ticks.items()}
    for row in range(rows):
        axis = f"{labels[row]:>{margin}}┤" if row in labels else f"{'':{margin}}│"
        yield canvas.line(row, Text(axis))
    line_below, numbers = ["─"] * canvas.columns, " " * (margin + 1)
    for x, label in ticks(0.0, last, max(2, canvas.columns // 12)).items():
        column = canvas.cell(x, low)[0]
        line_below[column] = "┬"
        at = min(margin + 1 + column - len(label) // 2, width - len(label))
        numbers = f"{numbers:<{at}}{label}"
    yield Text(f"{'':{margin}}└{''.join(line_below)}")
    yield Text(numbers)
