"""What the pane Translate keeps until the next start. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tui.translate.breaks import Finding

COMMAND = "jump around left twice and walk"
"""The command of the first visit."""
WIDTH = 5
"""Width of the beam at first."""


@dataclass
class Remembered:
    """What was typed, chosen and found."""

    command: str = COMMAND
    history: list[str] = field(default_factory=list)
    """The commands that were given, the last one at the end."""
    drawn: int = 0
    """How many random commands were drawn: the seed of the next one."""
    width: int = WIDTH
    """Width of the beam."""
    models: dict[str, str | None] = field(default_factory=dict)
    """The translator of each side, by its id; None where the user wants none."""
    wishes: dict[str, str] = field(default_factory=dict)
    """What the map of each side is to show, by its id."""
    tried: dict[str, str] = field(default_factory=dict)
    """The translators that were tried on the splits, by their letter."""
    findings: list[Finding] = field(default_factory=list)
    """How they did."""

    @classmethod
    def read(cls, state: dict[str, Any]) -> Remembered:
        """Read what `write` returned. The user may have damaged it: what is wrong is left out."""
        found = cls()
        command, width, drawn = (state.get(name) for name in ("command", "width", "drawn"))
        if isinstance(command, str) and command:
            found.command = command
        if type(width) is int and width > 0:
            found.width = width
        if type(drawn) is int and drawn >= 0:
            found.drawn = drawn
        history, findings = state.get("history"), state.get("findings")
        found.history = [one for one in _list(history) if isinstance(one, str)]
        found.models = {
            side: model
            for side, model in _items(state.get("models"))
            if model is None or isinstance(model, str)
        }
        found.wishes = _read_texts(state.get("wishes"))
        found.tried = _read_texts(state.get("tried"))
        read = map(Finding.from_json, _list(findings))
        found.findings = [one for one in read if one is not None and {*one.right} == {*found.tried}]
        return found

    def write(self) -> dict[str, Any]:
        """Return it as an object for JSON."""
        return {**vars(self), "findings": [finding.to_json() for finding in self.findings]}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _items(found: Any) -> list[tuple[str, Any]]:
    return [*found.items()] if isinstance(found, dict) else []


def _read_texts(found: Any) -> dict[str, str]:
    return {name: text for name, text in _items(found) if isinstance(text, str)}
