"""A sweep as its command shows it: a grid of trainings, made one after the other."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from charlm.console.interrupts import Interrupts
from charlm.console.lines import clock
from charlm.console.program import notice, printable, stderr
from charlm.evaluation import evaluate
from charlm.experiments.comparison import (
    Settings,
    check_settings,
    in_turn,
    markdown,
    open_or_resume,
    table,
)
from charlm.experiments.grid import Loss, Result, Trial, keep_test, line, result, rows
from charlm.runs.files import write_json
from charlm.start import LanguageModelRequest, load_torch_model
from charlm.training.device import pick_device
from charlm.training.events import Step
from charlm.training.request import Hooks
from corpora.atomic import write_atomic
from corpora.text.encoded import EncodedText


@dataclass
class Sweep:
    """A sweep under way: what has ended so far, and how to go on."""

    folder: Path
    """Where to write the results."""
    trials: list[Trial]
    preset: str
    """Named in what is written."""
    corpus: str
    encoding: str
    text: EncodedText
    """That of `corpus`."""
    test: bool
    """Whether to read the test part."""
    console: Console
    """Where to say what came of each training."""
    stop: Interrupts = field(default_factory=Interrupts)
    results: dict[Trial, Result] = field(default_factory=dict)
    """Of the trainings that have ended."""

    def run(self) -> int:
        """Make all trainings, or those that are left; return the exit code.

        Raises:
            UserError: a run folder is not one of this sweep, or cannot be used.
        """
        self._look()
        with self.stop:  # all the time: Ctrl-C between two trainings ends no less cleanly
            code = in_turn((partial(self._advance, trial) for trial in self.trials), self.stop)
        self.write()
        return code

    def _look(self) -> None:
        """Find what has ended already; raise `UserError` if a run is not one of this sweep."""
        for trial in self.trials:
            check_settings(trial.folder, self._settings(trial))
            self._note(trial)
        total, done = len(self.trials), len(self.results)
        notice(f"{total} model{'s' * (total != 1)}" + f", {done} trained already" * (done > 0))

    def _advance(self, trial: Trial) -> int:
        """Train a model, or go on; say what came of it. What has ended is left alone."""
        found = self.results.get(trial)
        if found is not None and not self._lacks_test(found):
            return 0
        if found is None:
            self._train(trial)
            found = self._note(trial)
        if found is None:  # interrupted
            return 0
        if self._lacks_test(found):
            found = self.results[trial] = replace(found, test=self._test_loss(trial))
        self.write()
        self.console.print(printable(line(trial, found)), soft_wrap=True)
        return 0

    def _note(self, trial: Trial) -> Result | None:
        found = result(trial, len(self.text.vocabulary))
        if found is not None:
            self.results[trial] = found
        return found

    def _lacks_test(self, found: Result) -> bool:
        return self.test and found.test is None and not found.diverged

    def _settings(self, trial: Trial) -> Settings:
        return {
            "model": trial.model.to_json(),
            "training": trial.training.to_json(),
            "corpus": {"characters": len(self.text), "sha256": self.text.sha256},
        }

    def _train(self, trial: Trial) -> None:
        request = LanguageModelRequest(
            corpus=self.corpus,
            model=trial.model,
            training=trial.training,
            encoding=self.encoding,
            preset=self.preset,
            run=trial.folder,
        )
        hooks = Hooks(stop=self.stop)
        opened = open_or_resume(request, self._settings(trial), hooks, corpus=self.corpus)
        place = f"{trial.name}, {self.trials.index(trial) + 1} of {len(self.trials)}"
        with opened as ready, stderr().status(f"{place} …") as status:
            for event in ready.events():
                if isinstance(event, Step):
                    status.update(
                        f"{place}: pass {event.epoch:.2f}, train {event.train_loss:.3f} nats, "
                        f"{event.units_per_second:,.0f} characters/s, {clock(event.remaining)} left"
                    )

    def _test_loss(self, trial: Trial) -> Loss:
        """Read the test part, in fp32 as `charlm evaluate` does, and keep the loss."""
        device = pick_device(trial.training.device)
        model, vocabulary = load_torch_model(trial.folder, device)
        score = evaluate(
            model,
            self.text.split("test"),
            device=device,
            line_feed=vocabulary.line_feed,
            remap=self.text.remap_table(vocabulary),
        )
        loss = Loss(score.nats_per_character, score.crlf_equivalent)
        keep_test(trial, loss)
        return loss

    @property
    def caption(self) -> str:
        """What the table is of."""
        part = "test" if self.test else "validation"
        return f"{self.text.name}, {part}: nats per byte of the text with CRLF line ends"

    def table(self) -> Table:
        """Return the table of what there is by now, for the terminal."""
        return table(*self._rows())

    def _rows(self) -> tuple[list[str], list[list[str]]]:
        return rows(self.trials, self.results, test=self.test)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as an object of JSON."""
        return {
            "corpus": self.text.name,
            "preset": self.preset,
            "training": self.trials[0].training.to_json(),
            "models": [asdict(self.results[t]) for t in self.trials if t in self.results],
        }

    def write(self) -> None:
        """Write what there is by now."""
        page = f"{self.caption}\n\n{markdown(*self._rows())}"
        write_atomic(self.folder / "sweep.md", page.encode("utf-8", "surrogateescape"))
        write_json(self.folder / "sweep.json", self.as_json())
