"""The names of the two tables of reviews: what was typed, and what was opened."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from charlm.console.program import printable


class Shelves(Widget):
    """The names of the tables; a click shows the other one."""

    names: reactive[tuple[str, str]] = reactive(("Typed", "Opened"))
    opened: reactive[bool] = reactive(False)
    """Whether the second one is shown."""

    def render(self) -> Content:
        """Draw both names; that of the table that is shown stands between bars."""
        parts = []
        for place, name in enumerate(self.names):
            here = bool(place) == self.opened
            click = Style.from_meta({"@click": f"show_shelf({bool(place)})"})
            text = f"▌{printable(name)}▐" if here else f" {printable(name)} "
            parts.append(Content(text).stylize(Style(bold=here) + click))
        return Content("").join(parts)
