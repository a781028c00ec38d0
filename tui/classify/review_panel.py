"""The panel with the review: one's own text, or in its place a preview of another one."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult

from charlm.console.program import format_name
from tui.classify.inks import pick_inks
from tui.classify.opinions import Opinion, describe_words
from tui.classify.review_text import PreviewText, ReviewText
from tui.classify.subject import ROW, TYPED, Subject
from tui.classify.verdict_lines import Sides
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

OWN = "type, paste, ^o file, f8 example"
PREVIEW = "enter opens it · type to write your own"


class ReviewPanel(Panel):
    """The review that is read: where it is typed, its words have colours."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Review", tab="Review", id=id)
        self.subject = Subject("")
        """The review that is shown."""
        self.sides: Sides | None = None
        """What the colours of its words mean."""

    def compose(self) -> ComposeResult:
        """Lay out one's own text, the preview that can take its place, and what colours mean."""
        yield ReviewText(placeholder="type or paste a review", id="review")
        yield PreviewText(id="preview")
        yield Caption("", id="meaning", markup=False)

    def on_mount(self) -> None:
        """Show one's own text."""
        self.preview.display = False
        self.foot = OWN
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.show_meaning(self.sides))

    @property
    def own(self) -> ReviewText:
        """One's own text."""
        return self.query_one("#review", ReviewText)

    @property
    def preview(self) -> PreviewText:
        """The preview."""
        return self.query_one(PreviewText)

    @property
    def text(self) -> ReviewText:
        """The one of them that is shown."""
        return self.preview if self.preview.display else self.own

    def show_own(self) -> None:
        """Show one's own text, as it is now."""
        self._display(preview=False)
        self.subject = Subject(self.own.text)
        self.describe(None)

    def show_preview(self, subject: Subject) -> None:
        """Show another text in its place."""
        if self.preview.text != subject.text:
            with self.preview.prevent(ReviewText.Changed):
                self.preview.text = subject.text
            self.preview.color(())
        self._display(preview=True)
        self.subject = subject
        self.describe(subject.opinion)

    def _display(self, *, preview: bool) -> None:
        focused = self.text.has_focus
        self.own.display, self.preview.display = not preview, preview
        if focused:
            self.text.focus()
        self.foot = PREVIEW if preview else OWN

    def describe(self, opinion: Opinion | None) -> None:
        """Say in the title which review it is, and how many words it has."""
        parts = ["Review", self.subject.name]
        if opinion is not None and self.subject.text.strip():
            parts.append(describe_words(opinion))
        if self.subject.kind == ROW:
            parts.append("preview")
        self.title = " · ".join(filter(None, parts))

    def show_meaning(self, sides: Sides | None) -> None:
        """Say what the colours of the words mean; None for nothing."""
        self.sides = sides
        line = Text(no_wrap=True, overflow="ellipsis")
        if sides is not None:
            inks = pick_inks(dark=self.app.current_theme.dark)
            line.append(" bold ", inks.words[0][1]).append(" speaks for ")
            line.append(format_name(sides.pro), inks.above).append(", ")
            line.append(" underlined ", inks.words[1][1]).append(" for ")
            line.append(format_name(sides.contra), inks.below)
            line.append(", whatever is said", inks.muted)
        self.query_one("#meaning", Caption).update(line)

    @property
    def typed(self) -> bool:
        """Whether one's own text is shown."""
        return self.subject.kind == TYPED
