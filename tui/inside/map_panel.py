"""The panel with the map of units; its title says what is shown, and changes it at a click."""

from __future__ import annotations

from typing import Any

from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize

from charlm.inside.traces import SIGNED
from tui.inside.choices import Choices
from tui.inside.quantities import name_field
from tui.inside.sights import Sight
from tui.inside.unit_map import UnitMap
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel, format_edge

FIELD_KEYS = "cfioghc"
"""Keys of the fields in the order in which a click on the name of one goes on to the next."""


class MapPanel(Panel):
    """Units over time, under a title with what is chosen."""

    def __init__(self, *, id: str | None = None) -> None:
        self.map = UnitMap(id="map")
        self.trouble = Caption("", id="trouble", markup=False)
        super().__init__(
            Vertical(self.trouble, self.map), title="Units over time", tab="Map", id=id
        )
        self._heading: tuple[Content, ...] = ()

    def show(self, sight: Sight, choices: Choices, origin: str) -> None:
        """Show a sight as it is chosen.

        Args:
            sight: what is seen of the model.
            choices: what is looked at.
            origin: where the text comes from.
        """
        layer, quantity = choices.layer, choices.quantity
        units = sight.order(layer, quantity, choices.order)
        if choices.unit is None:
            choices.unit = units[0]
        pinned = {unit for at, unit in choices.list_pinned(sight.anatomy) if at == layer}
        self.map.show_sight(sight, layer, quantity, units, pinned)
        layers, name = sight.anatomy.layers, name_field(quantity, sight.cell)
        self._heading = (
            Content(" · "),
            self._draw_stepper(f"layer {layer + 1} of {layers}", "layer", 1),
            self._draw_stepper(name, "quantity", 1),
            self._draw_stepper(f"by {choices.order}", "order", 1),
        )
        self._draw_top()
        self.show_foot(origin)

    def show_foot(self, origin: str) -> None:
        """Show the signs, how many units are seen, and where the text comes from."""
        seen, total = min(self.map.rows, len(self.map.units)), len(self.map.units)
        signed = self.map.quantity in SIGNED
        parts = [
            "blue \N{MINUS SIGN} red +" if signed else "shut 0 to open 1",
            f"{seen} of {total} units",
            origin,
        ]
        while len(parts) > 1 and len(" · ".join(parts)) > self.size.width - 6:
            parts.pop()
        self.foot = " · ".join(parts)

    def show_trouble(self, line: str) -> None:
        """Show why there is no map, or why the map is that of an older text."""
        self.trouble.update(line)
        self.trouble.display = bool(line)

    def _draw_stepper(self, text: str, what: str, step: int) -> Content:
        back, on = (
            Content(arrow).stylize(f"@click=ask('{what}', {sign * step})")
            for arrow, sign in (("◂ ", -1), (" ▸", 1))
        )
        return Content.assemble(back, text, on)

    def _draw_top(self) -> None:
        heading = getattr(self, "_heading", ())
        if not heading:
            super()._draw_top()
            return
        joint, *steppers = heading
        for name in ("Units over time", "Units"):
            whole = joint.join([format_edge(name), *steppers])
            if whole.cell_length <= self.size.width - 4:
                break
        else:
            whole = Content(" ").join(steppers)
        self.border_title = whole

    def on_resize(self, event: Resize) -> None:
        """Draw the title for the new width."""
        self._draw_top()

    def action_ask(self, what: str, value: Any) -> None:
        """Ask for something else to be shown, as a key does."""
        self.map.action_ask(what, value)
