"""The form of a new training: what was typed, what is wrong with it, the command that it makes.

This module uses no screen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charlm.runs.run_folder import RunFolder
from charlm.system import join_words
from corpora.errors import UserError
from tui.files import parse_path
from tui.models import find_model
from tui.train.process import find_source
from tui.train.settings import Setting, parse_several
from tui.train.sources import check_source
from tui.train.task import Preset, Task

FILL = "Fill the form and start it"
LONGEST = 10_000
"""Characters of a field that are kept until the next start."""
MEANT: Mapping[str, object] = {"encoding": "utf-8", "rarest": 1}
"""What a command means where such an option is not given."""


@dataclass
class Form:
    """A form for one task."""

    task: Task
    source: str = ""
    """Data to train on: a name, file or folder; or the name of a split."""
    preset: str = ""
    name: str = ""
    """Name of the run; without one it is named after its data."""
    init_from: str | None = None
    """Model to begin with."""
    typed: dict[str, str] = field(default_factory=dict)
    """What was typed into settings, by their names. The others are those of the preset."""

    def __post_init__(self) -> None:
        self.source = self.source or self.task.usual_source
        self.preset = self.preset or self.task.first_preset

    def choose_preset(self, name: str) -> None:
        """Take the settings of another preset; what was typed into others goes."""
        self.preset = name
        self.typed.clear()

    def get(self, name: str) -> str:
        """Return what a setting's field shows."""
        setting = self.task.settings[name]
        return self.typed.get(name, setting.format(self.task.get_value(self.preset, name)))

    def set(self, name: str, typed: str) -> None:
        """Type a value into a setting."""
        self.typed[name] = typed

    def set_recorded(self, name: str, value: object) -> None:
        """Take a value that a run has recorded, unless the preset or the command means the same."""
        setting = self.task.settings[name]
        usual = MEANT.get(name, self.task.get_value(self.preset, name))
        if value != usual:
            self.set(name, setting.format(value))

    def is_given(self, name: str) -> bool:
        """Return whether the model to begin with decides a setting."""
        return self.init_from is not None and name in self.task.given_by_model

    @property
    def changes(self) -> dict[str, Any]:
        """The values that differ from those of the preset, by setting.

        Raises:
            UserError: one of them is no value.
        """
        found = {}
        for name in self.typed:
            value = self.task.settings[name].parse(self.typed[name])
            if value != self.task.get_value(self.preset, name) and not self.is_given(name):
                found[name] = value
        return found

    def make_configs(self) -> Preset:
        """Return the configurations of the model, of the training and of the data.

        Raises:
            UserError: the library refuses a value.
        """
        return self.task.presets[self.preset].replace(self.changes)

    def find_errors(self) -> dict[str, str]:
        """Return what is wrong with settings, in a line each, by their names."""
        errors, values = {}, {}
        for name in self.typed:
            try:
                if not self.is_given(name):
                    values[name] = self.task.settings[name].parse(self.typed[name])
            except UserError as error:
                errors[name] = str(error)
        errors |= self._find_refused(values)
        return {name: errors[name] for name in self.typed if name in errors}

    def _find_refused(self, values: dict[str, Any]) -> dict[str, str]:
        """Return what the library says of values that it refuses, by their settings."""
        chosen = self.task.presets[self.preset]
        try:
            chosen.replace(values)
        except UserError as error:
            together = str(error)
        else:
            return {}
        errors = {}
        for name, value in values.items():
            try:
                chosen.replace({name: value})
            except UserError as error:
                errors[name] = say_in_words(self.task.settings[name], str(error))
        if not errors:  # each would do by itself: the message begins with one that does not fit
            named = [name for name in values if name in together]
            at = min(named, key=together.index, default=next(reversed(values)))
            errors[at] = say_in_words(self.task.settings[at], together)
        return errors

    def find_named(self, line: str) -> str:
        """Return the setting that an error of the command is about; empty if it tells none.

        Such a line names an option, or quotes what was typed.
        """
        for name, setting in self.task.settings.items():
            if find_option(setting).search(line):
                return name
        for name in self.typed:
            words = parse_several(self.typed[name]) if self.task.settings[name].is_text else ()
            if any(repr(word) in line for word in words):
                return name
        return ""

    def say(self, line: str, at: str = "") -> str:
        """Return an error of the command with the words of the form in the place of options.

        Args:
            line: the error.
            at: setting at whose field it is said.
        """
        for name, setting in self.task.settings.items():
            option = find_option(setting)
            if name == at:
                line = re.sub(f" with {option.pattern}", "", line)
            line = option.sub(setting.label, line)
        return line

    def check(self) -> None:
        """Look at everything before a training is started.

        Raises:
            UserError: it cannot be started; the message says why.
        """
        for line in self.find_errors().values():
            raise UserError(line)
        self.make_configs()  # values that do not go together
        check_source(self.task, self.source)
        if self.init_from is not None:
            find_model(self.init_from)

    @property
    def stem(self) -> str:
        """The name of the run, before a number makes it one that is free."""
        if self.name.strip():
            return self.name.strip()
        source = Path(self.source.strip()).stem
        shown = {name: self.get(name) for name in self.task.settings}
        return self.task.naming({**shown, "source": source, "preset": self.preset})

    @property
    def begin(self) -> str:
        """How a first training is begun, in words."""
        example = self.task.example if self.source == self.task.usual_source else ""
        return f"The form is filled with {example}: start it" if example else FILL

    def make_arguments(self, folder: Path) -> list[str]:
        """Return the arguments of `python -m` that start the training in a folder.

        Raises:
            UserError: a value cannot be read, or the data cannot be found.
        """
        words = [*self.task.command]
        if self.task.takes_files:
            words.append(find_source(self.source.strip(), self.task.sources))
        else:
            words += ["--split", self.source]
        if len(self.task.presets) > 1:
            words += ["--preset", self.preset]
        if self.init_from is not None:
            words += ["--init-from", self.init_from]
        for name, value in self.changes.items():
            setting = self.task.settings[name]
            if setting.kind == "path":
                value = str(parse_path(value))
            words += setting.write_options(value)
        return [*words, "--out", str(folder)]

    def make_command(self) -> str:
        """Return the command line that does the same, quoted for a shell; it works in any folder.

        Raises:
            UserError: a value cannot be read, or the data cannot be found.
        """
        folder = RunFolder.propose(self.stem)
        arguments = self.make_arguments(folder)[len(self.task.module) :]
        return join_words([*self.task.typed, *arguments])

    def to_json(self) -> dict[str, Any]:
        """Return what the next start restores."""
        return {
            "source": self.source[:LONGEST],
            "preset": self.preset,
            "name": self.name[:LONGEST],
            "init_from": self.init_from,
            "typed": {name: typed[:LONGEST] for name, typed in self.typed.items()},
        }

    @classmethod
    def from_json(cls, task: Task, data: object) -> Form:
        """Return the form that was saved; what a damaged file holds counts as never typed."""
        if not isinstance(data, Mapping):
            return cls(task)
        texts: dict[str, Any] = {
            name: value
            for name in ("source", "preset", "name", "init_from")
            if isinstance(value := data.get(name), str)
        }
        if texts.get("preset") not in task.presets:
            texts.pop("preset", None)
        if not task.takes_files and texts.get("source") not in task.sources:
            texts.pop("source", None)
        if not task.starts_from:
            texts.pop("init_from", None)
        form, typed = cls(task, **texts), data.get("typed")
        for name, value in typed.items() if isinstance(typed, Mapping) else ():
            if name in task.settings and isinstance(value, str):
                form.set(name, value)
        return form


def find_option(setting: Setting) -> re.Pattern[str]:
    """Return what finds the option of a setting in an error of the command."""
    return re.compile(rf"{re.escape(setting.option)}(?![\w-])")


def say_in_words(setting: Setting, line: str) -> str:
    """Return an error of the library with the name that the form has for a setting."""
    return line.replace(setting.name, setting.label, 1)
