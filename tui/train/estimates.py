"""The estimates of the pane Train: asked for when the form has rested for a moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from textual import on
from textual.timer import Timer
from textual.worker import get_current_worker

from charlm.training.log import to_number
from corpora.errors import UserError
from tui.models import list_kinds
from tui.pane import Pane
from tui.train.estimate import Estimate, Estimator, Speeds, make_estimate, make_key, make_speed_key
from tui.train.form import Form
from tui.train.forms import Forms
from tui.train.loss_chart import LossChart
from tui.train.new_panel import NewPanel
from tui.train.runs import Run
from tui.train.tasks import warm_up
from tui.workers import in_thread

REST = 0.8
"""Seconds without a change of the form after which an estimate is asked for."""
IDLE = 90.0
"""Seconds after which the process that estimates is ended: it holds memory."""
MOST_FOUND = 30
"""Answers that are kept, for forms that are changed back."""


class Estimates(Pane):
    """What the pane Train knows of the training that its form describes."""

    forms: Forms

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.estimator = Estimator()
        self.speeds = Speeds()
        self._models: Mapping[str, str] = {}
        self._found: dict[str, Mapping[str, Any]] = {}
        self._rest: Timer | None = None
        self._idle: Timer | None = None

    @on(NewPanel.Changed)
    def change_form(self) -> None:
        """Remember the form, and estimate it again."""
        self.remember()
        self.show_models()
        self.show_begin()
        self.estimate_soon()

    def show_begin(self) -> None:
        """Say in the empty chart how a first training is begun."""
        self.query_one(LossChart).show_begin(self.forms.current.begin)

    def estimate_soon(self) -> None:
        """Show the estimate if it is known, or ask for it when the form has rested."""
        if self._rest is not None:
            self._rest.stop()
        form, new = self.forms.current, self.query_one(NewPanel)
        try:
            key = make_key(form)
        except UserError:
            new.show_estimate(Estimate())
            return
        if key in self._found:
            self._show(key, self._found[key])
        else:
            new.show_estimate(Estimate())
            self._rest = self.set_timer(REST, self._ask_about)

    def _ask_about(self) -> None:
        form = self.forms.current
        try:
            key = make_key(form)
        except UserError:
            return
        chosen = form.make_configs()
        known = make_speed_key(form.task.kind, chosen.model.to_json(), chosen.training.to_json())
        copy = Form.from_json(form.task, form.to_json())
        self.query_one(NewPanel).show_work("looks at the data and measures")
        self._look(key, copy, known not in self.speeds.known)

    @in_thread("estimate")
    def _look(self, key: str, form: Form, measured: bool) -> None:
        worker = get_current_worker()
        try:
            found = self.estimator.ask(form, measured=measured)
        except UserError as error:
            found = {"error": str(error)} if not worker.is_cancelled else {}
        self.show_later(worker, self._take, key, found)

    def _take(self, key: str, found: Mapping[str, Any]) -> None:
        if "error" not in found:
            self._found[key] = found
            for old in [*self._found][:-MOST_FOUND]:
                del self._found[old]
        self._show(key, found)
        if self._idle is not None:
            self._idle.stop()
        self._idle = self.set_timer(IDLE, self.estimator.close)

    def _show(self, key: str, found: Mapping[str, Any]) -> None:
        form = self.forms.current
        try:
            if make_key(form) == key:
                estimate = make_estimate(form, found, self.speeds)
                self.query_one(NewPanel).show_estimate(estimate)
        except UserError:
            return

    def remember_speed(self, run: Run) -> None:
        """Remember how fast a run of this app was."""
        speeds = np.array(run.log.columns["units_per_second"])
        if not len(speeds) or not run.kind:
            return
        key = make_speed_key(run.kind, run.config.get("model"), run.config.get("training"))
        speed = to_number(float(np.median(speeds)))
        if speed is not None and speed > 0:
            self.speeds.remember(key, speed, run.folder.name)
            self.remember()

    def on_unmount(self) -> None:
        """End the process that estimates."""
        self.estimator.end()

    # Models to begin with

    @in_thread("models")
    def find_models(self) -> None:
        """List the models that a training can begin with, and load what the forms need."""
        worker = get_current_worker()
        found = list_kinds()
        warm_up()
        self.show_later(worker, self._take_models, found)

    def _take_models(self, found: dict[str, str]) -> None:
        self._models = found
        self.show_models()

    def show_models(self) -> None:
        """Offer the models that the task of the form can begin with."""
        kinds = self.forms.current.task.starts_from
        names = [name for name, kind in self._models.items() if kind in kinds]
        self.query_one(NewPanel).fields.show_models(names)
