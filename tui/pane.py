"""The base class of the panes: how the app and its panes talk to each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.worker import Worker

from tui.failures import ReportsFailures
from tui.reading import Reading


class Training(Protocol):
    """A training that runs outside the app; see `tui.train.process`."""

    def stop(self) -> None:
        """Ask the training to save and end."""


class Pane(ReportsFailures, Widget):
    """The content of a tab.

    A worker of a pane lets its errors pass, and they become notices. A thread reports with
    `show_later`, which does not wait for the event loop. `call_from_thread` waits for it: a thread
    would wait forever for an app that is ending.
    """

    HELP: ClassVar[str] = ""
    """Help text in Markdown: what the pane is for. The app adds a table of the keys."""

    about: reactive[str] = reactive("")
    """What the pane works with, in a few words: the app shows it at the end of its first line."""

    class Described(Message):
        """`about` has changed."""

    class Changed(Message):
        """What the pane remembers has changed; see `get_state`."""

    @dataclass
    class Open(Message):
        """A request to show another tab and to have its pane use something; see `Pane.use`."""

        tab: str
        """Name of the tab."""
        name: str
        """Name of the model or the corpus to use there."""

    @classmethod
    def prepare(cls, state: dict[str, Any]) -> None:
        """Load what a pane with this state needs at once; a thread does it before one is made.

        Args:
            state: what `restore_state` will get.
        """

    def use(self, name: str) -> None:
        """Use the model or the corpus called `name`, which was chosen elsewhere in the app."""

    def go_to_reading(self, position: int) -> None:
        """Move the cursor to a place of what `get_reading` returns: it was moved in Inside.

        Args:
            position: index of the character, the word or the step.
        """

    def get_state(self) -> dict[str, Any]:
        """Return what the pane remembers until the next session, as a JSON object."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Restore what `get_state` returned in the last session; called before mounting.

        Args:
            state: object from the state file; the user may have damaged the file.
        """

    def remember(self) -> None:
        """Have the app keep what `get_state` returns, soon."""
        self.post_message(self.Changed())

    def watch_about(self) -> None:
        """Tell the app."""
        self.post_message(self.Described())

    def get_reading(self) -> Reading | None:
        """Return the text that the pane Inside is to look at, if there is one."""
        return None

    def on_shown(self) -> None:
        """Do what is to be done each time the pane is shown."""

    def show_pins(self) -> None:
        """Show the units that are pinned now; see `tui.inside`."""

    def use_settings(self) -> None:
        """Use the settings of the app, which have changed."""

    def focus_first(self) -> None:
        """Move the focus to where the user begins."""
        for widget in self.query("Input, TextArea, TextView"):
            if widget.focusable and widget.display:
                widget.focus()
                return

    def list_trainings(self) -> Sequence[Training]:
        """Return the trainings that this pane has started and that still run."""
        return ()

    def show_later(self, worker: Worker[Any], show: Callable[..., object], *values: Any) -> None:
        """Have the event loop call `show`, unless the worker is cancelled before its turn comes.

        A thread that looked by itself would look too early: what the user does in between, such as
        emptying a table, would be undone by what waits in the queue.
        """

        def call() -> None:
            if not worker.is_cancelled:
                show(*values)

        if not worker.is_cancelled:
            self.call_later(call)

    def fail(self, line: str) -> None:
        """Show an error message."""
        self.notify(line, severity="error", markup=False)
