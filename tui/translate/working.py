"""The work of the pane Translate that takes its time, in threads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual.worker import Worker, WorkerState, get_current_worker

from charlm.console.program import format_name
from charlm.runs.registry import TRANSLATOR
from tui.model_pane import save_drawn
from tui.models import Models, find_model
from tui.pane import Pane
from tui.reading import Reading
from tui.translate.answers import Answer
from tui.translate.breaks import Finding, count_commands, try_splits
from tui.translate.contents import ATTENTION
from tui.translate.desk import Desk
from tui.translate.saving import SUFFIXES, draw_file, name_file
from tui.translate.side import Side
from tui.translate.translators import Loaded, read_split
from tui.workers import in_thread, in_turns

if TYPE_CHECKING:
    from seq.scan.inside import CommandTrace
    from seq.scan.library import TranslatedCommand


class Working(Pane):
    """A pane whose threads translate, look inside, search, and try splits.

    Translators keep no state: only their loading is locked, so that none waits for another's work.
    """

    translators: Models[Loaded]
    translations: dict[str, TranslatedCommand]
    """The translation on each side."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.translations = {}
        self._splits: dict[str, str] = {}

    @property
    def desk(self) -> Desk:
        """The panels."""
        return self.query_one(Desk)

    def _get(self, name: str, worker: Worker[Any]) -> Loaded | None:
        """Return a translator, in a thread; None if the worker is cancelled meanwhile."""
        with self.translators.lock:
            if worker.is_cancelled:
                return None
            found = self.translators.get(name)
            if name not in self._splits:
                self._splits[name] = read_split(str(find_model(name)))
        return None if worker.is_cancelled else found

    # Translate

    @in_thread("translate")
    def translate(self, command: str, chosen: Mapping[Side, str]) -> None:
        """Translate a command with the translators that are chosen, by their side."""
        worker = get_current_worker()
        failed: Exception | None = None
        for side, name in chosen.items():
            try:
                translator = self._get(name, worker)
                if translator is None:
                    return
                found = translator.translate(command)[0]
            except Exception as error:  # the other side goes on
                failed = error
                self.show_later(worker, side.end_work)
                continue
            self.show_later(worker, self._show_answer, side, Answer(name, found))
        if failed is not None:
            raise failed

    def _show_loading(self, name: str) -> None:
        for side in self.desk.sides:
            if side.model_choice.chosen == name:
                self.call_later(side.show_work, f"loading {format_name(name)}")

    def _show_answer(self, side: Side, answer: Answer) -> None:
        side.end_work()
        side.answer, side.stale = answer, False
        self.translations[str(side.id)] = answer.found
        side.heat_map.begin_again()
        self.desk.draw()
        if side is self.desk.left:
            self.desk.step.stale = False
            split = self._splits[answer.model]
            self.about = f"{format_name(answer.model)} · split {split}"
        if side.needs_trace:
            self.look_inside()
        self.search_beam()
        self.remember()

    # Look inside

    @in_thread("inside")
    def look_inside(self) -> None:
        """Compute what happens in the decoders whose map is to show it."""
        worker = get_current_worker()
        for side in self.desk.sides:
            answer = side.answer
            if answer is None or not side.needs_trace:
                continue
            self.show_later(worker, side.show_work, "looking inside")
            try:
                translator = self._get(answer.model, worker)
                if translator is None:
                    return
                trace = translator.look_inside(answer.command)
            except Exception:
                self.show_later(worker, side.end_work)
                raise
            self.show_later(worker, self._show_trace, side, answer, trace)

    def _show_trace(self, side: Side, answer: Answer, trace: CommandTrace) -> None:
        side.end_work()
        answer.trace = trace
        if side.answer is answer:
            side.draw()

    # Beam

    def search_beam(self) -> None:
        """Search the translations of the side that is used, if the beam is shown."""
        beam, side = self.desk.beam, self.desk.used
        if not beam.display or (answer := side.answer) is None or side.stale:
            return
        asked = (answer.model, answer.command, beam.width)
        if beam.asked != asked:
            beam.asked = asked
            beam.show_work(f"searching {beam.width:,} wide")
            self._search_beam(side.letter, *asked)

    @in_thread("beam")
    def _search_beam(self, letter: str, name: str, command: str, width: int) -> None:
        worker, beam = get_current_worker(), self.desk.beam
        try:
            translator = self._get(name, worker)
            if translator is None:
                return
            found = translator.translate(command, width=width)
        except Exception:
            self.show_later(worker, beam.end_work)
            raise
        self.show_later(worker, beam.show_hypotheses, letter, name, found)

    # Where does it break?

    @property
    def tries(self) -> bool:
        """Whether translators are being tried on the splits."""
        return any(
            worker.group == "breaks" and worker.state in (WorkerState.PENDING, WorkerState.RUNNING)
            for worker in self.workers
        )

    def action_break(self) -> None:
        """Try the translators on every split, or stop."""
        desk = self.desk
        if self.tries:
            self.stop_trying()
            return
        models = {
            side.letter: name
            for side, name in zip((desk.left, desk.right), self.desk.chosen, strict=True)
            if name is not None
        }
        if not models:
            self.notify("there is no translator to try", severity="warning")
            return
        desk.show_tab("breaks")
        desk.breaks.begin(models)
        desk.breaks.show_work("loading")
        self.try_splits(models)

    def stop_trying(self) -> None:
        """Stop trying; what was found stays."""
        self.workers.cancel_group(self, "breaks")
        self.desk.breaks.end_work()

    @in_thread("breaks")
    def try_splits(self, models: Mapping[str, str]) -> None:
        """Try translators, by their letter, on a sample of each split."""
        worker, panel = get_current_worker(), self.desk.breaks
        total = count_commands(len(models))

        def go_on(done: int) -> bool:
            self.show_later(worker, panel.show_work, "trying", done, total)
            return not worker.is_cancelled

        try:
            found = {letter: self._get(name, worker) for letter, name in models.items()}
            loaded = {letter: one for letter, one in found.items() if one is not None}
            for finding in try_splits(loaded, go_on):
                self.show_later(worker, self._add_finding, finding)
        finally:
            self.show_later(worker, panel.end_work)

    def _add_finding(self, finding: Finding) -> None:
        self.desk.breaks.add(finding)
        self.remember()

    def get_reading(self) -> Reading | None:
        """Return the command and the step of the cursor."""
        used = self.desk.used
        if (answer := used.answer) is None:
            return None
        return Reading(TRANSLATOR, answer.model, answer.command, used.heat_map.row)

    def go_to_reading(self, position: int) -> None:
        """Move the cursor to a step."""
        self.desk.used.heat_map.row = position

    # Save

    @in_thread("save")
    def draw_file(self, suffix: str) -> bytes:
        """Return the map of the side that is used as the content of a file."""
        used = self.desk.used
        # Maps of attention stand side by side in one picture; one of units stands alone.
        sides = self.desk.sides if used.what == ATTENTION else [used]
        shown = [(side.answer, side.what) for side in sides if side.answer is not None]
        return draw_file(shown, suffix)

    @in_turns()
    async def action_save(self) -> None:
        """Save the map that is used as a picture or as text."""
        used = self.desk.used
        if (answer := used.answer) is None:
            self.notify("there is no map yet", severity="warning")
            return
        await save_drawn(
            self, "the map", SUFFIXES, self.draw_file, lambda suffix: name_file(answer, suffix)
        )
