"""What the app remembers from one session to the next, in a JSON file."""

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
    """Theme, active tab, and what was typed and set in the panes."""

    theme: str = "textual-dark"
    pane: str = "generate"
    panes: dict[str, Any] = field(default_factory=dict)
    """State of each pane, by the name of its tab; see `Pane.get_state`."""

    def get_pane(self, pane: str) -> dict[str, Any]:
        """Return the saved state of a pane; it is empty if the file holds no JSON object for it."""
        found = self.panes.get(pane)
        return found if isinstance(found, dict) else {}


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


def save(state: State) -> None:
    """Write the state file; ignore an error, because the app is ending and can show none."""
    data = json.dumps(dataclasses.asdict(state), indent=2).encode()
    try:
        write_atomic(find_folder() / FILE, data)
    except UserError:
        return
