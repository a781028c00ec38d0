"""Follow the runs of the pane Train: what is on disk, what is logged, how trainings end."""

from __future__ import annotations

import time
from pathlib import Path

from charlm.console.program import format_name
from tui.models import list_runs
from tui.train.estimates import Estimates
from tui.train.owner import End
from tui.train.watched import Watched

EVERY = 0.5
"""Seconds between two reads of the logs that are drawn."""
READ_FOR = 0.02
"""Seconds for which logs are read at a time, while no key is handled."""
READ_AGAIN = 0.02
"""Seconds until the next such time, if not all was read."""
SHOW_EVERY = 0.3
"""Seconds between two drawings while logs are read."""
RUNS_EVERY = 5.0
"""Seconds between two searches for runs, which may have been started elsewhere."""


class Follows(Estimates, Watched):
    """The part of the pane Train that keeps up with its runs."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown_at = 0.0

    def list_runs(self) -> None:
        """Show the runs on disk, and the trainings whose run is not on disk yet."""
        self.runs.update(dict.fromkeys([*list_runs(), *self.trainings.by_name]))
        self.marks.keep(self.runs.by_name)
        if self.chosen not in self.runs.by_name:  # it has been removed, or its training has failed
            self.chosen = self.runs.find_newest()
        self.read_on()

    def read_on(self) -> None:
        """Read the logs for a moment; if there is more, go on a little later."""
        more = self.runs.read_for(READ_FOR)
        if more:
            self.set_timer(READ_AGAIN, self.read_on)
        if not more or time.perf_counter() - self._shown_at > SHOW_EVERY:
            self.show_runs()
            self._shown_at = time.perf_counter()

    def update_logs(self) -> None:
        """Report trainings that have ended, and show what the runs have logged that are drawn."""
        for end in self.trainings.collect_ends():
            self._report(end)
            self.list_runs()
            self.find_models()
        drawn = [name for name, _ in self.marks.list_drawn(self.chosen)]
        grown = [name for name in drawn if self.runs.by_name[name].read(most=1000)]
        if grown or self.trainings.by_name:
            self.show_runs()

    def _report(self, end: End) -> None:
        title = format_name(Path(end.name).name)
        run = self.runs.by_name.get(end.name)
        if end.error is not None:
            self.notify(end.error, title=title, severity="error", markup=False)
        if run is not None:
            run.refresh()
            self.remember_speed(run)
