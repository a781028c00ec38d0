"""The first line of the app: the panes, what the active one works with, and the settings."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from charlm.console.program import format_name
from tui.tabs import TABS

SETTINGS = "⚙ F10"


class TopBar(Widget):
    """The names of the panes, with their keys where there is room; a click shows the pane."""

    active: reactive[str] = reactive("")
    """Name of the tab whose pane is shown."""
    about: reactive[str] = reactive("")
    """What the active pane works with, such as a model and its size."""

    def render(self) -> Content:
        """Draw the line."""
        width = self.size.width
        names = self._draw_names(keys=True)
        settings = SETTINGS
        if names.cell_length + len(settings) + 1 > width:
            settings = SETTINGS.split()[0]
        if names.cell_length + len(settings) + 1 > width:
            names = self._draw_names(keys=False)
        room = width - names.cell_length - len(settings) - 4
        about = Content(format_name(self.about))
        about = about.truncate(max(room, 0), ellipsis=True) if room > 8 else Content("")
        gap = max(1, width - names.cell_length - about.cell_length - len(settings) - 3)
        link = Style.from_meta({"@click": "app.settings"})
        end = Content(settings).stylize(link)
        return Content.assemble(names, " " * gap, about, "   " if about else "", end)

    def _draw_names(self, *, keys: bool) -> Content:
        parts = []
        for tab in TABS:
            text = f"{tab.title} {tab.key.upper()}" if keys else tab.title
            here = tab.name == self.active
            link = Style.from_meta({"@click": f"app.go_to('{tab.name}')"})
            part = Content(f"▌{text}▐" if here else f" {text} ")
            parts.append(part.stylize(Style(bold=here) + link))
        return Content("").join(parts)
