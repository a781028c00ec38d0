"""Two or three texts side by side, from one prompt and one seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message

from tui.generate.comparing import (
    LETTERS,
    Opinion,
    Setup,
    choose_next,
    describe_opinions,
    find_disagreement,
)
from tui.generate.side import Side


class CompareView(Container):
    """The sides; keys lay one more beside them, and colour what A and B disagree on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "add_side", "one more"),
        Binding("d", "toggle_disagreement", "disagreement"),
    ]

    class Added(Message):
        """One more side is there, and has nothing written yet."""

        def __init__(self, side: Side) -> None:
            super().__init__()
            self.side = side

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.display = False
        self.models: Sequence[str] = ()
        self.opinions: Sequence[Sequence[Opinion]] = ()
        """For each side what each side's model thinks of its text."""
        self.disagreeing = False

    @property
    def sides(self) -> list[Side]:
        """The sides, A first."""
        return list(self.query(Side))

    async def open(self, first: Setup, models: Sequence[str]) -> None:
        """Lay out two sides.

        Args:
            first: what writes the first one.
            models: names of the models that there are.
        """
        self.models, self.disagreeing, self.opinions = models, False, ()
        await self.remove_children()
        second = choose_next([first], models)
        await self.mount(Side(0, first, models), Side(1, second, models))
        self.sides[0].view.focus()

    async def close(self) -> None:
        """Remove the sides; what they write stops."""
        for side in self.sides:
            side.stop()
        await self.remove_children()

    async def action_add_side(self) -> None:
        """Lay one more text beside the others."""
        sides = self.sides
        if len(sides) == len(LETTERS):
            self.notify(f"{len(LETTERS)} texts side by side are the most")
            return
        setup = choose_next([side.setup for side in sides], self.models)
        side = Side(len(sides), setup, self.models)
        await self.mount(side)
        self.post_message(self.Added(side))

    def show_opinions(self, opinions: Sequence[Sequence[Opinion]]) -> None:
        """Show how each text is read by the models of the other sides."""
        self.opinions = opinions
        models = [side.setup.model for side in self.sides]
        for number, (side, said) in enumerate(zip(self.sides, opinions, strict=True)):
            side.show_opinions(describe_opinions(number, said, models))
        self._color()

    def forget_opinions(self) -> None:
        """Show no opinions: a text is being written again."""
        self.opinions = ()
        for side in self.sides:
            side.show_opinions("")
            if self.disagreeing:
                side.show_disagreement(None)

    def action_toggle_disagreement(self) -> None:
        """Colour the texts by what A and B disagree on, or no longer."""
        if not self.opinions:
            self.notify("the texts are not yet read by both models")
        elif self.sides[0].setup.model == self.sides[1].setup.model:
            self.notify("A and B are one model: it does not disagree with itself")
        else:
            self.disagreeing = not self.disagreeing
            self._color()

    def _color(self) -> None:
        for side, said in zip(self.sides, self.opinions, strict=False):
            side.show_disagreement(find_disagreement(*said[:2]) if self.disagreeing else None)
