"""The panel Sample: what the model of a run wrote, pass by pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.events import Click, Resize
from textual.message import Message
from textual.worker import get_current_worker

from charlm.console.program import printable
from charlm.drawing.panels import shorten
from tui.failures import ReportsFailures
from tui.train.drawn_sample import describe, is_drawing, narrow
from tui.train.log import RunLog, Sample
from tui.train.own_prompt import OwnPrompt, write_sample
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel
from tui.workers import in_thread

NO_SAMPLE = "What the model writes after each evaluation stands here, pass by pass."
TITLE_AT = 3
"""Cell at which the text of a border begins."""
EARLIER = 8
"""Earlier samples that are shown in a line each, at most."""


class SampleRoom(VerticalScroll, can_focus=True):
    """A sample of a run, which scrolls, and keys that go through the passes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1)", "sample of the pass before", show=False),
        Binding("right", "go(1)", "sample of the next pass", show=False),
        Binding("home", "go(-1000000)", "first sample", show=False),
        Binding("end", "go(1000000)", "newest sample", show=False),
    ]

    class Gone(Message):
        """Another sample is asked for."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def action_go(self, steps: int) -> None:
        """Ask for another sample."""
        self.post_message(self.Gone(steps))


class SamplePanel(ReportsFailures, Panel):
    """What the model of the chosen run wrote after a pass."""

    def __init__(self) -> None:
        super().__init__(title="What it writes", tab="Sample", id="sample-panel")
        self.run_log: RunLog | None = None
        self.passes: float | None = None
        self.chosen: int | None = None
        """Number of the sample that is shown; None follows the newest."""
        self.own: tuple[str, str] | None = None
        """Title and text of what was written after a prompt of the user's, while it is shown."""

    def compose(self) -> ComposeResult:
        """Lay out earlier samples and the one that is chosen."""
        with SampleRoom():
            yield Caption("", id="earlier", markup=False)
            yield Caption("", id="sample", markup=False)
        yield OwnPrompt()

    def show_log(
        self, log: RunLog | None, passes: float | None = None, *, writes: bool = False
    ) -> None:
        """Show the samples of a run.

        Args:
            log: its log; None if there is no run.
            passes: passes that its training makes.
            writes: whether its model writes after a prompt.
        """
        if log is not self.run_log:
            self.chosen = self.own = None
            self.workers.cancel_group(self, "own")
            self.end_work()
        self.run_log, self.passes = log, passes
        self.query_one(OwnPrompt).display = writes
        self._show()

    @property
    def samples(self) -> Sequence[Sample]:
        """The samples of the run."""
        return () if self.run_log is None else self.run_log.samples

    def _show(self) -> None:
        samples = self.samples
        if self.own is not None:
            self.title, text = self.own
            self._show_earlier("")
            self.query_one("#sample", Caption).update(printable(text))
            self.foot = "← → the samples of the passes"
            return
        if not samples:
            self.foot = ""
            self.title = "What it writes"
            self.query_one("#sample", Caption).update("")
            self._show_earlier(NO_SAMPLE)
            return
        at = len(samples) - 1 if self.chosen is None else min(self.chosen, len(samples) - 1)
        of = "" if self.passes is None else f" of {self.passes:g}"
        self.title = f"Sample · pass ◂ {format_pass(samples[at])} ▸{of}"
        self._show_earlier(self._draw_earlier(at))
        text = samples[at].text
        if is_drawing(text):
            text = narrow(text, self.query_one(SampleRoom).scrollable_content_region.width)
        self.query_one("#sample", Caption).update(printable(text))
        self.foot = f"{at + 1} of {len(samples)} · ← → another pass"

    def _show_earlier(self, lines: Text | str) -> None:
        earlier = self.query_one("#earlier", Caption)
        earlier.update(lines)
        earlier.display = bool(lines)  # an empty line is a line

    def _draw_earlier(self, at: int) -> Text:
        """Return some earlier samples, a line each, if there is room for them."""
        room = max(0, min(EARLIER, self.size.height - 6))
        places = sorted({at * part // (room + 1) for part in range(1, room + 1)} | {0} - {at})
        width = max(10, self.size.width - 12)
        lines = [
            f"pass {format_pass(one):>4} {shorten(describe(one.text), width)}"
            for one in (self.samples[place] for place in places[:room] if place != at)
        ]
        return Text("\n", no_wrap=True, overflow="ellipsis").join([Text(one) for one in lines])

    def on_resize(self, event: Resize) -> None:
        """Show as many earlier samples as there is room for."""
        self._show()

    @on(SampleRoom.Gone)
    def go(self, event: SampleRoom.Gone) -> None:
        """Show the sample of another pass."""
        event.stop()
        if self.own is not None:
            self.own = None
            self._show()
            return
        last = len(self.samples) - 1
        at = last if self.chosen is None else self.chosen
        place = max(0, min(at + event.steps, last))
        self.chosen = None if place >= last else place
        self._show()

    @on(OwnPrompt.Given)
    def write(self, event: OwnPrompt.Given) -> None:
        """Have the model of the run write after a prompt of the user's."""
        event.stop()
        if self.run_log is None:
            self.notify("there is no run yet", severity="warning")
            return
        self.show_work("writing")
        self._write(self.run_log, event.prompt, event.temperature)

    @in_thread("own")
    def _write(self, log: RunLog, prompt: str, temperature: float) -> None:
        worker, shown = get_current_worker(), None
        try:
            text = write_sample(log.folder, prompt, temperature)
            shown = f"Your prompt · T {temperature:g} · best model so far", text
        finally:
            if not worker.is_cancelled:
                self.app.call_later(self._show_own, log, shown)

    def _show_own(self, log: RunLog, shown: tuple[str, str] | None) -> None:
        if log is self.run_log:
            self.end_work()
            self.own = shown or self.own
            self._show()

    def on_click(self, event: Click) -> None:
        """Go to another pass for a click on one of the arrows in the title."""
        title = self.title
        if event.y == 0 and "◂" in title:
            left, right = title.index("◂") + TITLE_AT, title.index("▸") + TITLE_AT
            if abs(event.x - left) <= 1 or abs(event.x - right) <= 1:
                self.post_message(SampleRoom.Gone(-1 if abs(event.x - left) <= 1 else 1))


def format_pass(sample: Sample) -> str:
    """Return after which pass a sample was written."""
    return "–" if math.isnan(sample.epoch) else f"{sample.epoch:.3g}"
