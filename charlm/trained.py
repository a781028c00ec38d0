"""What a Python program gets of a training: the run, the model, the history of its losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from signal import SIGINT
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from charlm.console.extras import can_draw
from charlm.console.interrupts import Interrupts
from charlm.experiments.curves import Curve, make_panels, read_curve
from charlm.training import session
from charlm.training.events import Event, Finished, Reason
from charlm.training.request import Hooks, Request
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

Model = TypeVar("Model")

Progress = Literal["auto", "off"] | Callable[[Event], object]
"""What is shown of a training: auto (in a terminal a display that is redrawn, elsewhere lines), off
(nothing at all), or a function that is called with every event; see `charlm.training.events`."""


@dataclass(frozen=True)
class History:
    """The figures of a run at its evaluations, over all its sessions, in order."""

    curve: Curve = field(repr=False)

    @classmethod
    def read(cls, folder: Path) -> History:
        """Read the history of a run; it is empty before the first evaluation."""
        try:
            return cls(read_curve(folder.name, folder))
        except UserError:
            return cls(Curve(folder.name, [], [], [], []))

    @property
    def losses(self) -> list[float]:
        """Validation losses, in nats."""
        return self.curve.validation_loss

    @property
    def training_losses(self) -> list[float]:
        """Mean training losses since the evaluation before, in nats."""
        return self.curve.train_loss

    @property
    def epochs(self) -> list[float]:
        """Passes over the training part at each evaluation."""
        return self.curve.epochs

    @property
    def accuracies(self) -> list[float]:
        """Validation accuracies from 0 to 1; empty where the job has none."""
        return self.curve.accuracy

    def plot(self) -> Picture:
        """Return a figure of matplotlib with the curves of the losses and of the accuracies.

        Raises:
            UserError: there was no evaluation.
        """
        from charlm.drawing.picture import draw_panels

        if not self.losses:
            raise UserError("nothing has been evaluated yet: there is no curve to draw")
        return draw_panels(make_panels([self.curve]), [self.curve.name])

    def _repr_png_(self) -> bytes | None:
        """Return the picture that a notebook shows; None if there is nothing to draw, or with."""
        return self.plot().to_png() if self.losses and can_draw() else None

    def __len__(self) -> int:
        return len(self.losses)

    def __repr__(self) -> str:
        best = f", best {min(self.losses):.4f} nats" if self.losses else ""
        return f"History({len(self)} evaluations{best})"


@dataclass(frozen=True)
class Trained(Generic[Model]):
    """What came of a training."""

    run: Path
    """The run folder: the model can be loaded from it, and the training resumed."""
    reason: Reason
    """Why it ended: finished, interrupted, no improvement, out of time or diverged."""
    load: Callable[[str], Model] = field(repr=False)
    """Loads the model from the folder."""

    @property
    def interrupted(self) -> bool:
        """Whether it was interrupted. All that was trained is saved, and can go on."""
        return self.reason == "interrupted"

    @cached_property
    def model(self) -> Model:
        """The best model by validation, ready to use.

        Raises:
            UserError: none was kept, because the training diverged before its first evaluation.
        """
        return self.load(str(self.run))

    @cached_property
    def history(self) -> History:
        """The losses at the evaluations."""
        return History.read(self.run)

    def __repr__(self) -> str:
        return f"Trained({str(self.run)!r}, {self.reason}, {self.history!r})"


def take_settings(settings: Mapping[str, Any], *configs: type) -> None:
    """Raise `UserError` for a setting that is a field of none of `configs`."""
    known = [one.name for config in configs for one in fields(config)]
    for name in settings:
        if name not in known:
            meant = get_close_matches(name, known, 1)
            hint = f"; did you mean {meant[0]}?" if meant else f"; there are: {', '.join(known)}"
            raise UserError(f"there is no setting {name!r}{hint}")


def keep_settled(resume: str | Path | None, **given: Any) -> None:
    """Raise `UserError` if a training is resumed and an argument that its run settles is given."""
    for name, value in given.items():
        if resume is not None and value not in (None, ()):
            raise UserError(f"{name} cannot change while a training is resumed: leave it out")


@dataclass(frozen=True)
class Folders:
    """Where a training is: in a new run, or in one that goes on."""

    out: str | Path | None
    """Folder of a new run; None for a new one under runs/."""
    resume: str | Path | None
    """Folder of a run that goes on; None for a new one."""


def train_here(
    request_class: type[Request],
    request: Callable[[Path | None], Request],
    load: Callable[[str], Model],
    settings: Mapping[str, Any],
    moved: Mapping[str, Any],
    folders: Folders,
    progress: Progress,
) -> Trained[Model]:
    """Train in this process, new or resumed, and return what came of it.

    Nothing of the process is changed. During the training SIGINT is caught, and put back after it:
    the first one ends the training after a save.

    Args:
        request_class: what is trained.
        request: makes the request of a new training in a folder.
        load: loads the model from its folder.
        settings: what was given of the fields of configurations.
        moved: where the data of a resumed run is now; see `Request.recorded`.
        folders: where the run is.
        progress: what is shown.

    Raises:
        UserError: the training cannot be opened.
    """
    stop = Interrupts((SIGINT,))
    with ExitStack() as stack:
        show, hooks = stack.enter_context(_showing(progress, stop))
        opened = _open(request_class, request, settings, moved, folders, hooks)
        training = stack.enter_context(opened)
        stack.enter_context(stop)
        event: Event | None = None
        for event in training.events():
            try:
                show(event)
            except KeyboardInterrupt:  # between two steps: nothing is lost
                stop.ask()
        assert isinstance(event, Finished)
        return Trained(training.run.path, event.reason, load)


def _open(
    request_class: type[Request],
    request: Callable[[Path | None], Request],
    settings: Mapping[str, Any],
    moved: Mapping[str, Any],
    folders: Folders,
    hooks: Hooks,
) -> AbstractContextManager[session.Training]:
    if folders.resume is None:
        return session.start(request(None if folders.out is None else Path(folders.out)), hooks)
    if folders.out is not None:
        raise UserError("a resumed training goes on in its own folder: leave out out=")
    for name in settings:
        if name not in session.MAY_CHANGE:
            raise UserError(f"{name} cannot change while a training is resumed")
    run = Path(folders.resume)
    return session.resume(request_class, run, changes=settings, hooks=hooks, **moved)


@contextmanager
def _showing(
    progress: Progress, stop: Interrupts
) -> Iterator[tuple[Callable[[Event], object], Hooks]]:
    """Yield a function that takes events, and the hooks of a training."""
    if callable(progress):
        yield progress, Hooks(stop=stop)
    elif progress == "off":
        yield lambda event: None, Hooks(stop=stop)
    elif progress == "auto":
        from charlm.console.download_bar import DownloadBar
        from charlm.console.program import notice, stderr, stdout
        from charlm.console.watch import display

        with closing(DownloadBar(stderr())) as bar, ExitStack() as stack:
            shown: list[Callable[[Event], object]] = []

            def show(event: Event) -> None:  # the display begins with the first event
                if not shown:
                    shown.append(stack.enter_context(display(stdout())))
                shown[0](event)

            yield show, Hooks(stop=stop, notice=notice, progress=bar)
    else:
        raise UserError(f"progress is auto, off, or a function of events, not {progress!r}")
