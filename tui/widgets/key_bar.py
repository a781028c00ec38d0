"""The last line of the app: the keys that work where the focus is, as many as fit."""

from __future__ import annotations

from typing import Any

from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

ALWAYS = ("help", "palette")
"""Ids of the bindings that always stand at the right end."""
GAP = "  "


class KeyBar(Widget):
    """The keys of the pane, of the widget that has the focus, and of the app; help and palette."""

    def on_mount(self) -> None:
        """Draw the line again when other keys work."""
        self.screen.bindings_updated_signal.subscribe(self, self._update)

    def _update(self, screen: Screen[Any]) -> None:
        if self.screen.is_current:  # behind another screen the line stays as it is
            self.refresh()

    def list_keys(self) -> tuple[list[ActiveBinding], list[ActiveBinding]]:
        """Return the bindings to show, in order, and those that always stand at the right end."""
        active = [*self.screen.active_bindings.values()]
        depth = {one.node: at for at, one in enumerate(active)}  # the focused widget comes first
        always = [one for name in ALWAYS for one in active if one.binding.id == name]
        own = [one for one in active if one.binding.show and one.binding.id not in ALWAYS]
        return sorted(own, key=lambda one: (one.node is self.app, -depth[one.node])), always

    def render(self) -> Content:
        """Draw as many keys as fit."""
        own, always = self.list_keys()
        fixed = Content(GAP).join(map(self._draw_key, always))
        room = self.size.width - fixed.cell_length - len(GAP)
        shown = Content("")
        for one in own:
            more = Content.assemble(shown, GAP if shown else "", self._draw_key(one))
            if more.cell_length <= room:
                shown = more
        gap = max(1, self.size.width - shown.cell_length - fixed.cell_length)
        return Content.assemble(shown, " " * gap, fixed)

    def _draw_key(self, active: ActiveBinding) -> Content:
        binding = active.binding
        click = Style.from_meta({"@click": f"app.simulate_key('{binding.key}')"})
        key = self.app.get_key_display(binding)
        label = Content(f" {binding.description}").stylize(click)
        return Content.assemble(Content(key).stylize(Style(bold=True) + click), label)
