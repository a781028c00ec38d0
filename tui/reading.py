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
