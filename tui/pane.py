"""What every pane can be asked by the app, and how it asks for another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from tui.train.process import Training


class Pane(Widget):
    """The content of a tab.

    Its threads report with `call_later`, which does not wait for the event loop as
    `call_from_thread` does: a thread that waits for an app that is ending would wait for ever.
    """

    HELP: ClassVar[str] = ""
    """What the pane is for and how it is used, in Markdown."""

    @dataclass
    class Open(Message):
        """Another tab is to be shown, with something in it; see `Pane.use`."""

        tab: str
        name: str

    def use(self, name: str) -> None:
        """Take what was chosen elsewhere: a model to write with, a corpus to train on."""

    def kept(self) -> dict[str, Any]:
        """Return what is to be remembered until the next start, as a JSON object."""
        return {}

    def restore(self, kept: dict[str, Any]) -> None:
        """Take what `kept` returned at the last start, before being mounted; it may be damaged."""

    def under_way(self) -> Sequence[Training]:
        """Return the trainings that this pane has started and that have not ended."""
        return ()

    def fail(self, line: str) -> None:
        """Say what went wrong, and what to do."""
        self.notify(line, severity="error", markup=False)
