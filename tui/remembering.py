"""Keep what is typed and made in the panes, at each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ScreenStackError
from textual.css.query import NoMatches

from tui import state
from tui.failures import report
from tui.state import State, StateFile
from tui.workers import in_thread

if TYPE_CHECKING:
    from textual.app import App

    Base = App[None]
else:
    Base = object

EVERY = 0.5
"""Seconds between two looks at what has changed: what a power cut may cost."""


class Remembers(Base):
    """A base class of the app: it keeps the state of the panes in a file.

    A thread writes, since a disk may take its time. At the end of the app nothing is waited for:
    the file is written once more.
    """

    state: State
    autosave = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.state = state.load()
        self._file = StateFile()
        self._kept = self.state.encode()
        self._changed = False

    def on_pane_changed(self) -> None:
        """Write the state at the next look."""
        self._changed = True

    def watch_changes(self) -> None:
        """Begin to keep what changes."""
        self.set_interval(EVERY, self._keep_changes)

    def _keep_changes(self) -> None:
        if not (self._changed and self.autosave):
            return
        self._changed = False
        if self.collect_state() and (data := self.state.encode()) != self._kept:
            self._kept = data
            self._write(data, self._file.number())

    @in_thread("state", exclusive=False)
    def _write(self, data: bytes, number: int) -> None:
        self._file.write(data, number)

    def collect_state(self) -> bool:
        """Gather the state of the panes; return whether there is any."""
        try:
            self.gather(self.state)
        except (NoMatches, ScreenStackError):
            return False  # the app has only begun to start: there is nothing new to save
        except Exception as error:  # the app goes on, or ends, whatever is wrong with a pane
            report(self, error)
        return True

    def gather(self, found: State) -> None:
        """Put what is to be remembered into `found`."""
        raise NotImplementedError

    def save_state(self) -> None:
        """Save the active tab and the state of the panes for the next session, now."""
        if self.collect_state():
            self._file.write(self.state.encode(), self._file.number())
