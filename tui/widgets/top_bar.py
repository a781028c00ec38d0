"""The first line of the app: the panes, what the active one works with, and the settings."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from charlm.console.program import format_name
from tui.tabs import TABS

SETTINGS = "⚙ F10"
WHOLE, TITLE, KEY = "{title} {key}", "{title}", "{key}"
"""How a tab is written. In a narrow window the last tabs lose their keys first; then those that are
not active have a key instead of a name."""


class TopBar(Widget):
    """The names of the panes, with their keys where there is room; a click shows the pane."""

    active: reactive[str] = reactive("")
    """Name of the tab whose pane is shown."""
    about: reactive[str] = reactive("")
    """What the active pane works with, such as a model and its size."""

    def render(self) -> Content:
        """Draw the line."""
        width = self.size.width
        forms = [WHOLE] * len(TABS)
        settings = SETTINGS
        if self._measure(forms) + len(settings) + 1 > width:
            settings = SETTINGS.split()[0]
        for form in (TITLE, KEY):
            for at in reversed(range(len(TABS))):
                if self._measure(forms) + len(settings) + 1 <= width:
                    break
                forms[at] = TITLE if TABS[at].name == self.active else form
        names = self._draw_names(forms)
        room = width - names.cell_length - len(settings) - 4
        about = Content(format_name(self.about))
        about = about.truncate(max(room, 0), ellipsis=True) if room > 8 else Content("")
        gap = max(1, width - names.cell_length - about.cell_length - len(settings) - 3)
        link = Style.from_meta({"@click": "app.settings"})
        end = Content(settings).stylize(link)
        return Content.assemble(names, " " * gap, about, "   " if about else "", end)

    def _measure(self, forms: Sequence[str]) -> int:
        return self._draw_names(forms).cell_length

    def _draw_names(self, forms: Sequence[str]) -> Content:
        parts = []
        for tab, form in zip(TABS, forms, strict=True):
            text = form.format(title=tab.title, key=tab.key.upper())
            here = tab.name == self.active
            link = Style.from_meta({"@click": f"app.go_to('{tab.name}')"})
            part = Content(f"▌{text}▐" if here else f" {text} ")
            parts.append(part.stylize(Style(bold=here) + link))
        return Content("").join(parts)
