"""What one pane has open and the pane Inside looks at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """A text, the model that reads it, and the place of the cursor."""

    kind: str
    """Kind of the model; see `charlm.runs.registry`."""
    model: str
    """Name of the model, as the list of models has it."""
    text: str
    position: int
    """Index of the character, the word or the step at the cursor."""

    def is_same_text(self, other: Reading) -> bool:
        """Return whether the same model reads the same text, wherever the cursor is."""
        mine, theirs = (self.kind, self.model, self.text), (other.kind, other.model, other.text)
        return mine == theirs

    def continues(self, older: Reading) -> bool:
        """Return whether the same model reads an older text that was written on, or the same."""
        same = (self.kind, self.model) == (older.kind, older.model)
        return same and self.text.startswith(older.text)
