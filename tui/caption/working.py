"""The work of the pane Captions that takes its time, in threads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from textual.widgets import Static
from textual.worker import get_current_worker

from charlm.console.program import format_name, printable
from tui.caption.beam_panel import BeamPanel
from tui.caption.choices_panel import ChoicesPanel
from tui.caption.picture_view import PictureView
from tui.caption.remembered import Remembered
from tui.caption.subject import (
    Said,
    Subject,
    Wanted,
    describe_look,
    judge_in_words,
    open_subject,
    to_json,
)
from tui.caption.words_view import END, NO_MODEL, WordsPanel, WordsView
from tui.failures import describe as describe_error
from tui.files import begin_path
from tui.model_pane import ModelPane, save_drawn
from tui.widgets.panel import Panel
from tui.workers import in_thread, in_turns

if TYPE_CHECKING:
    from seq.caption.library import PictureCaptioner

SUFFIXES = {"png": "Picture (PNG)", "json": "Captions (JSON)"}
"""Kinds of files, by what their names end with."""
NO_TRUTH = "Nobody but you can say whether a caption is true of this picture."


def load_captioner(path: str) -> PictureCaptioner:
    """Return the captioner at `path`, on the CPU."""
    from seq.caption.library import load

    return load(path, device="cpu")


class Working(ModelPane["PictureCaptioner"]):
    """A pane whose threads draw scenes and describe them."""

    MAIN = "caption"

    kept: Remembered

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subject: Subject | None = None
        self.said: Said | None = None
        self.index = 0
        """Number of the caption that is looked at."""
        self.place: int | None = None
        """Number of the word at the cursor; None for the picture as it is."""

    @property
    def picture(self) -> PictureView:
        """The picture."""
        return self.query_one(PictureView)

    @property
    def choices(self) -> ChoicesPanel:
        """What can be chosen."""
        return self.query_one(ChoicesPanel)

    @property
    def wanted(self) -> Wanted:
        """What is to be looked at."""
        return self.kept.want(self.model_choice.chosen)

    def look(self) -> None:
        """Show the picture that is wanted, and describe it."""
        for panel in (self.panel("caption"), self.panel("captions")):
            panel.stale = panel.stale or self.said is not None
        self.panel("caption").show_work("looking")
        self.describe(self.wanted)

    @in_thread("look")
    def describe(self, wanted: Wanted) -> None:
        """Draw the picture, show it, and describe it."""
        worker = get_current_worker()
        try:
            if not wanted.path:  # a scene is there before torch is
                self.show_later(worker, self.show_subject, open_subject(wanted, None))
            captioner = self.get_model(wanted.model, worker)
            if worker.is_cancelled:
                return
            subject = open_subject(wanted, captioner)
            if wanted.path:
                self.show_later(worker, self.show_subject, subject)
            said = None
            if captioner is not None:
                found = captioner.describe(subject.pixels, width=wanted.width)
                name = format_name(wanted.model or "")
                said = Said(name, tuple(found), captioner.model.config.grid)
        except Exception as error:
            self.show_later(worker, self.give_up, describe_error(error))
            raise
        self.show_later(worker, self.show_said, subject, said)

    def show_subject(self, subject: Subject) -> None:
        """Show another picture."""
        self.subject, self.said = subject, None  # what was said is said of another picture
        self.picture.show_picture(subject.pixels)
        self.panel("picture").title = subject.name
        self.about = subject.name
        sentences = "\n".join(subject.sentences) or NO_TRUTH
        self.query_one("#sentences", Static).update(printable(sentences))
        number = len(subject.sentences)
        self.panel("truth").title = f"True of it · {number} sentences" if number else "True of it"
        self.remember()

    def show_said(self, subject: Subject, said: Said | None) -> None:
        """Show what a captioner says of a picture."""
        self.panel("caption").end_work()
        for panel in self.query(Panel):
            panel.stale = False
        self.subject, self.said, self.index, self.place = subject, said, 0, None
        self.query_one(BeamPanel).show_captions(subject, said)
        if said is not None:
            self.about = f"{said.model} · {subject.name}"
        self.draw()

    def draw(self) -> None:
        """Show the caption that is looked at, and where the word at the cursor looks."""
        subject, said, panel = self.subject, self.said, self.query_one(WordsPanel)
        if subject is None or panel.stale:  # what it says of the picture is not known yet
            return
        if said is None:
            self.picture.show_picture(subject.pixels)
            self.query_one(WordsView).show_words((), None)
            panel.show_lines(NO_MODEL, "", "", wrong=False)
            return
        caption, place = said.captions[self.index], self.place
        words = (*caption.words, *([END] if caption.ended else []))
        self.query_one(WordsView).show_words(words, place)
        right, truth = (True, "") if subject.scene is None else judge_in_words(
            caption.words, subject.scene
        )  # fmt: skip
        weights = None
        if place is None:
            word, look = "", "← → goes through the words: the picture is lit where each looks"
        else:
            name = "the end" if place >= len(caption.words) else f'"{caption.words[place]}"'
            word = f"{name}: probability {caption.probabilities[place]:.1%}"
            look = describe_look(said, self.index, place, subject.scene)
            weights = None if caption.attention is None else caption.attention[place]
        panel.show_lines(truth, word, look, wrong=not right)
        panel.title = f"Caption · {said.model}"
        panel.foot = f"log-probability {caption.log_prob:.2f} nats"
        self.picture.show_picture(subject.pixels, weights)

    # Files

    @in_turns("browse", exclusive=True)
    async def action_open(self) -> None:
        """Choose a picture from a tree of files."""
        from tui.browser import Browser

        begin = self.kept.path or begin_path(self.app)
        taken = await self.app.push_screen_wait(Browser("Which picture?", begin))
        if taken is not None:
            self.kept.path = taken
            self.look()

    @in_thread("save")
    def draw_file(self, subject: Subject, said: Said, suffix: str) -> bytes:
        """Return the captions as the content of a file."""
        if suffix == "json":
            made = to_json(self.wanted, subject, said)
            return json.dumps(made, indent=1).encode() + b"\n"
        from seq.caption.figure import draw_looks

        return draw_looks(subject.pixels, said.captions[self.index]).to_png()

    @in_turns()
    async def action_save(self) -> None:
        """Save the picture with where each word looks, or the captions."""
        subject, said = self.subject, self.said
        if subject is None or said is None:
            self.notify("there is no caption yet", severity="warning")
            return
        stem = "scene" if subject.scene is not None else subject.name.rpartition(".")[0]
        await save_drawn(
            self,
            "the captions",
            SUFFIXES,
            lambda suffix: self.draw_file(subject, said, suffix),
            lambda suffix: f"{stem or 'picture'}-{self.kept.number}.{suffix}",
        )
