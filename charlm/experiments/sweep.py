"""A sweep: the trainings of a grid, one after the other, with what the command shows of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from charlm.console.interrupts import Interrupts
from charlm.console.lines import format_clock
from charlm.console.options import CorpusOptions
from charlm.console.program import notice, printable, stderr
from charlm.evaluation import evaluate
from charlm.experiments.comparison import (
    Settings,
    check_settings,
    find_changes,
    format_markdown,
    make_table,
    open_or_resume,
    run_in_turn,
)
from charlm.experiments.grid import (
    TEST,
    Loss,
    Result,
    Trial,
    describe_result,
    make_rows,
    read_result,
    write_test,
)
from charlm.runs.files import write_json
from charlm.start import LanguageModelRequest, load_torch_model
from charlm.training.device import pick_device
from charlm.training.events import Step
from charlm.training.request import Hooks
from corpora.atomic import write_atomic
from corpora.text.encoded import EncodedText

ENDS = frozenset({"epochs", "max_minutes", "patience"})
"""Fields of the training configuration that decide when a training ends."""


@dataclass
class Sweep:
    """A sweep: its trainings, and the results of those that have ended."""

    folder: Path
    """Folder for the results."""
    trials: list[Trial]
    """The trainings."""
    preset: str
    """Name of the preset, which is recorded."""
    corpus: str
    """File, folder, name or path that the catalogue knows."""
    reading: CorpusOptions
    """How the corpus is read."""
    text: EncodedText
    """Text of `corpus`."""
    test: bool
    """Whether to compute test losses."""
    console: Console
    """Where to show the result of each training."""
    stop: Interrupts = field(default_factory=Interrupts)
    """Interrupts that every training asks before a step."""
    results: dict[Trial, Result] = field(default_factory=dict)
    """Results of the trainings that have ended."""

    def run(self) -> int:
        """Train all models that are not trained yet; return the exit code.

        Raises:
            UserError: a run folder is not one of this sweep, or cannot be used.
        """
        self._find_results()
        with self.stop:  # for all trainings: Ctrl-C between two of them is recorded, too
            code = run_in_turn((partial(self._advance, trial) for trial in self.trials), self.stop)
        self.write()
        return code

    def _find_results(self) -> None:
        """Read the results that are there; raise `UserError` if a run is not one of this sweep."""
        for trial in self.trials:
            check_settings(trial.folder, self._list_settings(trial))
            if not ENDS & set(find_changes(trial.folder, trial.training)):
                self._read_result(trial)
        total, done = len(self.trials), len(self.results)
        notice(f"{total} model{'s' * (total != 1)}" + f", {done} trained already" * (done > 0))

    def _advance(self, trial: Trial) -> int:
        """Train a model, or resume its training; show the result. Skip what has ended."""
        found = self.results.get(trial)
        if found is not None and not self._lacks_test(found):
            return 0
        if found is None:
            self._train(trial)
            found = self._read_result(trial)
        if found is None:  # interrupted
            return 0
        if self._lacks_test(found):
            found = self.results[trial] = replace(found, test=self._compute_test_loss(trial))
        self.write()
        self.console.print(printable(describe_result(trial, found)), soft_wrap=True)
        return 0

    def _read_result(self, trial: Trial) -> Result | None:
        found = read_result(trial, len(self.text.vocabulary))
        if found is not None:
            self.results[trial] = found
        return found

    def _lacks_test(self, found: Result) -> bool:
        return self.test and found.test is None and not found.diverged

    def _list_settings(self, trial: Trial) -> Settings:
        return {
            "model": trial.model,
            "training": trial.training,
            "corpus": {"characters": len(self.text), "sha256": self.text.sha256},
        }

    def _train(self, trial: Trial) -> None:
        request = LanguageModelRequest(
            corpus=self.corpus,
            model=trial.model,
            training=trial.training,
            decoding=self.reading.make(),
            suffixes=self.reading.suffix,
            preset=self.preset,
            run=trial.folder,
        )
        hooks = Hooks(stop=self.stop)
        (trial.folder / TEST).unlink(missing_ok=True)  # of the model before, if it trains further
        moved = {"corpus": self.corpus, "suffixes": self.reading.suffix}
        opened = open_or_resume(request, self._list_settings(trial), hooks, **moved)
        place = f"{trial.name}, {self.trials.index(trial) + 1} of {len(self.trials)}"
        with opened as ready, stderr().status(f"{place} …") as status:
            for event in ready.events():
                if isinstance(event, Step):
                    left = format_clock(event.remaining)
                    status.update(
                        f"{place}: pass {event.epoch:.2f}, train {event.train_loss:.3f} nats, "
                        f"{event.units_per_second:,.0f} characters/s, {left} left"
                    )

    def _compute_test_loss(self, trial: Trial) -> Loss:
        """Compute the test loss in fp32, as `charlm evaluate` does, and store it."""
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
        write_test(trial, loss)
        return loss

    @property
    def caption(self) -> str:
        """Caption of the table."""
        part = "test" if self.test else "validation"
        return f"{self.text.name}, {part}: nats per byte of the text with CRLF line ends"

    def table(self) -> Table:
        """Return the table of the results so far, for the terminal."""
        return make_table(*self._make_rows())

    def _make_rows(self) -> tuple[list[str], list[list[str]]]:
        return make_rows(self.trials, self.results, test=self.test)

    def to_json(self) -> dict[str, Any]:
        """Return the results so far as an object of JSON."""
        return {
            "corpus": self.text.name,
            "preset": self.preset,
            "training": self.trials[0].training.to_json(),
            "models": [asdict(self.results[t]) for t in self.trials if t in self.results],
        }

    def write(self) -> None:
        """Write the results so far to `sweep.md` and `sweep.json`."""
        page = f"{self.caption}\n\n{format_markdown(*self._make_rows())}"
        write_atomic(self.folder / "sweep.md", page.encode("utf-8", "surrogateescape"))
        write_json(self.folder / "sweep.json", self.to_json())
