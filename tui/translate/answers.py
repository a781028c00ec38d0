"""What a translator makes of a command, and whether it is right. This module uses no screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpora.scan.grammar import interpret

if TYPE_CHECKING:
    from seq.scan.inside import CommandTrace
    from seq.scan.library import TranslatedCommand


@dataclass
class Answer:
    """What a translator made of a command."""

    model: str
    """Name of the translator."""
    found: TranslatedCommand
    trace: CommandTrace | None = None
    """What its decoder did, once that is computed."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """The steps that the grammar asks for, the end included."""
        return (*interpret(" ".join(self.found.command)), self.found.symbols[-1])

    @property
    def right(self) -> bool:
        """Whether the translator says what the grammar asks for."""
        return self.found.steps == self.wanted

    @property
    def command(self) -> str:
        """The command."""
        return " ".join(self.found.command)
