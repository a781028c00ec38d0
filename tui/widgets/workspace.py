"""The panels of a pane: side by side, or in a narrow window one above tabs of the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from tui.widgets.panel import Panel

MOST_TABS = 9
"""Tabs that have a key."""


class Workspace(Container):
    """The panels of a pane, its direct children; the first of them is the main one.

    A wide window shows all of them in the grid that the pane's style sheet lays out. A window with
    the class `-narrow` shows the main one, those of class `-fixed`, and one of the others. A panel
    of class `-gone` is not shown at all; call `arrange_tabs` when it comes or goes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"alt+{number}", f"show_number({number})", f"Tab {number}", show=False)
        for number in range(1, MOST_TABS + 1)
    ]

    tabbed: reactive[bool] = reactive(False, toggle_class="-tabbed")
    """Whether the window is narrow."""
    shown: reactive[str] = reactive("")
    """Id of the panel whose tab is shown in a narrow window."""

    @property
    def panels(self) -> list[Panel]:
        """All panels, the main one first."""
        return self.sort_panels(child for child in self.children if isinstance(child, Panel))

    def sort_panels(self, panels: Iterable[Panel]) -> list[Panel]:
        """Return panels with the main one first, and the tabs in their order: as they are laid out.

        Args:
            panels: the panels as they are laid out.
        """
        return [*panels]

    @property
    def asides(self) -> list[Panel]:
        """The panels that are tabs in a narrow window."""
        return [
            one
            for one in self.panels[1:]
            if not (one.has_class("-fixed") or one.has_class("-gone"))
        ]

    async def mount_composed_widgets(self, widgets: list[Widget]) -> None:
        """Tell the main panel and the tabs by their classes, then mount the panels.

        A class that comes later has the styles of all that is in a panel worked out again.
        """
        panels = self.sort_panels(one for one in widgets if isinstance(one, Panel))
        for panel in panels[:1]:
            panel.add_class("-main", update=False)
        asides = [one for one in panels[1:] if not one.has_class("-fixed")]
        for panel in asides:
            panel.add_class("-aside", update=False)
        for panel in [one for one in asides if not one.has_class("-gone")][:1]:
            panel.add_class("-shown", update=False)
        await super().mount_composed_widgets(widgets)

    def on_mount(self) -> None:
        """Show the first tab."""
        self.arrange_tabs()

    def on_resize(self, event: Resize) -> None:
        """Lay the panels out as tabs in a narrow window."""
        self.tabbed = self.screen.has_class("-narrow")

    def watch_tabbed(self) -> None:
        """Draw the strip of tabs, or the titles."""
        self.arrange_tabs()

    def watch_shown(self) -> None:
        """Draw the strip of tabs, and take the focus out of the panel that is hidden now."""
        left = [one for one in self.asides if one.has_focus_within and one.id != self.shown]
        if left and self.tabbed:  # Textual may give it to a neighbour, which brings its tab back
            self.screen.set_focus(None)
        self.arrange_tabs()
        self.call_after_refresh(self._keep_focus)

    def _keep_focus(self) -> None:
        """Move the focus to the main panel if it was in one that is hidden now: keys need one."""
        if self.is_attached and self.screen.focused is None and self.panels:
            focus_inside(self.panels[0])

    def arrange_tabs(self) -> None:
        """Show the tab that is chosen; call it when panels have come or gone."""
        asides = self.asides
        if asides and self.shown not in {panel.id for panel in asides}:
            self.set_reactive(Workspace.shown, str(asides[0].id))
        strip = self._draw_tabs(asides) if self.tabbed else None
        for panel in self.panels[1:]:
            panel.set_class(panel in asides and panel.id == self.shown, "-shown")
            panel.tabs = strip if panel in asides else None

    def _draw_tabs(self, asides: list[Panel]) -> Content:
        names = []
        for panel in asides:
            here = panel.id == self.shown
            click = Style.from_meta({"@click": f"show_tab('{panel.id}')"})
            name = Content(f"▌{panel.tab}▐" if here else f" {panel.tab} ")
            names.append(name.stylize(Style(bold=here) + click))
        return Content("").join(names)

    def show_tab(self, panel: str) -> None:
        """Show the tab of a panel, by id; in a wide window all are shown anyway."""
        self.shown = panel

    def action_show_number(self, number: int) -> None:
        """Show a tab by its number, and move the focus into it if it takes one."""
        if number <= len(self.asides):
            self.open_tab(self.asides[number - 1])

    def open_tab(self, panel: Panel) -> None:
        """Show the tab of a panel, and move the focus into it if it takes one."""
        self.show_tab(str(panel.id))
        self.call_after_refresh(focus_inside, panel)

    @on(Panel.TabClicked)
    def show_clicked(self, event: Panel.TabClicked) -> None:
        """Show the tab that was clicked."""
        event.stop()
        self.show_tab(event.panel)

    @on(DescendantFocus)
    def follow_focus(self, event: DescendantFocus) -> None:
        """Show the tab of the widget that has the focus now."""
        self.reveal(event.widget)

    def reveal(self, widget: Widget) -> None:
        """Show the tab of the panel that holds a widget, so that it can take the focus."""
        for panel in widget.ancestors_with_self:
            if isinstance(panel, Panel) and panel in self.asides:
                self.show_tab(str(panel.id))


def focus_inside(panel: Panel) -> None:
    """Move the focus to the first widget of a panel that takes it."""
    for widget in panel.walk_children(Widget):
        if widget.focusable and widget.display:
            widget.focus()
            return
