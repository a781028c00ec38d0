"""The live display of a training in a terminal."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from charlm.console.lines import (
    describe_end,
    describe_start,
    format_clock,
    format_nats,
    format_validation,
)
from charlm.console.program import printable
from charlm.training.events import Evaluated, Event, Finished, Sampled, Started, Step

BARS = "▁▂▃▄▅▆▇█"


def draw_sparkline(values: list[float], width: int) -> str:
    """Return the last `width` values as bars, scaled between their minimum and their maximum."""
    shown = values[-width:]
    low, high = min(shown), max(shown)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((value - low) * scale)] for value in shown)


class LiveDisplay:
    """A display of progress, losses, speed and the newest sample, redrawn in place."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.started: Started | None = None
        self.step: Step | None = None
        self.evaluated: list[Evaluated] = []
        self.best: Evaluated | None = None
        self.sampled: Sampled | None = None
        # Last, because it calls _view at once.
        self.live = Live(console=console, refresh_per_second=4, get_renderable=self._view)

    def __call__(self, event: Event) -> None:
        """Show `event`."""
        match event:
            case Started():
                self.started = event
                self.console.print(Text(printable(describe_start(event))), soft_wrap=True)
            case Step():
                self.step = event
            case Evaluated():
                self.evaluated.append(event)
                self.best = event if event.best else self.best
            case Sampled():
                self.sampled = event
            case Finished():
                self.live.update(self._view(), refresh=True)
                self.live.stop()
                self.console.print(Text(printable(describe_end(event))), soft_wrap=True)
            case _:
                return

    def _view(self) -> RenderableType:
        parts: list[RenderableType] = []
        if self.started and self.step:
            parts += [self._progress(self.step), self._figures(self.started, self.step)]
        if len(self.evaluated) > 1:
            losses = [event.loss for event in self.evaluated]
            width = max(8, self.console.width - 24)
            parts.append(Text(f"validation  {draw_sparkline(losses, width)}", style="cyan"))
        if self.sampled:
            text = Text(printable(self.sampled.text).strip(), overflow="fold")
            title = Text(f"sample at step {self.sampled.step:,}")
            parts.append(Panel(text, title=title, title_align="left", border_style="dim"))
        # The cursor stays on an empty line: after a full line, an echoed ^C would wrap.
        return Group(*parts, Text()) if parts else Text("reading the text …", style="dim")

    def _progress(self, step: Step) -> Table:
        done = step.elapsed / max(1e-9, step.elapsed + step.remaining)
        row = Table.grid(padding=(0, 1), expand=True)
        row.add_column(ratio=1)
        row.add_column(no_wrap=True)
        bar = ProgressBar(total=1.0, completed=done)
        row.add_row(
            bar,
            f"{done:4.0%}  {format_clock(step.elapsed)} gone, {format_clock(step.remaining)} left",
        )
        return row

    def _figures(self, started: Started, step: Step) -> Table:
        table = Table.grid(padding=(0, 2))
        newest = self.evaluated[-1] if self.evaluated else None
        best = f"{self.best.loss:.4f} at step {self.best.step:,}" if self.best else "–"
        table.add_row("train", format_nats(step.train_loss), "rate", f"{step.learning_rate:.2e}")
        table.add_row(
            "validation",
            format_validation(newest) if newest else "–",
            "norm",
            f"{step.gradient_norm:.2f}, {step.clipped:.0%} clipped",
        )
        speed = f"{step.units_per_second:,.0f} {started.unit}/s"
        table.add_row("best", best, "speed", speed)
        table.add_row("pass", f"{step.epoch:.2f}", "step", f"{step.step:,}/{started.total_steps:,}")
        return table
