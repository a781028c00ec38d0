"""What the app remembers from one session to the next, in a JSON file."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from corpora.atomic import write_atomic
from corpora.errors import UserError

FILE = "tui.json"


@dataclass
class State:
    """The active tab, and what was typed, made and set in the panes."""

    pane: str = "generate"
    panes: dict[str, Any] = field(default_factory=dict)
    """State of each pane, by the name of its tab; see `Pane.get_state`."""

    def get_pane(self, pane: str) -> dict[str, Any]:
        """Return the saved state of a pane; it is empty if the file holds no JSON object for it."""
        found = self.panes.get(pane)
        return found if isinstance(found, dict) else {}

    def encode(self) -> bytes:
        """Return the state as the file holds it."""
        return json.dumps(dataclasses.asdict(self), indent=1).encode()


class StateFile:
    """The file; states are written by several threads, and the newest one stays."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest = 0
        self._written = 0

    def number(self) -> int:
        """Return a number for a state that is to be written: a higher one than all before it."""
        self._newest += 1
        return self._newest

    def write(self, data: bytes, number: int) -> None:
        """Write an encoded state, unless a newer one has been written.

        An error is ignored: the app goes on, or ends, without it.
        """
        with self._lock:
            if number < self._written:
                return
            self._written = number
            try:
                write_atomic(find_folder() / FILE, data)
            except UserError:
                return


def find_folder() -> Path:
    """Return the folder of the state file: $CHARLM_STATE, else charlm's own for the user."""
    if folder := os.environ.get("CHARLM_STATE"):
        return Path(os.path.expanduser(folder))  # noqa: PTH111  (Path.expanduser raises without a home)
    import platformdirs

    return Path(platformdirs.user_state_dir("charlm"))


def load() -> State:
    """Return the saved state; missing, damaged and wrongly typed values get their default."""
    try:
        found = json.loads((find_folder() / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return State()
    state = State()
    for one in dataclasses.fields(State):
        value = found.get(one.name) if isinstance(found, dict) else None
        if type(value) is type(getattr(state, one.name)):
            setattr(state, one.name, value)
    return state
