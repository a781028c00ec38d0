"""What one translator makes of the command: its answer, and the map of its steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize

from charlm.console.program import format_name
from tui.translate.answers import Answer
from tui.translate.contents import (
    ATTENTION,
    LETTERS,
    UNLIKE,
    WRONG,
    find_mistake,
    make_map,
    make_states,
    mark_steps,
)
from tui.translate.heat_map import HeatMap
from tui.translate.symbols import END, join_actions, shorten
from tui.translate.what_choice import WhatChoice
from tui.widgets.caption import Caption
from tui.widgets.choice import ModelChoice
from tui.widgets.panel import Panel

NOTES = {
    True: "Hundredths: how much each word counts for the action. n goes to the next ≠ or ✗.",
    False: "A column is a unit of the decoder, those that move most first: low ▁, high █; blue is "
    "negative, red positive.",
}
"""What is said below a map, if there is room: of attention, and of units."""
NOTE_LINES = 2


class Side(Panel):
    """A translator, and the map of its translation: attention, or the units of its decoder."""

    def __init__(self, letter: str, side: str, *, preferred: int) -> None:
        """Make one of the two sides.

        Args:
            letter: name of the side, for people: A or B.
            side: id of the panel: left or right.
            preferred: index of the translator that is chosen at first.
        """
        super().__init__(title=letter, tab=letter, id=side, classes="translation")
        self.letter, self.preferred = letter, preferred
        self.answer: Answer | None = None
        self.other: Side | None = None
        """The other side, to compare with."""
        self.wish: str | None = None
        """What the user wants to see; None for the attention, or the state where there is none."""
        self._unlike = False

    def compose(self) -> ComposeResult:
        """Lay out what is chosen, the map, and what is to be said of it."""
        with Horizontal(classes="choices"):
            yield ModelChoice(
                "translator", none="no translator", preferred=self.preferred, id=f"{self.id}-model"
            )
            yield WhatChoice(LETTERS.values(), value=self.what, id=f"{self.id}-what")
        yield HeatMap(id=f"{self.id}-map")
        yield Caption(id=f"{self.id}-said", classes="said", markup=False)
        yield Caption(classes="note", markup=False)

    @property
    def heat_map(self) -> HeatMap:
        """The map."""
        return self.query_one(HeatMap)

    @property
    def model_choice(self) -> ModelChoice:
        """The translator that is chosen."""
        return self.query_one(ModelChoice)

    @property
    def what_choice(self) -> WhatChoice:
        """What the map shows."""
        return self.query_one(WhatChoice)

    @property
    def what(self) -> str:
        """What the map shows, or is to show: the attention, or a field of the decoder's units."""
        fields = self.fields
        if self.wish in fields:
            return str(self.wish)
        return next(field for field in (ATTENTION, "cell", *fields) if field in fields)

    @property
    def fields(self) -> Sequence[str]:
        """What the map can show of this translator."""
        if self.answer is None or self.answer.trace is None:
            known = [*LETTERS.values()]
        else:
            known = [ATTENTION, *self.answer.trace.fields]
        attends = self.answer is None or self.answer.found.attention is not None
        return known if attends else known[1:]

    @property
    def needs_trace(self) -> bool:
        """Whether the map is to show what nobody has computed yet."""
        return self.answer is not None and self.answer.trace is None and self.what != ATTENTION

    @property
    def _beside(self) -> bool:
        """Whether there is another side to compare with."""
        return self.other is not None and not (
            self.other.has_class("-gone") or self.has_class("-gone")
        )

    def on_resize(self, event: Resize) -> None:
        """Say what the map shows if there is room."""
        self._show_note()

    def unfold_choice(self) -> None:
        """Show the list of translators, with the focus in it, where a low window hides it too."""
        self.add_class("-choosing")

        def unfold() -> None:
            self.model_choice.focus()
            self.model_choice.action_show_overlay()
            self.call_after_refresh(self.remove_class, "-choosing")

        self.call_after_refresh(unfold)

    def draw(self) -> None:
        """Show the answer."""
        self._draw_title()
        if (answer := self.answer) is None:
            return
        other = self.other.answer if self.other is not None and self._beside else None
        same = other is not None and other.found.command == answer.found.command
        marks = mark_steps(
            answer.found.steps, answer.wanted, other.found.steps if other and same else None
        )
        shown = self.what
        states = None
        if shown != ATTENTION and answer.trace is not None:
            states = make_states(answer.trace, shown)
        self.heat_map.show_map(make_map(answer.found, marks, states))
        self.draw_said()
        self._unlike = UNLIKE in marks
        self._draw_foot()
        self.what_choice.offer(self.fields, shown)
        self._show_note()

    def _draw_title(self) -> None:
        if self.answer is None:
            self.title = self.letter
            return
        about = "attention: which words"
        if self.what != ATTENTION:
            attends = self.answer.found.attention is not None
            about = f"{self.what} of its units" if attends else f"no attention: its {self.what}"
        self.title = f"{self.letter} · {format_name(self.answer.model)} · {about}"

    def draw_said(self) -> None:
        """Say what the translator says where that is wrong, but not ahead of the steps."""
        if (answer := self.answer) is None:
            return
        line = self.query_one(f"#{self.id}-said", Caption)
        line.display = self._any_wrong and self.heat_map.shown is None
        said = join_actions(answer.found.actions) or "no actions"
        line.set_class(not answer.right, "wrong")
        mistake = find_mistake(answer.found.steps, answer.wanted)
        if mistake is not None:
            wanted = [*answer.wanted[:-1], END][mistake : mistake + 1]
            right = f"should be {shorten(wanted[0])}" if wanted else "is too much"
            said = f"step {mistake + 1} {right}: {said}"
        line.update(f"{WRONG if mistake is not None else '✓'} {said}")

    @property
    def _any_wrong(self) -> bool:
        """Whether this answer is wrong or, so that rows side by side stay level, the other one."""
        beside = self._beside and not self.screen.has_class("-narrow")
        answers = [self.answer, self.other.answer if self.other is not None and beside else None]
        return not all(answer.right for answer in answers if answer is not None)

    def watch_stale(self) -> None:
        """Say what the answer belongs to, where colours do not."""
        self._draw_foot()

    def _draw_foot(self) -> None:
        if (answer := self.answer) is None:
            return
        if self.stale:
            self.foot = f"of: {format_name(answer.command)}"
            return
        verdict = "✓ right" if answer.right else f"{WRONG} wrong"
        foot = f"{verdict} · {math.exp(answer.found.log_prob):.1%}"
        if self.other is not None and self._beside:
            foot += f" · {UNLIKE} unlike {self.other.letter}" if self._unlike else ""
            foot += f" · rows locked to {self.other.letter}"
        self.foot = foot

    def _show_note(self) -> None:
        note = self.query_one(".note", Caption)
        free = self.size.height - len(self.heat_map.map.rows) - 3
        note.display = self.answer is not None and free > NOTE_LINES
        note.update(NOTES[self.what == ATTENTION])
