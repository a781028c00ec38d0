"""What everything that the app draws goes through: texts of strangers, colours, NO_COLOR."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.filter import LineFilter, Monochrome, NoColor
from textual.notifications import SeverityLevel

from charlm.console.program import printable
from tui.strangers import NO_CONTROLS
from tui.themes import make_readable

if TYPE_CHECKING:
    from textual.app import App

    Base = App[None]
else:
    Base = object

NO_COLOR = NoColor()


class DrawsStrangers(Base):
    """A base class of the app, which draws names and texts that are not ours."""

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what every line goes through before it is drawn.

        Textual 8.2 decides at the start how it takes the colours away where NO_COLOR is set, by
        the theme of that moment: with a theme of ANSI colours that is chosen later, it would turn
        text and background black.
        """
        plain = self.native_ansi_color
        filters = [
            NO_COLOR if plain and isinstance(one, Monochrome) else one
            for one in super().get_line_filters()
        ]
        return [NO_CONTROLS, *filters]

    def get_css_variables(self) -> dict[str, str]:
        """Return the colours of the theme, with those of text far enough from their grounds."""
        return make_readable(super().get_css_variables())

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a notice, without control characters."""
        super().notify(
            printable(message),
            title=printable(title),
            severity=severity,
            timeout=timeout,
            markup=markup,
        )
