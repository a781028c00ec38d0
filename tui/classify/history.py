"""The reviews that were typed, one row for each. This module uses no screen."""

from __future__ import annotations

from typing import Any

from tui.classify.opinions import Opinion
from tui.classify.rows import Row, Rows
from tui.classify.spans import find_change

MOST_ROWS = 500
"""Reviews that are kept from one session to the next, the last ones."""
MOST_CHARACTERS = 500_000
"""Characters of them in all."""


class History:
    """Typed reviews in rows. What is being typed is one row, as long as it goes on."""

    def __init__(self) -> None:
        self.rows = Rows()
        self.growing = False
        """Whether the last row is the text that is being typed."""

    def remember(self, text: str, opinion: Opinion) -> int:
        """Keep a text, or give the row that has it already its new opinion.

        A text that goes on from the one typed just before takes its place, unless `settle` was
        called.

        Returns:
            Index of its row.
        """
        rows = self.rows
        for index, one in enumerate(rows.all):
            if one.text == text:
                rows.replace(index, Row(one.number, text, opinion, values=(text,)))
                return index
        if self.growing and rows.all and goes_on(rows.all[-1].text, text):
            last = len(rows.all) - 1
            rows.replace(last, Row(last + 1, text, opinion, values=(text,)))
        else:
            rows.add([Row(len(rows.all) + 1, text, opinion, values=(text,))])
        self.growing = True
        return len(rows.all) - 1

    def settle(self) -> None:
        """Have the next text that is typed become a row of its own."""
        self.growing = False

    def forget(self, index: int) -> None:
        """Remove a row."""
        self.growing = self.growing and index != len(self.rows.all) - 1
        self.rows.remove(index)

    def empty(self) -> None:
        """Remove all rows."""
        self.growing = False
        self.rows.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """Return the last rows as objects for JSON, as many as are kept."""
        kept: list[dict[str, Any]] = []
        characters = 0
        for row in reversed(self.rows.all[-MOST_ROWS:]):
            characters += len(row.text)
            if characters > MOST_CHARACTERS:
                break
            kept.append({"text": row.text, "opinion": row.opinion.to_json()})
        return kept[::-1]

    def restore(self, found: Any) -> None:
        """Take the rows that `to_json` returned; what is damaged is left out."""
        for one in found if isinstance(found, list) else ():
            text = one.get("text") if isinstance(one, dict) else None
            opinion = Opinion.from_json(one.get("opinion")) if isinstance(one, dict) else None
            if isinstance(text, str) and opinion is not None:
                self.rows.add([Row(len(self.rows.all) + 1, text, opinion, values=(text,))])


def goes_on(before: str, after: str) -> bool:
    """Return whether a text is the one before with something added or changed in one place.

    At least half of the text before must have stayed.
    """
    start, end = find_change(before, after)
    return 2 * (start + end) >= len(before)
