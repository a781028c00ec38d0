"""The commands that were given, to go back to. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable

MOST = 200
"""Commands that are kept."""


class History:
    """Commands, the last one at the end, and a place among them.

    The place after the last command holds what is being typed.
    """

    def __init__(self, commands: Iterable[str] = ()) -> None:
        self.commands = list(commands)[-MOST:]
        self._at = len(self.commands)
        self._draft = ""

    def add(self, command: str) -> bool:
        """Keep a command, as the last one, and go behind it.

        Returns:
            Whether the commands have changed.
        """
        changed = self.commands[-1:] != [command]
        if changed:
            others = [one for one in self.commands if one != command]
            self.commands = [*others[1 - MOST :], command]
        self._at = len(self.commands)
        return changed

    def go_back(self, typed: str) -> str | None:
        """Return the command before this one, or None; what was typed is kept at the end."""
        if self._at == len(self.commands):
            self._draft = typed
        before = [at for at in range(self._at) if self.commands[at] != typed]
        if not before:
            return None
        self._at = before[-1]
        return self.commands[self._at]

    def go_on(self) -> str | None:
        """Return the command after this one, at the end what was typed, or None."""
        if self._at == len(self.commands):
            return None
        self._at += 1
        return self._draft if self._at == len(self.commands) else self.commands[self._at]
