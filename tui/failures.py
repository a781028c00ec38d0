"""Report what goes wrong in threads: one notice, and for an error of charlm's a traceback."""

from __future__ import annotations

import time
import traceback
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.worker import Worker, WorkerState

from charlm.console.program import is_out_of_memory
from corpora.errors import UserError
from tui import state

LOG = "errors.log"
"""File in the state folder with the tracebacks of errors of charlm's."""
MOST_BYTES = 1_000_000
"""Size of that file from which on its older half is removed."""
LONGEST_LINE = 300
"""Characters of an error that a notice shows."""


class ReportsFailures:
    """A base class of widgets and apps whose workers report what goes wrong in them.

    Such a worker has `exit_on_error=False`, and lets every exception pass.
    """

    app: Any

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report an error of a worker. A worker that was cancelled reports nothing."""
        worker = event.worker
        if event.state is WorkerState.ERROR and worker.error is not None:
            report(self.app, worker.error)


def report(app: App[Any], error: BaseException) -> None:
    """Show what went wrong as a notice, and log the traceback of an error of charlm's."""
    if not isinstance(error, UserError) and not is_out_of_memory(error):
        log_error(error)
    if not app._exit:
        app.notify(describe(error), severity="error", markup=False)


def describe(error: BaseException) -> str:
    """Return the line that a notice shows of an error."""
    if isinstance(error, UserError):
        return str(error)
    if is_out_of_memory(error):
        return "out of memory: choose a smaller model or text"
    first = next(iter(str(error).splitlines()), "")[:LONGEST_LINE]
    return f"an error of charlm's: {type(error).__name__}: {first}; please report it"


def log_error(error: BaseException) -> None:
    """Append the traceback of an error to the log in the state folder, if that can be written."""
    lines = traceback.format_exception(error)
    new = f"{time.strftime('%Y-%m-%d %H:%M:%S')}\n{''.join(lines)}\n".encode("utf-8", "replace")
    path = state.find_folder() / LOG
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        old = path.read_bytes() if path.exists() else b""
        if len(old) + len(new) > MOST_BYTES:
            old = old[-MOST_BYTES // 2 :]
        path.write_bytes((old + new)[-MOST_BYTES:])
