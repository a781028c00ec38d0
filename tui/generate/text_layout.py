"""A text in lines of a width, which can grow. This module uses no screen."""

from __future__ import annotations

from bisect import bisect_right

from rich.cells import cell_len

from tui.generate.lines import find_breaks, reflow


class TextLayout:
    """A text, and where its lines begin on a screen.

    When the text grows, only its last line is laid out again; or the one before, where a line end
    turns out to be one that is joined.
    """

    def __init__(self) -> None:
        self.text = ""
        self.shown = ""
        """The text as it is laid out: as long, perhaps with blanks instead of line ends."""
        self.starts: list[int] = [0]
        """Index of the first character of each line."""
        self.width = 1
        self.joined = False
        """Whether single line ends are joined."""

    def __len__(self) -> int:
        return len(self.starts)

    def show(self, text: str) -> None:
        """Lay out another text."""
        self.text = text
        self.lay_out(self.width, joined=self.joined)

    def extend(self, text: str) -> int:
        """Append characters; return the first line that may have changed."""
        before = max(0, len(self.text) - 1)
        self.text += text
        if not self.joined:
            return self._lay_out_from(len(self.starts) - 1, self.text)
        # The last line end may be joined to what comes now.
        begin = max(0, before - 1)
        shown = self.shown[:before] + reflow(self.text[begin:])[before - begin :]
        return self._lay_out_from(self.find_line(before), shown)

    def lay_out(self, width: int, *, joined: bool) -> None:
        """Break the whole text again."""
        self.width, self.joined = max(1, width), joined
        self._lay_out_from(0, reflow(self.text) if joined else self.text)

    def _lay_out_from(self, line: int, shown: str) -> int:
        self.shown = shown
        del self.starts[line + 1 :]
        self.starts.extend(find_breaks(shown, self.starts[line], self.width))
        return line

    def find_line(self, index: int) -> int:
        """Return the index of the line that holds a character."""
        return bisect_right(self.starts, index) - 1

    def end_of(self, line: int) -> int:
        """Return the index after the last character of a line, its line end included."""
        return self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)

    def find_column(self, index: int) -> int:
        """Return the column of cells in which a character begins."""
        start = self.starts[self.find_line(index)]
        return sum(map(count_cells, self.shown[start:index]))

    def index_at(self, line: int, column: int) -> int:
        """Return the index of the character in a column of cells; a wide one has two."""
        start, last = self.starts[line], len(self.starts) - 1
        end = self.starts[line + 1] - 1 if line < last else len(self.text)
        cells = 0
        for index in range(start, end):
            cells += count_cells(self.shown[index])
            if cells > column:
                return index
        return end


def count_cells(character: str) -> int:
    """Return the cells that a character takes; a tab is drawn as a blank."""
    return 1 if character in "\n\t" else cell_len(character)
