"""What the pane Captions keeps until the next start. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.caption.subject import COUNTS, MOST_NUMBER, SPLITS, Wanted


@dataclass
class Remembered:
    """What was chosen."""

    model: str = ""
    """Name of the captioner; empty for the first one."""
    path: str = ""
    """A picture of the user's; empty for a scene."""
    split: str = SPLITS[0]
    shapes: str = COUNTS[0]
    number: int = 7
    seed: int = 1
    width: int = 5

    @classmethod
    def read(cls, state: dict[str, Any]) -> Remembered:
        """Read what `write` returned. The user may have damaged it: what is wrong is left out."""
        found = cls()
        for name in ("model", "path"):
            if isinstance(value := state.get(name), str):
                setattr(found, name, value)
        for name, values in (("split", SPLITS), ("shapes", COUNTS)):
            if state.get(name) in values:
                setattr(found, name, state[name])
        for name, least, most in (("number", 0, MOST_NUMBER), ("seed", 0, 9999), ("width", 1, 20)):
            value = state.get(name)
            if type(value) is int and least <= value <= most:
                setattr(found, name, value)
        return found

    def write(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {**vars(self)}

    def want(self, model: str | None) -> Wanted:
        """Return what is to be looked at with a captioner."""
        split = next(one for one in SPLITS if one == self.split)
        return Wanted(model, self.path, split, self.number, self.seed, self.width)
