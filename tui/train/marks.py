"""The letters of the runs that are drawn together. This module uses no screen."""

from __future__ import annotations

from collections.abc import Collection

LETTERS = "ABCDEFGH"


class Marks:
    """Letters of runs, in the order in which they were marked; a run keeps its letter."""

    def __init__(self, names: object = None) -> None:
        """Mark the runs of a list; a damaged one counts as empty."""
        self.letters: dict[str, str] = {}
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str):
                self.add(name)

    def add(self, name: str) -> bool:
        """Mark a run with the first letter that is free; return whether there was one."""
        free = next((one for one in LETTERS if one not in self.letters.values()), None)
        if free is None or name in self.letters:
            return False
        self.letters[name] = free
        return True

    def toggle(self, name: str) -> bool:
        """Mark a run, or take its mark away; return whether either was possible."""
        if name in self.letters:
            del self.letters[name]
            return True
        return self.add(name)

    def rename(self, old: str, new: str) -> None:
        """Let a run that has another name now keep its letter."""
        self.letters = {new if name == old else name: one for name, one in self.letters.items()}

    def keep(self, names: Collection[str]) -> None:
        """Take away the marks of runs that are gone."""
        self.letters = {name: one for name, one in self.letters.items() if name in names}

    def list_drawn(self, chosen: str | None) -> list[tuple[str, str]]:
        """Return names and letters of the runs to draw: the marked ones, then the chosen one.

        A run that is only looked at gets the next free letter, or none if it is the only one.
        """
        drawn = [*self.letters.items()]
        if chosen is None or chosen in self.letters:
            if chosen is not None:  # its marks are drawn last, over the others
                drawn.sort(key=lambda item: item[0] == chosen)
            return drawn
        free = next((one for one in LETTERS if one not in self.letters.values()), LETTERS[-1])
        return [*drawn, (chosen, free if drawn else "")]
