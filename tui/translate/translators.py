"""Translators as the pane uses them. What needs torch is imported when one is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seq.scan.inside import CommandTrace
    from seq.scan.library import CommandTranslator, TranslatedCommand


class Loaded:
    """A translator, and what happens inside it. It keeps no state: threads may share it."""

    def __init__(self, translator: CommandTranslator) -> None:
        self._translator = translator

    def translate(self, command: str, *, width: int = 1) -> list[TranslatedCommand]:
        """Return the most probable translations of a command, the best first."""
        return self._translator.translate(command, width=width)

    def actions(self, commands: Iterable[str]) -> list[tuple[str, ...]]:
        """Return the actions of each command."""
        return self._translator.actions(commands)

    def look_inside(self, command: str) -> CommandTrace:
        """Return what the decoder does in every step of the translation of a command."""
        from seq.scan.inside import trace_command

        return trace_command(self._translator, command)


def load_translator(path: str) -> Loaded:
    """Return the translator at `path`, on the CPU."""
    from seq.scan.library import load

    return Loaded(load(path, device="cpu"))


def read_split(path: str) -> str:
    """Return the name of the split, or of the file, that the translator was trained on."""
    from seq.scan.trained_on import find_trained_on

    return find_trained_on(path).name
