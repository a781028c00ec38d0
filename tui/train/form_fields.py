"""The fields of the form of a training, for the task that is chosen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from charlm.console.program import printable
from tui.train.field import SettingField
from tui.train.form import Form
from tui.train.forms import Forms
from tui.train.settings import Setting
from tui.train.tasks import LOADERS
from tui.visitors import is_served
from tui.widgets.caption import Caption

LABEL = 8
"""Cells of the labels above the settings."""
COLUMN = 18
"""Cells of a field that stands beside another one."""
WIDE_LABEL = 17
"""Cells of the labels of all settings."""
NOTHING = "nothing"
"""What is begun with if it is no model."""
MOST_FILES = 2000
"""Entries of a folder that are looked at to complete a path."""

TASK_HELP = (
    "What to train: a writer of text, a judge of reviews, a translator of commands or of pairs of "
    "your own, a forecaster of series, or what describes pictures."
)
HINTS = {
    "pairs": "a file of pairs: a command, a tab, actions",
    "series": "a table, or a name such as sines",
    "pictures": "scenes, or a folder with captions.txt",
}
"""What an empty line for the data asks for, where it is not a text."""
BEGIN_HELP = "A model to begin with instead of random weights. It decides what the network is like."


class Paths(Suggester):
    """Completes the names of data that is known, and paths on disk."""

    def __init__(self, known: Iterable[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.known = [*known]

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first name or path that begins with `value`."""
        if not value:
            return None
        known = next((name for name in self.known if name.startswith(value)), None)
        if known is not None or is_served():
            return known
        return await asyncio.to_thread(self._find_path, value)

    @staticmethod
    def _find_path(value: str) -> str | None:
        head, tail = os.path.split(value)
        with suppress(OSError, ValueError, RuntimeError):
            folder = Path(head or ".").expanduser()
            names = sorted(
                f"{one.name}/" if one.is_dir() else one.name
                for one in islice(folder.iterdir(), MOST_FILES)
                if one.name.startswith(tail) and (tail or not one.name.startswith("."))
            )
            if names:
                return os.path.join(head, names[0])  # noqa: PTH118  (Path would drop "./")
        return None


def make_choice(name: str, choices: Iterable[str], explanation: str) -> Setting:
    """Return a choice that is no option of the command line by itself."""
    return Setting(name=name, kind="choice", help=explanation, config=None, choices=(*choices,))


class FormFields(VerticalScroll, can_focus=False):
    """The fields of a form. The common settings are always shown, the others unfold."""

    def __init__(self, forms: Forms) -> None:
        super().__init__(id="fields")
        self.forms = forms
        self.models: list[str] = []
        """Models to begin with."""
        self.unfolded = False
        self.refused: dict[str, str] = {}
        """What was found to be wrong with settings when the data was read, by their names."""
        self._lock = asyncio.Lock()

    @property
    def form(self) -> Form:
        """The form that is shown."""
        return self.forms.current

    def compose(self) -> ComposeResult:
        """Lay out the fields of the task that is chosen."""
        form, task = self.form, self.form.task
        tasks = make_choice("task", LOADERS, TASK_HELP)
        yield SettingField(tasks, self.forms.shown, wide=LABEL)
        if task.takes_files:
            source = Input(form.source, suggester=Paths(task.sources), id="corpus", compact=True)
            source.placeholder = HINTS.get(task.name, "a file, a folder or a name")
            browse = Button("browse …", id="browse", compact=True)
            yield Horizontal(Label(f"{task.source:<{LABEL}}"), source, browse, classes="line")
        else:
            splits = make_choice("source", task.sources, "Split of the commands into two parts.")
            yield SettingField(splits, form.source, label=task.source, wide=LABEL)
        yield Caption("", id="data", markup=False)
        if len(task.presets) > 1:
            presets = make_choice("preset", task.presets, task.presets[form.preset].why)
            yield SettingField(presets, form.preset, wide=LABEL)
        name = Input(form.name, id="run-name", compact=True)
        yield Horizontal(Label(f"{'name':<{LABEL}}"), name, classes="line")
        for heading, names in task.common:
            yield Static(Content(f"─ {heading} {'─' * 80}"), classes="heading")
            yield Container(*self._make_fields(names, COLUMN), classes="pairs")
        if task.starts_from:
            begin = make_choice("begin", (NOTHING, *self.models), BEGIN_HELP)
            yield SettingField(begin, form.init_from or NOTHING, label="build on", wide=LABEL)
        yield Button("", id="unfold", compact=True)
        yield Vertical(id="others")

    def _make_fields(self, names: Iterable[str], column: int = 0) -> Iterator[SettingField]:
        for name in names:
            setting = self.form.task.settings[name]
            wide = WIDE_LABEL if not column else LABEL
            field = SettingField(setting, self.form.get(name), wide=wide)
            field.usual = self._get_usual(name)
            longest = max(map(len, field.choices), default=0)
            tight = field.before + longest + 4 > column
            if column and (tight or setting.is_text):
                field.add_class("-long")
            yield field

    def _get_usual(self, name: str) -> str:
        setting = self.form.task.settings[name]
        return setting.format(self.form.task.get_value(self.form.preset, name))

    async def on_mount(self) -> None:
        """Show all settings where there is room for them."""
        await self.fold_out(self.screen.has_class("-tall"))

    async def show_form(self) -> None:
        """Show the form of another task, with the focus where it was."""
        focused = self.screen.focused
        name = focused.id if focused is not None and self in focused.ancestors else None
        async with self._lock:
            await self.recompose()
            await self.fold_out(self.unfolded)
        if name is not None:
            for widget in self.query(f"#{name}"):
                widget.focus()

    async def fold_out(self, unfolded: bool) -> None:
        """Show all settings, or only the common ones."""
        self.unfolded = unfolded
        button, others = self.query_one("#unfold", Button), self.query_one("#others", Vertical)
        button.label = Content("▾ fewer settings" if unfolded else "▸ all settings …")
        await others.remove_children()
        if unfolded:
            common = {name for _, names in self.form.task.common for name in names}
            rest = [name for name in self.form.task.settings if name not in common]
            await others.mount_all(self._make_fields(rest))
        self.show_values()

    def show_values(self) -> None:
        """Show in all fields what the form holds, and what is wrong with it."""
        errors = self.find_errors()
        for field in self.query(SettingField):
            name = field.setting.name
            if name in self.form.task.settings:
                field.show(self.form.get(name), self._get_usual(name))
                field.given = self.form.is_given(name)
                field.wrong = errors.get(name, "")
        for field in self.query("#set-preset").results(SettingField):
            field.show(self.form.preset, self.form.preset)

    def show_errors(self) -> None:
        """Mark the fields that are wrong, while one of them is typed in."""
        errors = self.find_errors()
        for field in self.query(SettingField):
            field.wrong = errors.get(field.setting.name, "")
            field.given = self.form.is_given(field.setting.name)

    def show_models(self, names: list[str]) -> None:
        """Offer models to begin with."""
        self.models = names
        for field in self.query("#set-begin").results(SettingField):
            field.setting = make_choice("begin", (NOTHING, *names), BEGIN_HELP)

    def find_errors(self) -> dict[str, str]:
        """Return what is wrong with settings, by their names: in the form, and with its data."""
        return {**self.refused, **self.form.find_errors()}

    def refuse(self, line: str) -> None:
        """Say what is wrong with the data, or with what is to be read of it, at its field.

        Args:
            line: what the command would say; empty if there is nothing wrong.
        """
        name = self.form.find_named(line)
        shown = {field.setting.name for field in self.query(SettingField)}
        self.refused = {name: self.form.say(line, name)} if name in shown and name else {}
        self.show_errors()
        if line and not self.refused:
            self.show_data(self.form.say(line), wrong=True)

    def show_data(self, line: str, *, wrong: bool = False) -> None:
        """Say how much data there is, or what is wrong with it."""
        for said in self.query("#data").results(Caption):
            said.update(printable(line))
            said.set_class(wrong, "-wrong")

    def find_wrong(self) -> Widget | None:
        """Return the first field that is wrong."""
        return next((field for field in self.query(SettingField) if field.wrong), None)
