"""The pane that looks inside the model that another pane works with."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from tui.inside.choices import Choices, Pin
from tui.inside.display import Display
from tui.inside.find_panel import FindPanel
from tui.inside.findings import Ranking
from tui.inside.hold_panel import HoldPanel
from tui.inside.opening import EXAMPLE
from tui.inside.quantities import find_field, list_keys
from tui.inside.sights import ORDERS
from tui.inside.unit_map import UnitMap
from tui.keys import bind
from tui.reading import Reading
from tui.widgets.workspace import Workspace

FOLLOW = 0.5
"""Seconds between two looks at what the other panes have open."""


class InsidePane(Display):
    """Units over time, one unit, one step, held units, layers, a search, memory and weights."""

    HELP = """\
What happens in the network while it reads the text that another pane has open. Each row of the map
is a unit, each column a character (in Classify a word, in Translate a step of the decoder), and the
cursor is that of the other pane: the block is as high as the unit's value is large, blue with a
minus for negative values, red for positive ones. The largest value of each unit fills its row.

**Unit** shows where in the text the unit is high and low, what it goes with (Spearman's *r* with
features of the text), and the logits that it adds to characters where it is 1. **Step** works out
the equations of the cell in the numbers of the step at the cursor. **Hold** keeps the unit at a
value and writes on from the cursor; beside it stands what is written without that, from the same
seed. **Layers** says how many nats are lost if a layer always says its mean, and which share of its
gates is stuck, open or shut. **Find** lists the units that go with a feature or with a regular
expression of yours: *r* on the first half of the text orders them, *r* on the second half judges.
**Memory** counts how far back units remember, 1 / (1 - f).
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("find", "find", "find"),
        bind("run", "write", "hold, write on"),
        bind("save", "save", "picture"),
        bind("example", "example", "example"),
        bind("stop", "stop", "stop", show=False),
    ]

    @dataclass
    class Pinned(Message):
        """Other units are pinned now."""

        pins: list[Pin]
        """Models by name, with layers and units, both from 0."""

    @dataclass
    class Moved(Message):
        """The cursor was moved in a text that another pane has open."""

        position: int
        """Index of the character, the word or the step, as in the reading."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shows_example = False
        """Whether the user has asked for the example."""
        self.followed: Reading | None = None
        """What the other panes had open when it was last looked at."""
        self._sent: deque[int] = deque(maxlen=100)
        """Positions that the other pane was told and has not taken yet."""
        self.first_visit = True
        """Whether the user has not chosen anything yet."""

    def on_mount(self) -> None:
        """Begin to follow the other panes."""
        self.query_one("#pattern", Input).value = self.choices.pattern
        self.query_one(HoldPanel).field.value = self.choices.value
        self.set_interval(FOLLOW, self.follow)
        self.app.theme_changed_signal.subscribe(self, lambda _: self.show_place())

    def on_shown(self) -> None:
        """Read what the other panes have open."""
        self.call_after_refresh(self.follow)

    def focus_first(self) -> None:
        """Move the focus to the map."""
        self.unit_map.focus()

    def follow(self) -> None:
        """Read what the other panes have open, if it is something else than before."""
        if not self.region:  # another pane is shown
            return
        found: Reading | None = None if self.shows_example else self.app.find_reading()
        if found is None or not found.text.strip():
            found = EXAMPLE
        if found != self.followed:
            self._take(found)
        elif self._sent and found.position == self._sent[-1]:
            self._sent.clear()  # it went away and came back between two looks

    def _take(self, found: Reading) -> None:
        """Read what another pane has open, unless its cursor follows the one here, behind it."""
        before, self.followed = self.followed, found
        same = before is not None and replace(before, position=found.position) == found
        if not (same and found.position in self._sent):
            self._sent.clear()
            self.read(found)
        elif found.position == self._sent[-1]:
            self._sent.clear()

    def get_state(self) -> dict[str, Any]:
        """Return what is looked at."""
        return self.choices.to_json()

    def restore_state(self, state: dict[str, Any]) -> None:
        """Restore what was looked at."""
        self.choices = Choices.from_json(state)
        self.first_visit = not state

    # Choosing

    def show_ranking(self, ranking: Ranking | None, line: str = "") -> None:
        """Show units that go with something; on the first visit, choose the best of them."""
        super().show_ranking(ranking, line)
        if self.first_visit and ranking is not None and ranking.fits:
            self.choices.layer, self.choices.unit = ranking.fits[0].unit
            self.show_map()
        self.first_visit = False

    @on(UnitMap.Moved)
    def follow_cursor(self, event: UnitMap.Moved) -> None:
        """Show another step or another unit."""
        event.stop()
        if event.unit not in self.unit_map.units:
            return  # a unit of the model before, which had more of them
        self.first_visit = False
        if self.choices.unit != event.unit:
            self.choices.unit = event.unit
            self.remember()
        self.move(event.place)
        self.show_place_soon()
        self._move_other(self.place)

    def _move_other(self, place: int) -> None:
        """Have the pane that has the text open move its cursor, too; the example is in none."""
        subject, opened, followed = self.subject, self.opened, self.followed
        if subject and opened and followed and followed != EXAMPLE and followed.continues(opened):
            # A place of another text is none there.
            self._sent.append(subject.find_position(place))
            self.post_message(self.Moved(self._sent[-1]))

    def move(self, place: int) -> None:
        """Move the cursor to a place of the text."""
        super().move(place)
        if self.unit_map.place != self.place:
            self.unit_map.move_to(self.place, self.chosen[1])
            self.show_place()

    @on(UnitMap.Asked)
    def choose(self, event: UnitMap.Asked) -> None:
        """Show another layer, field or order, or pin the unit."""
        event.stop()
        self.first_visit = False
        if self.sight is None:
            return
        choices, anatomy = self.choices, self.sight.anatomy
        if event.what == "layer":
            choices.layer = max(0, min(choices.layer + int(event.value), anatomy.layers - 1))
        elif event.what == "order":
            at = ORDERS.index(choices.order) + int(event.value)
            choices.order = ORDERS[at % len(ORDERS)]
        elif event.what == "quantity":
            fields = [*self.sight.steps.fields]
            at = fields.index(choices.quantity) + int(event.value)
            choices.quantity = fields[at % len(fields)]
        elif event.what == "field":
            self._choose_field(str(event.value))
        else:
            self._pin()
        self.show_map()
        self.remember()

    def _choose_field(self, key: str) -> None:
        assert self.sight is not None
        cell = self.sight.cell
        field = find_field(key, cell)
        if field is None:
            line = f"{cell.upper()} cells have nothing on the key {key}, but: {list_keys(cell)}"
            self.notify(line, severity="warning", markup=False)
        else:
            self.choices.quantity = field

    def _pin(self) -> None:
        assert self.sight is not None
        self.choices.toggle_pin((self.sight.anatomy.name, *self.chosen))
        self.post_message(self.Pinned(list(self.choices.pins)))

    # Finding, holding, stopping

    def action_find(self) -> None:
        """Move the focus to the pattern."""
        self.query_one(Workspace).show_tab("find")
        self.call_after_refresh(self.query_one("#pattern", Input).focus)

    @on(FindPanel.Asked)
    def find(self, event: FindPanel.Asked) -> None:
        """Find the units that go with something."""
        event.stop()
        self.rank(event.feature, event.pattern)
        self.remember()

    @on(FindPanel.Chosen)
    def show_found(self, event: FindPanel.Chosen) -> None:
        """Show a unit of the list."""
        event.stop()
        self.choices.layer, self.choices.unit = event.unit
        self.show_map()
        self.unit_map.focus()
        self.remember()

    @on(HoldPanel.Typed)
    def keep_value(self, event: HoldPanel.Typed) -> None:
        """Keep the value at which a unit is held."""
        event.stop()
        if self.choices.value != event.value:
            self.choices.value = event.value
            self.remember()

    @on(HoldPanel.Submitted)
    def write(self, event: HoldPanel.Submitted) -> None:
        """Write the text on with the unit held."""
        event.stop()
        self.stop_writing()
        self.action_write()

    def action_write(self) -> None:
        """Write the text on with the chosen unit held, or stop it."""
        self.query_one(Workspace).show_tab("hold")
        self.choices.value = self.query_one(HoldPanel).field.value
        super().action_write()

    def action_example(self) -> None:
        """Show the example instead of what the other panes have open, or no longer."""
        self.shows_example = not self.shows_example
        self.follow()

    def action_stop(self) -> None:
        """Stop what works; where nothing works, go back to the map."""
        self.stop_writing()
        self.stop_finding()
        self.stop_reading()
        self.unit_map.focus()
