"""The panels of the pane, and what they show."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.timer import Timer

from charlm.inside.traces import Unit
from tui.inside.around import draw_around
from tui.inside.cards import draw_step, draw_unit, join_lines, name_long, name_step, wrap_hint
from tui.inside.drawn import DrawnScroll
from tui.inside.experimenter import Experimenter
from tui.inside.find_panel import FindPanel
from tui.inside.findings import Ranking
from tui.inside.hold_panel import HoldPanel
from tui.inside.map_panel import MapPanel
from tui.inside.measures import choose_symbols, draw_layers, draw_memory
from tui.inside.opening import name_origin
from tui.inside.page_text import draw_page
from tui.inside.palette import make_palette
from tui.inside.unit_map import UnitMap
from tui.reading import Reading
from tui.widgets.panel import Panel
from tui.widgets.workspace import Workspace

NEIGHBOURS = 3
"""Symbols whose neighbours are shown."""
PANELS = {"map": "units", "card": "card", "hold": "hold", "layers": "layers", "find": "find"}
"""Id of the panel that shows a piece of work."""
OF_PLACE = ("units", "step", "hold", "page")
"""Panels that belong to what is read around the cursor; the others to the whole text."""
OF_TEXT = ("card", "layers", "find", "memory")
HINTS = {
    "card": "Where a unit is high and low, what it goes with and what it pushes stands here.",
    "step": "The gates of the step at the cursor, and its equations in numbers, stand here.",
    "layers": "What is lost with each layer silenced stands here, and which gates are stuck.",
    "memory": "How far back units remember stands here, with neighbours and weights.",
    "page": "The text stands here, coloured by the unit at the cursor.",
}
"""What an empty panel says."""
REST = 0.04
"""Seconds between two drawings of what belongs to the cursor."""


class Display(Experimenter):
    """An experimenter with its panels."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        with Workspace():
            yield MapPanel(id="units")
            yield self._make_panel("card", "Unit")
            yield self._make_panel("step", "This step", "Step")
            yield HoldPanel(id="hold")
            yield self._make_panel("layers", "Layers")
            yield FindPanel(id="find")
            yield self._make_panel("memory", "Memory and weights", "Memory")
            yield self._make_panel("page", "Text")

    @staticmethod
    def _make_panel(name: str, title: str, tab: str = "") -> Panel:
        """Return a panel of lines, with a hint until there is something to show."""
        lines = DrawnScroll(id=f"{name}-lines")
        lines.show(lambda width: join_lines(wrap_hint(HINTS[name], width)))
        return Panel(lines, title=title, tab=tab, id=name)

    @property
    def unit_map(self) -> UnitMap:
        """The map of units."""
        return self.query_one(UnitMap)

    @property
    def chosen(self) -> Unit:
        """The unit at the cursor, as layer and number."""
        return self.choices.layer, self.choices.unit or 0

    def list_shown(self) -> list[int]:
        """Return the units of the map, from the top row down."""
        return list(self.unit_map.units)

    def get_panel(self, name: str) -> Panel:
        """Return a panel by its id."""
        return self.query_one(f"#{name}", Panel)

    def get_lines(self, name: str) -> DrawnScroll:
        """Return the lines of a panel by its id."""
        return self.query_one(f"#{name}-lines", DrawnScroll)

    def show_work(self, what: str, line: str, done: int | None, total: int | None) -> None:
        """Show that something works."""
        self.get_panel(PANELS[what]).show_work(line, done, total)

    def end_work(self, what: str) -> None:
        """Show that it has ended."""
        self.get_panel(PANELS[what]).end_work()

    def read(self, reading: Reading) -> None:
        """Read another text; what belongs to an older one is dimmed until the new one is read."""
        old = self.reading
        super().read(reading)
        if old is not None and not reading.continues(old):
            self._set_stale(True, *OF_PLACE, *OF_TEXT)

    def _set_stale(self, stale: bool, *names: str) -> None:
        for name in names:
            self.get_panel(name).stale = stale

    def show_trouble(self, line: str) -> None:
        """Show why a text cannot be read."""
        self.query_one(MapPanel).show_trouble(line)
        self._set_stale(self.sight is not None, *OF_PLACE, *OF_TEXT)

    def show_sight(self) -> None:
        """Show the map anew, and all that belongs to the cursor."""
        assert self.subject is not None
        hold = self.query_one(HoldPanel)
        if hold.stale:  # what stands there was written on from another text
            hold.forget()
        self._set_stale(False, *OF_PLACE)
        self.query_one(MapPanel).show_trouble("")
        self.show_map()
        hold.show_lack(self.subject.lacks_writing)
        if self.findings is None:
            self.show_findings()
            self.show_losses()

    def show_map(self) -> None:
        """Show the map as it is chosen, and all that belongs to the cursor."""
        if self.sight is None or self.subject is None or self.opened is None:
            return
        self.choices.fit(self.sight.anatomy)
        origin = name_origin(self.opened)
        self.about = f"reads {origin} · {self.subject.describe()}"
        self.query_one(MapPanel).show(self.sight, self.choices, origin)
        self.unit_map.move_to(self.place, self.chosen[1])
        self.show_place()

    def show_place_soon(self) -> None:
        """Show what belongs to the cursor once it rests: a held key moves it many times."""
        if self._rest is None:
            self._rest = self.set_timer(REST, self._show_rested)

    def _show_rested(self) -> None:
        self._rest = None
        self.show_place()

    def show_place(self) -> None:
        """Show what belongs to the step and the unit at the cursor."""
        sight, place, chosen = self.sight, self.place, self.chosen
        if sight is None or not sight.start <= place < sight.end:
            return  # it is being read
        pinned = [one for one in self.choices.list_pinned(sight.anatomy) if one != chosen]
        units = [chosen, *pinned]
        self.get_panel("step").title = f"This step · {name_step(sight, place)}"
        palette = make_palette(self.get_panel("page").background_colors[1])
        self.get_lines("step").show(
            lambda width: join_lines(
                [
                    draw_step(sight, place, units, width),
                    Content(""),
                    draw_around(sight, place, chosen, palette, width),
                ]
            )
        )
        self.query_one(HoldPanel).show_unit(chosen, sight.memory_field)
        quantity = self.choices.quantity
        self.get_panel("page").title = f"Text · {quantity} of {name_long(chosen)}"
        self.get_lines("page").show(
            lambda width: draw_page(sight, *chosen, quantity, place, palette, width)
        )
        self.show_unit()
        self.show_memory()

    def show_unit(self) -> None:
        """Show what is said of the chosen unit."""
        sight, subject, findings = self.sight, self.subject, self.findings
        if sight is None or subject is None:
            return
        unit = self.chosen
        panel = self.get_panel("card")
        panel.title = f"Unit {unit[1]:03} · layer {unit[0] + 1}"
        pinned = unit in self.choices.list_pinned(sight.anatomy)
        panel.foot = "● pinned · p lets go" if pinned else "p pins it"
        lacks = subject.lacks_pushes
        self.get_lines("card").show(lambda width: draw_unit(findings, sight, unit, lacks, width))

    def show_memory(self) -> None:
        """Show how far back units remember, and the neighbours of what stands at the cursor."""
        sight, subject = self.sight, self.subject
        if sight is None or subject is None:
            return
        gates = self.findings.material.gates if self.findings is not None else None
        symbols = choose_symbols(sight.labels, self.place - sight.start, NEIGHBOURS)
        layer, what = self.choices.layer, subject.what
        self.get_lines("memory").show(
            lambda width: draw_memory(gates, sight.anatomy, symbols, layer, what, width)
        )

    def show_findings(self) -> None:
        """Show what was found on the text, and look for units anew."""
        findings = self.findings
        self.show_unit()
        self.show_memory()
        if findings is None:
            return
        self._set_stale(False, *OF_TEXT)
        find = self.query_one(FindPanel)
        find.show_features(findings.series, self.choices.feature)
        if not findings.comparable:
            find.show_ranking(None, "The text is too short to compare units on.")
        elif self.choices.pattern:
            self.rank("", self.choices.pattern)
        elif find.features:
            self.rank(find.feature, "")
        else:
            find.show_ranking(None, "The text has nothing to compare units with.")

    def show_losses(self) -> None:
        """Show what is lost with each layer silenced, and which gates are stuck."""
        sight, subject, losses = self.sight, self.subject, self.losses
        if sight is None or subject is None:
            return
        gates = self.findings.material.gates if self.findings is not None else None
        layers, lacks = sight.anatomy.layers, subject.lacks_layers
        self.get_panel("layers").foot = "" if lacks else "held at its mean"
        self.get_lines("layers").show(
            lambda width: draw_layers(losses, gates, layers, lacks, width)
        )

    def show_ranking(self, ranking: Ranking | None, line: str = "") -> None:
        """Show the units that go with something, or why there are none."""
        self.query_one(FindPanel).show_ranking(ranking, line)

    def show_texts(self, free: str, held: str, what: str) -> None:
        """Show what was written so far, as it is and with a unit held."""
        self.query_one(HoldPanel).show_texts(free, held, what)
