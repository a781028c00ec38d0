"""The pane Captions: a picture, its captions, and where each word looks."""

from __future__ import annotations

import random
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Select, Static

from tui.caption.beam_panel import BeamPanel
from tui.caption.choices_panel import ChoicesPanel
from tui.caption.picture_view import PictureView
from tui.caption.remembered import Remembered
from tui.caption.subject import MOST_NUMBER, find_number
from tui.caption.words_view import WordsPanel, WordsView
from tui.caption.working import Working, load_captioner
from tui.keys import bind
from tui.models import Models
from tui.walk import Walk
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper
from tui.widgets.workspace import Workspace

PACE = 0.6
"""Seconds for which a word is shown while they are gone through."""


class CaptionPane(Working):
    """A scene or a picture of the user's, and what a captioner says of it."""

    HELP = """\
A picture, and what a captioner says of it. The picture is a scene of one to three shapes, drawn by
rule: which one, its number, the seed and the split say. It comes from the test part, which no
training has seen. The splits *pairs* and *counts* test what was never shown together in training.

← and → go through the words: the picture stays bright where the word looks, and is dark elsewhere.
Below the caption stands how sure the word was, and how much of its look lies on what its phrase
names, beside the share of the picture that this is: attention without aim would reach that. `^t`
goes through the words by itself.

A caption is **true** if all that it says holds of the scene, in whatever words: a reader of the
grammar decides that, and says why not. True sentences of the scene stand below. The beam lists the
likeliest captions; the cursor there chooses which one is looked at.

`n` and `p` show the next scene and the one before, F8 any, `^o` a picture of yours, of which only
you can say whether a caption is true.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("run", "next", "next scene"),
        bind("example", "random", "random"),
        bind("steps", "walk", "word by word"),
        bind("open", "open", "open"),
        bind("save", "save", "save"),
        bind("stop", "stop", "Stop; back to the picture", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kept = Remembered()
        self.models = Models(load_captioner, self.show_loading)
        self._walk = Walk(self, PACE, self.walk_on)
        self._drawn = random.Random(1)

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        with Workspace():
            yield Panel(PictureView(id="picture-view"), title="Picture", id="picture")
            yield WordsPanel(id="caption")
            yield ChoicesPanel(self.kept, id="choices")
            yield BeamPanel(id="captions")
            sentences = VerticalScroll(Static(id="sentences", markup=False))
            yield Panel(sentences, title="True of it", tab="Truth", id="truth")

    def on_mount(self) -> None:
        """Begin with what was there at the end of the last session."""
        self.use_remembered()
        self.panel("picture").foot = "← → words · n p scenes"
        self.look()  # the picture is there before a captioner is found

    # What the app asks for

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with what was there at the end of the last session."""
        self.kept = Remembered.read(state)

    def focus_first(self) -> None:
        """Begin in the picture."""
        self.screen.set_focus(self.picture)

    # What the user changes

    @on(Select.Changed, "#captioner")
    def change_model(self) -> None:
        """Describe the picture by another captioner."""
        self.look()

    @on(Stepper.Changed, "#number, #seed, #split, #shapes, #beam-width")
    def change(self, event: Stepper.Changed) -> None:
        """Show another scene, or search more widely or less."""
        stepper, kept = event.stepper, self.kept
        name = {"beam-width": "width"}.get(str(stepper.id), str(stepper.id))
        value = stepper.word if isinstance(stepper, WordStepper) else int(stepper.value or 0)
        if getattr(kept, name) == value:
            return
        setattr(kept, name, value)
        if name != "width":
            kept.path = ""
        self.go_to_scene(0)

    @on(PictureView.Scene)
    def show_scene(self, event: PictureView.Scene) -> None:
        """Show the next scene, or the one before."""
        self.kept.path = ""
        self.go_to_scene(event.step)

    def go_to_scene(self, step: int) -> None:
        """Show another scene with as many shapes as are wanted."""
        if not self.kept.path:
            self.kept.number = find_number(self.kept.want(None), self.kept.shapes, step)
        self.choices.show(self.kept)
        self.look()

    @on(PictureView.Word)
    def move_word(self, event: PictureView.Word) -> None:
        """Go to another word; before the first one is the picture as it is."""
        if self.said is not None:
            last = len(self.said.captions[self.index].probabilities) - 1
            place = (-1 if self.place is None else self.place) + event.steps
            self.go_to_word(min(place, last) if place >= 0 else None)

    @on(WordsView.Chosen)
    def choose_word(self, event: WordsView.Chosen) -> None:
        """Go to the word that was clicked."""
        self.go_to_word(event.place)

    def go_to_word(self, place: int | None) -> None:
        """Show where a word looks."""
        self.place = place
        self.draw()

    @on(BeamPanel.Chosen)
    def choose_caption(self, event: BeamPanel.Chosen) -> None:
        """Look at another caption."""
        if self.said is not None and event.index < len(self.said.captions):
            if event.index != self.index:
                self.index, self.place = event.index, None
            self.draw()

    # Actions

    def action_next(self) -> None:
        """Show the next scene."""
        self.kept.path = ""
        self.go_to_scene(1)

    def action_random(self) -> None:
        """Show any scene."""
        self.kept.path = ""
        self.kept.number = self._drawn.randrange(MOST_NUMBER)
        self.go_to_scene(0)

    def action_walk(self) -> None:
        """Go through the words by itself, or stop."""
        if self._walk.running:
            self._walk.stop()
        elif self.said is not None:
            self.go_to_word(0)
            self._walk.start()

    def walk_on(self) -> None:
        """Go to the next word; after the last one, stop."""
        last = 0 if self.said is None else len(self.said.captions[self.index].probabilities) - 1
        if self.place is None or self.place >= last:
            self._walk.stop()
        else:
            self.go_to_word(self.place + 1)

    def action_stop(self) -> None:
        """Stop what works; where nothing works, show the picture as it is."""
        if self._walk.running:
            self._walk.stop()
        else:
            self.go_to_word(None)
            self.picture.focus()
