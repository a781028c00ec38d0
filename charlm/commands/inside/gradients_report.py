"""What `charlm inside gradients` prints: drawings and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from charlm.commands.inside.output import format_figure
from charlm.console.program import printable, stdout
from charlm.console.tables import print_table
from charlm.drawing.braille import draw
from charlm.inside.results import Result
from charlm.inside.through_time.decay import LinearUnits, find_half_life

if TYPE_CHECKING:
    from charlm.inside.through_time.clipping import Clipping
    from charlm.inside.through_time.gradients import Gradients
    from charlm.inside.through_time.truncation import Truncation

WIDTH, HEIGHT = 110, 20
"""Greatest width of a drawing, in columns, and its height with one panel, in lines."""


def show(result: Result, corpus: str) -> None:
    """Print a result of the command.

    Args:
        result: what was measured.
        corpus: the name of the text.
    """
    if isinstance(result, LinearUnits):
        _show_linear(result)  # without torch, which the others need
        return
    from charlm.inside.through_time.clipping import Clipping
    from charlm.inside.through_time.gradients import Gradients
    from charlm.inside.through_time.truncation import Truncation

    match result:
        case Clipping():
            _show_clipping(result)
        case Truncation():
            _show_truncation(result)
        case Gradients():
            _show_gradients(result, corpus)


def _draw(result: Gradients | Truncation | LinearUnits) -> None:
    """Draw a result in the terminal."""
    console = stdout()
    panels = result.panels()
    height = HEIGHT + 4 * (len(panels) - 1)
    console.print(draw(panels, result.series(), min(console.width, WIDTH), height), soft_wrap=True)
    console.print()


def _show_gradients(found: Gradients, corpus: str) -> None:
    _draw(found)
    steps = len(found.curves[0].norms)
    names = ("k=1", f"k={steps}", "half-life", "1 % after", "factor")
    table = Table("model", "of", "weights", *names)
    for column in table.columns[3:]:
        column.justify = "right"
    for curve, row in zip(found.curves, found.summarize(), strict=True):
        figures = (
            f"{curve.norms[0]:.1e}",
            f"{curve.norms[-1]:.1e}",
            *(_format_distance(row[name], steps - 1) for name in ("half_life", "one_percent")),
            "" if curve.factor is None else f"{curve.factor:.3f}",
        )
        table.add_row(curve.model, curve.state, "trained" if curve.trained else "start", *figures)
    console = stdout()
    print_table(console, table)
    console.print(
        printable(
            "\nnorm of dL_t / dh_(t-k), or dc_(t-k): the geometric mean over "
            f"{found.places} places of {corpus}. half-life: characters after which half of the "
            "norm at k=1 is left. factor: by what a step back multiplies it, on the geometric mean."
        )
    )


def _format_distance(distance: float | None, most: int) -> str:
    return f"> {most}" if distance is None else f"{distance:.1f}"


def _show_linear(units: LinearUnits) -> None:
    _draw(units)
    shown = sorted({1, min(10, units.steps), units.steps})
    table = Table("w", *(f"w^{k}" for k in shown), "half-life")
    for column in table.columns:
        column.justify = "right"
    for weight in units.weights:
        half_life = find_half_life(weight)
        shown_half_life = "never" if half_life is None else f"{half_life:.2f}"
        powers = (format_figure(weight**k) for k in shown)
        table.add_row(f"{weight:g}", *powers, shown_half_life)
    print_table(stdout(), table)


def _show_clipping(clipping: Clipping) -> None:
    console = stdout()
    table = Table("step", "clipped", "norm before", "after", "cosine", "angle", "numbers changed")
    for column in table.columns[2:]:
        column.justify = "right"
    for step in clipping.steps:
        table.add_row(
            "ordinary" if step.factor == 1 else f"W_hh times {step.factor:g}",
            {"none": "no", "norm": "by norm", "value": "by value"}[step.clip_by],
            f"{step.norm_before:,.3f}",
            f"{step.norm:,.3f}",
            f"{step.cosine:.4f}",
            f"{step.angle:.0f}°",
            f"{step.share:.1%}",
        )
    print_table(console, table)
    console.print(
        f"\nBounds of {clipping.clip:g}, as in training. By norm, the gradient keeps its "
        "direction; by value, it does not."
    )


def _show_truncation(found: Truncation) -> None:
    if len({row.steps for row in found.rows}) > 1:
        _draw(found)
    table = Table("model", "weights", "T", "norm", "full norm", "cut off", "cosine")
    for column in table.columns[2:]:
        column.justify = "right"
    for row in found.rows:
        figures = (format_figure(row.norm), format_figure(row.full_norm))
        weights = "trained" if row.trained else "start"
        cut = f"{row.difference:.1%}"
        table.add_row(row.model, weights, str(row.steps), *figures, cut, f"{row.cosine:.4f}")
    console = stdout()
    print_table(console, table)
    console.print(
        "\nGradient of the recurrent weights W_hh, back through windows of T steps and through all "
        f"{found.length}.\ncut off: |full - truncated| / |full|"
    )
