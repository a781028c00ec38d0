"""How good a classifier is on the reviews of a file, where these have classes."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from charlm.console.program import format_name
from tui.classify.inks import Inks, pick_inks
from tui.classify.opened import OpenedFile
from tui.classify.score_lines import draw_score

NOTHING = (
    "Open a table that has classes (^o): how often the model is right, what it takes for what, "
    "and whether it is right as often as it is sure, stand here."
)


class GoodView(Widget):
    """Accuracy, confusion and calibration of what is open."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.file: OpenedFile | None = None

    def on_mount(self) -> None:
        """Draw in the colours of another theme when that changes."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.refresh())

    def show_file(self, file: OpenedFile | None) -> None:
        """Show how good a classifier is on a file, as far as it is read."""
        self.file = file
        self.refresh()

    def render(self) -> Text:
        """Draw the lines."""
        inks = pick_inks(dark=self.app.current_theme.dark)
        width = max(20, self.size.width)
        lines = self._draw(width, inks)
        if len(lines) > self.size.height:  # what divides the parts is given up first
            lines = [line for line in lines if line.plain]
        return Text("\n", no_wrap=True).join(lines)

    def _draw(self, width: int, inks: Inks) -> list[Text]:
        if self.file is None:
            return [*Text(NOTHING, inks.muted).wrap(self.app.console, width)]
        file = self.file
        if not file.labelled:
            why = f"{file.name} cannot say how good the model is: {format_name(file.head.why)}."
            lines = [*Text(why, inks.muted).wrap(self.app.console, width)]
        else:
            lines = [*draw_score(file.score, width, inks)]
        if file.second is not None and (said := file.done - len(file.uncompared)):
            line = Text.assemble(
                ("beside ", inks.muted), format_name(file.second), (": ", inks.muted)
            )
            if file.labelled and file.second_score.total:
                line.append(f"right {file.second_score.accuracy:.1%}, ")
            line.append(f"differs on {file.differing:,} of {said:,}")
            lines += [Text(), *line.wrap(self.app.console, width)]
        return lines
