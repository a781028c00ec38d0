"""What Classify keeps until the next session, and what it need not compute again.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from tui.classify.curve import Curve
from tui.classify.spans import Span
from tui.classify.verdict_lines import Sides

LONGEST_TEXT = 200_000
"""Characters of one's own text that are kept."""
MOST_EXPLAINED = 50
"""Reviews whose words and curves are kept in memory."""


@dataclass
class Kept:
    """What is kept from one session to the next, beside the typed reviews."""

    text: str = ""
    """One's own text."""
    classifier: str | None = None
    """Name of the classifier."""
    second: str | None = None
    """Name of the one beside it."""
    path: str = ""
    """What was opened last."""
    example: int = 0
    """Index of the example that was shown last."""

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Return what `to_json` returned; what is damaged has its default."""
        kept = cls()
        for name, kind in (("text", str), ("path", str), ("example", int)):
            if type(found.get(name)) is kind:
                setattr(kept, name, found[name])
        for name in ("classifier", "second"):
            if isinstance(found.get(name), str):
                setattr(kept, name, found[name])
        return kept

    def to_json(self) -> dict[str, Any]:
        """Return an object for JSON."""
        return {**vars(self), "text": self.text[:LONGEST_TEXT]}


@dataclass
class Explanation:
    """Words and curve of a review, as far as they are known."""

    spans: Sequence[Span] = ()
    sides: Sides | None = None
    curve: Curve | None = None
    complete: bool = False
    """Whether nothing more is to be computed."""


@dataclass
class Explained:
    """Explanations by classifier and text; the last ones are kept."""

    found: dict[tuple[str, str], Explanation] = field(default_factory=dict)

    def get(self, name: str, text: str) -> Explanation:
        """Return the explanation of a text; it is empty if there is none."""
        key = (name, text)
        self.found[key] = self.found.pop(key, Explanation())
        while len(self.found) > MOST_EXPLAINED:
            del self.found[next(iter(self.found))]
        return self.found[key]
