"""What the pane Forecast keeps until the next start. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Remembered:
    """What was chosen, and where the origin stands."""

    model: str = ""
    """Name of the forecaster; empty for the first one."""
    path: str = ""
    """A table of the user's; empty for the series that the forecaster was trained on."""
    target: str = ""
    """Column of it that is forecast; empty for the first one."""
    seed: int | None = None
    horizon: int | None = None
    origin: int | None = None
    """First row that is forecast; None for the middle of the test part."""
    beside: str = ""
    """Name of the method that is drawn beside the first one."""
    zoom: int = 0
    """How often the room before the origin was doubled, or halved if it is negative."""

    @classmethod
    def read(cls, state: dict[str, Any]) -> Remembered:
        """Read what `write` returned. The user may have damaged it: what is wrong is left out."""
        found = cls()
        for name, kind in (("model", str), ("path", str), ("target", str), ("beside", str)):
            if isinstance(value := state.get(name), kind):
                setattr(found, name, value)
        for name, least in (("seed", 0), ("horizon", 1), ("origin", 1), ("zoom", -9)):
            value = state.get(name)
            if type(value) is int and least <= value < 10_000_000:
                setattr(found, name, value)
        found.zoom = min(found.zoom, 9)
        return found

    def write(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {**vars(self)}
