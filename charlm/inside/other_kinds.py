"""What a model of another kind takes and returns, to be looked into by the same commands.

The package that knows the kind names its functions in `charlm.runs.registry`. So the commands here
show classifiers and translators without importing them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from charlm.inside.results import ModelResult
from charlm.runs.kind import import_attribute
from charlm.runs.model_file import read_kind
from charlm.runs.registry import CHARACTERS, find, find_kind
from corpora.errors import UserError
from corpora.notice import Notice

if TYPE_CHECKING:
    from rich.text import Text

    from charlm.drawing.colored_text import Scale

Look = Literal["trace", "units"]
"""A way to look inside, by the name of its command and of its field of `Kind`."""
Progress = Callable[[int], object]
"""A function that takes the number of texts or words that are read now, in addition to those
before."""


@dataclass(frozen=True, kw_only=True)
class TraceRequest:
    """What is asked of the trace of a text."""

    text: str
    """The text."""
    layer: int | None = None
    """The layer, from 0 at the bottom; None for all, or the last one."""
    units: tuple[int, ...] = ()
    """Units, from 0."""
    of: str | None = None
    """What to show of them: hidden, cell, a gate."""
    top: int | None = None
    """Show so many units; None for as many as are usual."""
    by: Literal["change", "variance", "effect"] = "change"
    """Order of the units."""


@dataclass(frozen=True, kw_only=True)
class UnitsRequest:
    """What is asked of the units that follow something."""

    corpus: str | None = None
    """Labelled texts, by name or path; None for those that the kind is known for."""
    texts: int = 600
    """How many texts to read."""
    seed: int = 1
    """Seed of their choice."""


@dataclass(frozen=True)
class DrawnResult(ModelResult):
    """A result that knows how it looks in a terminal."""

    @abstractmethod
    def about(self) -> dict[str, Any]:
        """Return what the records are about, for JSON."""

    @abstractmethod
    def draw(self, width: int, scale: Scale) -> Text:
        """Return the figures for a terminal.

        Args:
            width: its columns.
            scale: styles of positive and of negative numbers.
        """


class Looker(Protocol):
    """A function that the registry names for a `Look`."""

    def __call__(
        self, name: str, request: Any, *, progress: Progress, notice: Notice
    ) -> DrawnResult:
        """Look into the model `name`.

        Args:
            name: a shipped name, a run folder or a file.
            request: the request of this way to look.
            progress: is called while it reads.
            notice: gets a line before a download.
        """


def find_looker(model: str, look: Look) -> Looker | None:
    """Return the function by which a model of another kind is looked into; None for characters.

    Raises:
        UserError: there is no such model, or none of its kind can be looked into like this.
    """
    path = find(model)
    name = read_kind(path)
    if name == CHARACTERS:
        return None
    attribute = getattr(find_kind(name, path), look)
    if attribute is None:
        raise UserError(f"{model} is a {name}: `charlm inside {look}` has nothing to show of it")
    looker: Looker = import_attribute(attribute)
    return looker
