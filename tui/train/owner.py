"""The one owner of the trainings of the app: starts, stops and resumes them, and says how they end.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from charlm.console.plugins import list_options
from charlm.runs.files import CONFIG, LAST, exists, read_json
from charlm.runs.registry import KINDS
from charlm.runs.run_folder import RunFolder
from charlm.system import interrupt
from corpora.errors import UserError
from tui.train.form import Form
from tui.train.process import Training
from tui.visitors import allow

SAVES = "the training saves and stops"
SAVES_ALREADY = "the training is saving already"


@dataclass(frozen=True)
class End:
    """The end of a training."""

    name: str
    """Its run folder, as one would type it."""
    error: str | None
    """Why it failed, in a line; None if it ended as it should."""


class Trainings:
    """All trainings that the app has started, by run folder. Nobody else starts or stops one."""

    def __init__(self) -> None:
        self.by_name: dict[str, Training] = {}
        self._asked_for: dict[str, list[str]] = {}
        """What was asked for, by run folder, to tell a second click from another training."""
        self._strangers: set[int] = set()
        """Processes of others that were asked to stop."""

    def start(self, form: Form) -> Training | None:
        """Start what a form describes, in a new folder, which is reserved first.

        Returns:
            The training, or None if the same one is starting already: a second click.

        Raises:
            UserError: the form is wrong, the folder cannot be made, or visitors may not use it.
        """
        allow(Path("runs"))
        form.check()
        asked = form.make_arguments(Path(form.stem))
        if any(asked == one and self.is_starting(name) for name, one in self._asked_for.items()):
            return None
        folder = RunFolder.reserve(form.stem)
        try:
            training = Training(folder.path, form.make_arguments(folder.path))
        except UserError:
            folder.give_up(created=False)
            raise
        name = str(folder.path)
        self.by_name[name], self._asked_for[name] = training, asked
        return training

    def resume(self, folder: Path, options: Sequence[str] = ()) -> Training:
        """Go on with the training in a run folder.

        Args:
            folder: the run.
            options: options of the command line that change it, such as `--epochs 50`.

        Raises:
            UserError: it trains already, holds nothing to go on from, or visitors may not use it.
        """
        name = str(folder)
        allow(folder)
        if self.is_running(name) or RunFolder(folder).find_training() is not None:
            raise UserError(f"{folder} is already training")
        kind = KINDS.get(read_kind(folder))
        if kind is None or not exists(folder / LAST):
            raise UserError(f"{folder} cannot be resumed: it has no {LAST}")
        training = Training(folder, [*kind.command, *list_options(), "--resume", name, *options])
        self.by_name[name] = training
        return training

    def stop(self, name: str) -> str:
        """Ask a training to save and end, once, whoever has started it; return what happens.

        Raises:
            UserError: nothing is training in that folder, or it cannot be asked.
        """
        own = self.by_name.get(name)
        if own is not None and own.running:
            said = SAVES_ALREADY if own.stopping else SAVES
            own.stop()
            return said
        folder = allow(Path(name))
        process = RunFolder(folder).find_training()
        if process is None:
            raise UserError(f"nothing is training in {name}")
        if process in self._strangers:
            return SAVES_ALREADY
        try:
            interrupt(process)
        except ProcessLookupError:
            return "it has just ended by itself"
        except PermissionError as error:
            raise UserError(f"the training in {name} belongs to another user") from error
        self._strangers.add(process)
        return SAVES

    def is_running(self, name: str) -> bool:
        """Return whether a training of the app runs in a folder."""
        training = self.by_name.get(name)
        return training is not None and training.running

    def is_starting(self, name: str) -> bool:
        """Return whether a training of the app has not begun its log yet."""
        return self.is_running(name) and not self.by_name[name].has_logged

    def list_running(self) -> list[Training]:
        """Return the trainings that still run."""
        return [one for one in self.by_name.values() if one.running]

    def collect_ends(self) -> list[End]:
        """Return the trainings that have ended since the last call; their empty folders go."""
        ended = [name for name, one in self.by_name.items() if not one.running]
        ends = []
        for name in ended:
            training = self.by_name.pop(name)
            self._asked_for.pop(name, None)
            training.remove_unused()
            ends.append(End(name, training.get_error()))
        return ends


def read_kind(folder: Path) -> str:
    """Return the kind of the model that a run folder is for; empty if it does not say.

    Raises:
        UserError: its configuration cannot be read.
    """
    config = read_json(folder / CONFIG)
    return str(config.get("kind")) if isinstance(config, dict) else ""
