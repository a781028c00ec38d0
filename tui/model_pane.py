"""The base of the panes that ask one chosen model, which is loaded in a thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from textual.worker import Worker, WorkerFailed

from charlm.console.program import format_name
from tui.files import save
from tui.models import Models
from tui.pane import Pane
from tui.screens import Choose
from tui.widgets.choice import ModelChoice
from tui.widgets.panel import Panel

Model = TypeVar("Model")


class Kept(Protocol):
    """What such a pane keeps until the next start."""

    model: str
    """Name of the model; empty for the first one."""

    def write(self) -> dict[str, Any]:
        """Return it as an object for JSON."""


class ModelPane(Pane, Generic[Model]):
    """A pane that asks one chosen model. Models keep no state: only their loading is locked."""

    MAIN: ClassVar[str]
    """Id of the panel that says what is loaded, and what went wrong."""

    models: Models[Model]
    kept: Kept

    @property
    def model_choice(self) -> ModelChoice:
        """Where the model is chosen."""
        return self.query_one(ModelChoice)

    def panel(self, name: str) -> Panel:
        """Return a panel by its id."""
        return self.query_one(f"#{name}", Panel)

    def get_state(self) -> dict[str, Any]:
        """Return what is chosen."""
        if self.model_choice.chosen is not None:
            self.kept.model = self.model_choice.chosen
        return self.kept.write()

    def use(self, name: str) -> None:
        """Use this model."""
        self.model_choice.use(name)

    def use_remembered(self) -> None:
        """Use the model of the last session, if there was one."""
        if self.kept.model:
            self.model_choice.use(self.kept.model)

    def get_model(self, name: str | None, worker: Worker[Any]) -> Model | None:
        """Return a model, in a thread; None if there is none, or the worker is cancelled."""
        if name is None:
            return None
        with self.models.lock:
            return None if worker.is_cancelled else self.models.get(name)

    def show_loading(self, name: str) -> None:
        """Show that a model is being loaded."""
        self.call_later(self.panel(self.MAIN).show_work, f"loading {format_name(name)}")

    def give_up(self, why: str) -> None:
        """Leave what was there, dimmed, and say why what is wanted cannot be shown."""
        panel = self.panel(self.MAIN)
        panel.end_work()
        panel.foot = why


async def save_drawn(
    pane: Pane,
    what: str,
    suffixes: Mapping[str, str],
    draw: Callable[[str], Worker[bytes]],
    name: Callable[[str], str],
) -> None:
    """Ask for the kind of a file and for its name, have a thread make the content, and write it.

    Args:
        pane: whose work is saved; this must run in one of its workers.
        what: what is saved, such as "the map".
        suffixes: the kinds, by what the names of their files end with.
        draw: begins to make the content of a kind.
        name: returns the file name that is proposed for a kind.
    """
    suffix = await pane.app.push_screen_wait(Choose(f"Save {what} as", suffixes))
    if suffix is None:
        return
    try:
        content = await draw(suffix).wait()
    except WorkerFailed:
        return  # the thread has said what went wrong
    await save(pane.app, f"Save {what} to", name(suffix), lambda: content)
