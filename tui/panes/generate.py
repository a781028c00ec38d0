"""Generate: a model writes, and shows what it thinks of every character."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.reactive import reactive
from textual.theme import Theme
from textual.widgets import Input, Select, Static

from charlm.checkpoint import exists
from charlm.surprisal import ON_LIGHT, PLAIN, STYLES
from charlm.terminal import printable
from corpora.atomic import write_atomic
from corpora.errors import UserError
from tui.models import names, path_of
from tui.widgets.ask import Ask
from tui.widgets.bars import Bar, Bars
from tui.widgets.stepper import Stepper
from tui.widgets.text_view import TextView
from tui.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from charlm.sampler import Token
    from tui.manuscript import Manuscript

FRAME = 1 / 30
"""Seconds between looks at what was written: a call for each would keep the screen busy."""
CANDIDATES = 10
DIGITS = "1234567890"
NAMES = {" ": "␣ space", "\n": "⏎ line", "\t": "⇥ tab"}


@dataclass(frozen=True)
class Controls:
    """How is written; what is kept from one start to the next."""

    prompt: str = "Prince Andrew "
    temperature: float = 0.7
    top_k: int | None = None
    top_p: float | None = None
    length: int | None = 1000
    seed: int | None = None


SEEDS = range(1000)
STEPS: dict[str, list[float | int | None]] = {
    "temperature": [round(0.05 * step, 2) for step in range(41)],
    "top_k": [*range(1, 21), 30, 40, 60, None],
    "top_p": [*(round(0.05 * step, 2) for step in range(1, 20)), 0.98, None],
    "length": [100, 200, 500, 1000, 2000, 5000, 10000, None],
    "seed": [None, *SEEDS],
}
NONE = {"length": "endless", "seed": "chance"}


class GeneratePane(Vertical):
    """A prompt and controls, the text as it is written, the likeliest characters at any place."""

    HELP = """\
Enter in the prompt begins a new text. `F6` writes on and stops; `F7` writes anew from the cursor,
which the arrow keys and the mouse move; `ctrl+z` brings back what was there.

On the right stand the ten likeliest characters at the cursor: behind the end, what may come next;
elsewhere, what the model expected there. In step mode (`F8`) you choose: the keys `1` to `0`, or
a click, take a character from the list. `F9` colours each character by its surprisal.

The controls are stepped with `◂ ▸`, by arrow keys, wheel or clicks. The same seed, the same text.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "write", "Write/stop"),
        Binding("f7", "rewrite", "Rewrite"),
        Binding("f8", "toggle_steps", "Steps"),
        Binding("f9", "toggle_colors", "Colour"),
        Binding("ctrl+z", "undo", "Undo"),
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+y", "copy", "Copy", show=False),
    ]

    stepping: reactive[bool] = reactive(False)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.first = Controls()
        self.manuscript: Manuscript | None = None
        self.writer = Writer()
        self.was_busy = False
        self.seed: int | None = None
        """That the newest part of the text was written with."""
        self.wanted: str | None = None
        """A model to take as soon as the list is there."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Horizontal(id="first-row"):
            yield Select[str]([], prompt="no model", id="model", compact=True)
            yield Input(self.first.prompt, placeholder="a prompt", id="prompt", compact=True)
        with Horizontal(id="controls"):
            for name, values in STEPS.items():
                title = name.replace("_", "-")
                value = getattr(self.first, name)
                yield Stepper(title, values, value, none=NONE.get(name, "off"), id=name)
        with Horizontal(id="room"):
            yield TextView(STYLES, id="text")
            with Vertical(id="beside"):
                yield Static("", id="where", markup=False)
                yield Bars(id="candidates")
        yield Static("", id="state", markup=False)

    def on_mount(self) -> None:
        """Load a model, and look at what is written from now on."""
        self.set_interval(FRAME, self._drain)
        self.app.theme_changed_signal.subscribe(self, self._recolor)
        self._recolor(self.app.current_theme)
        self.find_models()

    def remember(self, controls: dict[str, Any]) -> None:
        """Begin with the controls of the last time, as far as they are what they should be."""
        known = {name: controls.get(name, getattr(self.first, name)) for name in STEPS}
        good: dict[str, Any] = {
            name: value
            for name, value in known.items()
            if value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        }
        prompt = controls.get("prompt")
        self.first = replace(
            self.first, **good, prompt=prompt if isinstance(prompt, str) else self.first.prompt
        )

    def controls(self) -> Controls:
        """Return what the controls say."""
        chosen = {name: self.query_one(f"#{name}", Stepper).value for name in STEPS}
        return Controls(prompt=self.query_one("#prompt", Input).value, **chosen)  # type: ignore[arg-type]

    def _recolor(self, theme: Theme) -> None:
        """Take colours that can be read on the ground there is."""
        scale = PLAIN if self.app.no_color else STYLES if theme.dark else ON_LIGHT
        self.query_one(TextView).use_scale(scale)

    # The model

    @work(thread=True, group="generate-find", exclusive=True)
    def find_models(self) -> None:
        """List shipped models and those in run folders."""
        found = names("charlm")
        self.app.call_from_thread(self._offer, found)

    def _offer(self, found: list[str]) -> None:
        select = self.query_one("#model", Select)
        before = self.wanted or select.value
        select.set_options((name, name) for name in found)
        if before in found:
            select.value = before
        elif found:
            select.value = found[0]

    def use(self, model: str) -> None:
        """Write with this model."""
        self.wanted = model
        self.find_models()

    @on(Select.Changed, "#model")
    def chosen(self, event: Select.Changed) -> None:
        """Load the model that was chosen."""
        if isinstance(event.value, str):
            self._say(f"loading {event.value} …")
            self.stop()
            self.load(event.value)

    @work(thread=True, group="generate", exclusive=True)
    def load(self, name: str) -> None:
        """Load a model, and have it read the text that stands there."""
        from charlm.library import load
        from tui.manuscript import Manuscript, moved

        try:
            model = load(str(path_of(name)))
        except UserError as error:
            self.app.call_from_thread(self._failed, str(error))
            return
        unknown = ""
        if self.manuscript is None or not len(self.manuscript):
            made = Manuscript(model)
        else:
            made, unknown = moved(self.manuscript, model)
        self.app.call_from_thread(self._loaded, name, made, unknown)

    def _loaded(self, name: str, made: Manuscript, unknown: str) -> None:
        self.manuscript = made
        self._show_all()
        self._say(f"{name} is ready: enter begins a text from the prompt, F6 writes on")
        if unknown:
            self.notify(f"{name} does not know {unknown!r}: left out", markup=False)

    # Writing

    @on(Input.Submitted, "#prompt")
    def begin(self) -> None:
        """Begin a new text with the prompt, and write."""
        if self.manuscript is None:
            return
        self.stop()
        try:
            prompt = self.manuscript.read(self.query_one("#prompt", Input).value)
        except UserError as error:
            self._failed(str(error))
            return
        self._show_all()
        self._write(prompt)

    def action_write(self) -> None:
        """Stop, or write on from the end."""
        if self.writer.busy:
            self.stop()
        elif self.manuscript is not None and not len(self.manuscript):
            self.begin()
        elif self.manuscript is not None:
            self.manuscript.cut(len(self.manuscript))
            self._write()

    def action_rewrite(self) -> None:
        """Write anew from the cursor on."""
        if self.manuscript is None:
            return
        self.stop()
        self.manuscript.cut(self.query_one(TextView).cursor)
        self._show_all()
        self._write()

    def _write(self, prompt: Iterable[Token] = ()) -> None:
        """Have `prompt` read and, unless the user chooses every character, go on from there."""
        from charlm.sampler import Sampling

        self.query_one(TextView).focus()
        if self.manuscript is None:
            return
        to = self.controls()
        sampling = Sampling(temperature=to.temperature, top_k=to.top_k, top_p=to.top_p)
        # One that is known, so that a text that is liked can be had again.
        self.seed = random.choice(SEEDS) if to.seed is None else to.seed
        on = self.manuscript.write(sampling, length=to.length, seed=self.seed)
        self.writer.start(prompt if self.stepping else chain(prompt, on))

    def stop(self) -> None:
        """Stop writing, and show all that was written."""
        self.writer.stop()
        self._drain()

    def _drain(self) -> None:
        """Show what was written since the last look."""
        busy = self.writer.busy  # asked first: what comes after the look is shown by the next one
        characters, levels = self.writer.drain()
        if characters:
            self.query_one(TextView).extend(characters, levels)
        if busy != self.was_busy or characters:
            self.was_busy = busy
            self._tell()

    def _show_all(self) -> None:
        """Show the manuscript as it stands."""
        if self.manuscript is None:
            return
        made = self.manuscript
        self.query_one(TextView).show_text(made.text, made.levels, made.prompted)
        self._tell()

    # Looking inside

    @on(TextView.Moved)
    def look(self) -> None:
        """Show what was likeliest at the cursor."""
        view, manuscript = self.query_one(TextView), self.manuscript
        if manuscript is None:
            return
        position = view.cursor
        if self.writer.busy and position == len(view.text):
            position -= 1  # the newest one: the end is the writer's
        if not 0 <= position <= len(manuscript):
            return
        there = view.text[position : position + 1]
        bars = [
            Bar(f"{key} {NAMES.get(symbol, printable(symbol))}", share, symbol == there)
            for key, (symbol, _, share) in zip(
                DIGITS, manuscript.candidates(position, CANDIDATES), strict=False
            )
        ]
        self.query_one("#candidates", Bars).show_bars(bars)
        what = "what may come next" if position == len(view.text) else f"at {position + 1:,}"
        self.query_one("#where", Static).update(what)

    @on(Bars.Clicked)
    def clicked(self, event: Bars.Clicked) -> None:
        """Take the character that was clicked."""
        if self.stepping:
            self.take(event.number)

    def on_key(self, event: Key) -> None:
        """Take a character from the list, in step mode."""
        if self.stepping and event.key in DIGITS and self.query_one(TextView).has_focus:
            event.stop()
            self.take(DIGITS.index(event.key))

    def take(self, number: int) -> None:
        """Put that candidate at the cursor; what stood behind it goes."""
        view, manuscript = self.query_one(TextView), self.manuscript
        if manuscript is None or self.writer.busy:
            return
        candidates = manuscript.candidates(view.cursor, CANDIDATES)
        if number < len(candidates):
            manuscript.cut(view.cursor)
            manuscript.add(candidates[number][1])
            self._show_all()

    # The rest

    def action_toggle_steps(self) -> None:
        """Choose each character, or have the model do so."""
        self.stop()
        self.stepping = not self.stepping
        self.query_one(TextView).focus()
        self._tell()

    def action_toggle_colors(self) -> None:
        """Colour the characters by their surprisal, or not."""
        view = self.query_one(TextView)
        view.colored = not view.colored

    def action_undo(self) -> None:
        """Bring back what was there before."""
        self.stop()
        if self.manuscript is not None and self.manuscript.undo():
            self._show_all()
        else:
            self.notify("there is nothing to undo")

    def action_copy(self) -> None:
        """Put the text into the clipboard of the terminal."""
        if self.manuscript is not None:
            self.app.copy_to_clipboard(self.manuscript.text)
            self.notify(f"{len(self.manuscript):,} characters copied")

    @work
    async def action_save(self) -> None:
        """Ask for a file, and write the text into it."""
        if self.manuscript is None:
            return
        text = self.manuscript.text
        path = await self.app.push_screen_wait(
            Ask("Save the text to which file?", value="text.txt")
        )
        if path is None:
            return
        try:
            save(Path(path).expanduser(), text)
        except UserError as error:
            self._failed(str(error))
        else:
            self.notify(f"written: {path}", markup=False)

    def _tell(self) -> None:
        """Say in a line how things stand."""
        count = len(self.query_one(TextView).text)
        state = "writing, F6 stops" if self.writer.busy else "ready"
        if self.stepping:
            state = "step mode: 1 to 0 take a character"
        seed = "" if self.seed is None else f"; seed {self.seed}"
        self._say(f"{count:,} characters; {state}{seed}")
        self.look()

    def _say(self, line: str) -> None:
        self.query_one("#state", Static).update(line)

    def _failed(self, line: str) -> None:
        self.notify(line, severity="error", markup=False)


def save(path: Path, text: str) -> None:
    """Write `text`; raise `UserError` if there is such a file, or it cannot be written."""
    if exists(path):
        raise UserError(f"{path} exists already; name another file")
    write_atomic(path, text.encode("utf-8", "replace"))
