"""What is asked for when a model is to be trained, and the job that it becomes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from charlm.training.config import LoopConfig, Precision
from charlm.training.distributed import World
from charlm.training.task import Task
from corpora.notice import Notice, silent

if TYPE_CHECKING:
    from corpora.known.download import Progress

Stop = Callable[[], bool]


def never() -> bool:
    """Return False: a training that nobody stops."""
    return False


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """What a caller is asked, told and shown while a training is opened and runs."""

    stop: Stop = never
    """Asked before every step; True ends the training after a save."""
    notice: Notice = silent
    """Told what the user should know of the data."""
    progress: Progress | None = None
    """Shown while data is fetched."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training whose data has been read, as the run folder records it."""

    kind: str
    """What the model file will hold; see `charlm.runs.registry`."""
    name: str
    """Names the run folder if the user does not."""
    training: LoopConfig
    model: Mapping[str, Any]
    """Configuration of the model, as an object of JSON."""
    vocabulary: str
    """JSON."""
    about: Mapping[str, Any]
    """The rest of `config.json`. What stands under `corpus` must be the same when the run is
    resumed, except for the place of the data."""
    task: Callable[[World, Precision], Task[Any]]
    """Makes the model, on the world's device, and the task that trains it."""

    @property
    def record(self) -> dict[str, Any]:
        """Everything in it that is JSON, except kind and vocabulary."""
        return {"model": dict(self.model), "training": self.training.to_json(), **self.about}


@dataclass(frozen=True, kw_only=True)
class Request(ABC):
    """A training that is asked for. Every job has a class of requests.

    A resumed training is the request that its run folder records, made into a job with the
    vocabulary that it records.
    """

    training: LoopConfig
    run: Path | None = None
    """Folder to write to; by default a new one under runs/."""

    kind: ClassVar[str]
    """Kind of the models that it makes; see `charlm.runs.registry`."""
    shares_batches: ClassVar[bool] = False
    """Whether several processes can train together."""
    place: ClassVar[frozenset[str]] = frozenset()
    """Fields under `corpus` that say where the data is. They may differ when a run is resumed."""

    @abstractmethod
    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read the data, and return the job of training on it.

        Args:
            hooks: what the caller is told and shown meanwhile.
            vocabulary: the one that a run folder recorded (JSON); None for a new training, which
                makes its own.

        Raises:
            UserError: the data, or what the training starts from, cannot be used.
        """

    @classmethod
    @abstractmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request whose training recorded `signed`.

        Args:
            signed: `Job.record`, as the last save holds it.
            moved: fields that say where the data is now, if not where it was.

        Raises:
            UserError: the record is damaged, or the data must be given again.
        """
