"""What the app remembers from one start to the next."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora.atomic import write_atomic
from corpora.errors import UserError

FILE = "tui.json"


@dataclass
class State:
    """Theme, pane, and what was typed and set in the panes."""

    theme: str = "textual-dark"
    pane: str = "generate"
    panes: dict[str, Any] = field(default_factory=dict)
    """What each pane wants kept; see `Pane.kept`."""

    def kept(self, pane: str) -> dict[str, Any]:
        """Return what a pane wanted kept, if that is an object still."""
        found = self.panes.get(pane)
        return found if isinstance(found, dict) else {}


def folder() -> Path:
    """The folder for what is remembered: CHARLM_STATE, or charlm's among the user's."""
    if named := os.environ.get("CHARLM_STATE"):
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_state_dir("charlm"))


def load() -> State:
    """Return what was remembered; what is missing, damaged or of another type is as at first."""
    try:
        found = json.loads((folder() / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return State()
    state = State()
    for one in dataclasses.fields(State):
        value = found.get(one.name) if isinstance(found, dict) else None
        if type(value) is type(getattr(state, one.name)):
            setattr(state, one.name, value)
    return state


def save(state: State) -> None:
    """Remember `state`, if there is a place to: an app that ends has nobody to complain to."""
    data = json.dumps(dataclasses.asdict(state), indent=2).encode()
    try:
        write_atomic(folder() / FILE, data)
    except UserError:
        return
