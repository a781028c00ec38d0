"""The forms of all tasks, as they were at the last start, or as a run was trained.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.train.form import Form
from tui.train.tasks import LOADERS, find_task, load_task


class Forms:
    """The forms of all tasks: each is made when it is first shown."""

    def __init__(self, saved: object = None) -> None:
        """Make forms from what `to_json` returned, or new ones."""
        known = saved if isinstance(saved, Mapping) else {}
        self._saved = {name: known.get(name) for name in LOADERS}
        self._forms: dict[str, Form] = {}
        self.shown = str(known.get("shown"))
        """Name of the task whose form is shown."""
        if self.shown not in LOADERS:
            self.shown = next(iter(LOADERS))

    def get(self, name: str) -> Form:
        """Return the form of a task."""
        if name not in self._forms:
            self._forms[name] = Form.from_json(load_task(name), self._saved[name])
        return self._forms[name]

    @property
    def current(self) -> Form:
        """The form that is shown."""
        return self.get(self.shown)

    def to_json(self) -> dict[str, Any]:
        """Return what the next start restores."""
        made = {name: form.to_json() for name, form in self._forms.items()}
        return {**self._saved, **made, "shown": self.shown}

    def fill_from_run(self, config: Mapping[str, Any]) -> bool:
        """Show the settings that a run has recorded; return whether a form can hold them.

        Args:
            config: what its `config.json` holds.
        """
        found = find_task(config)
        if found is None:  # such as a variant of a split, or data that a Python program gave
            return False
        task, source = found
        form = Form.from_json(task, {**config, "source": source})
        if form.preset != config.get("preset"):
            form.preset = task.usual_preset
        for part in ("model", "training", "corpus"):
            recorded = config.get(part)
            for name, value in recorded.items() if isinstance(recorded, Mapping) else ():
                if name in task.settings and not form.is_given(name):
                    form.set_recorded(name, value)
        self._forms[task.name], self.shown = form, task.name
        return True
