"""The panel New training: the form, its command, and what it will take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Input

from charlm.console.program import format_name, printable
from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError
from tui.files import begin_path
from tui.keys import bind
from tui.train.estimate import Estimate
from tui.train.field import SettingField
from tui.train.form import Form
from tui.train.form_fields import NOTHING, FormFields
from tui.train.forms import Forms
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel
from tui.workers import in_turns

HINT = "▶ starts it in a process of its own; it goes on if the app ends"


class NewPanel(Panel):
    """The form of a new training."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("open", "browse", "browse files", show=False),
    ]

    @dataclass
    class Changed(Message):
        """The form has changed."""

        form: Form

    def __init__(self, forms: Forms) -> None:
        super().__init__(title="New training", tab="New", id="new")
        self.forms = forms
        self.estimate = Estimate()
        self._field: SettingField | None = None

    def compose(self) -> ComposeResult:
        """Lay out fields, help, command and buttons."""
        yield FormFields(self.forms)
        yield Caption(HINT, id="hint", markup=False)
        yield Caption("", id="command-line", markup=False)
        with Horizontal(id="buttons"):
            yield Button("▶ Start ^r", id="start", variant="success", compact=True)
            yield Button("Copy command", id="copy", compact=True)

    @property
    def fields(self) -> FormFields:
        """The fields."""
        return self.query_one(FormFields)

    @property
    def form(self) -> Form:
        """The form that is shown."""
        return self.forms.current

    def on_mount(self) -> None:
        """Show the command of the form."""
        self.show_command()

    async def show_form(self) -> None:
        """Show the form of another task, or of a run."""
        await self.fields.show_form()
        self._tell()

    @on(SettingField.Changed)
    async def take_value(self, event: SettingField.Changed) -> None:
        """Put a value into the form."""
        event.stop()
        field, form = event.field, self.form
        match field.setting.name:
            case "task":
                self.forms.shown = field.value
                await self.show_form()
                return
            case "preset":
                form.choose_preset(field.value)
                self.fields.show_values()
                self._show_hint()
            case "source":
                form.source = field.value
            case "begin":
                form.init_from = None if field.value == NOTHING else field.value
                self.fields.show_errors()
            case name:
                form.set(name, field.value)
                self.fields.show_errors()
        self._tell()

    @on(Input.Changed, "#corpus")
    def take_source(self, event: Input.Changed) -> None:
        """Put the data into the form."""
        if event.value != self.form.source:
            self.form.source = event.value
            self._tell()

    @on(Input.Changed, "#run-name")
    def take_name(self, event: Input.Changed) -> None:
        """Put the name of the run into the form."""
        if event.value != self.form.name:
            self.form.name = event.value
            self._tell()

    def collect(self) -> Form:
        """Return the form with all that is typed, also what no message has told yet."""
        for field in self.query("#corpus").results(Input):
            self.form.source = field.value
        for field in self.query("#run-name").results(Input):
            self.form.name = field.value
        return self.form

    def _tell(self) -> None:
        self.show_command()
        self._show_hint()
        self.post_message(self.Changed(self.form))

    def show_command(self) -> None:
        """Show the command line that does the same, and the name that the run will get."""
        try:
            command, name = self.form.make_command(), RunFolder.propose(self.form.stem).name
        except (UserError, ValueError) as error:
            command, name = f"– {error}", ""
        self.query_one("#command-line", Caption).update(f"$ {printable(command)}")
        for field in self.query("#run-name").results(Input):
            field.placeholder = format_name(name)

    @on(SettingField.Focused)
    def follow_focus(self, event: SettingField.Focused) -> None:
        """Show what the field means that has the focus."""
        event.stop()
        self._field = event.field
        self._show_hint()

    def _show_hint(self) -> None:
        field, hint = self._field, self.query_one("#hint", Caption)
        wrong = (
            field.wrong if field is not None else next(iter(self.fields.find_errors().values()), "")
        )
        line = wrong or (HINT if field is None else field.setting.help)
        if field is not None and field.setting.name == "preset" and not wrong:
            line = self.form.task.presets[self.form.preset].why
        hint.update(printable(f"! {line}" if wrong else line))
        hint.set_class(bool(wrong), "-wrong")

    def show_estimate(self, estimate: Estimate) -> None:
        """Show what the training will take."""
        self.estimate = estimate
        self.fields.show_data(estimate.data)
        self.fields.refuse(estimate.error)
        self._show_hint()
        self.end_work()
        self.foot = estimate.format()

    def show_wrong(self) -> None:
        """Move the focus to the first field that is wrong, so that it says why."""
        wrong = self.fields.find_wrong()
        if wrong is not None:
            wrong.focus()

    @on(Button.Pressed, "#unfold")
    async def unfold(self, event: Button.Pressed) -> None:
        """Show all settings, or fewer."""
        event.stop()
        await self.fields.fold_out(not self.fields.unfolded)

    @on(Button.Pressed, "#copy")
    def copy(self, event: Button.Pressed) -> None:
        """Put the command into the clipboard."""
        event.stop()
        try:
            self.app.copy_to_clipboard(self.form.make_command())
        except (UserError, ValueError) as error:
            self.notify(str(error), severity="error", markup=False)
        else:
            self.notify("the command is in the clipboard")

    @on(Button.Pressed, "#browse")
    def press_browse(self, event: Button.Pressed) -> None:
        """Choose the data from a tree of files."""
        event.stop()
        self.action_browse()

    @in_turns("browse", exclusive=True)
    async def action_browse(self) -> None:
        """Choose the data from a tree of files; a split of commands is no file."""
        from tui.browser import Browser

        form = self.form
        if not form.task.takes_files:
            self.notify("the data of this task is a split, not a file")
            self.action_choose_source()
            return
        typed = form.source if "/" in form.source else begin_path(self.app)
        taken = await self.app.push_screen_wait(Browser("Train on which file?", typed))
        for field in self.query("#corpus").results(Input) if taken is not None else ():
            field.value = taken or ""
            field.focus()

    def action_choose_source(self) -> None:
        """Go to the data of the form."""
        for widget in self.query("#corpus, #set-source"):
            widget.focus()
