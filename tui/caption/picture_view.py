"""The picture, two pixels in a character; lit where the word at the cursor looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import MouseScrollDown, MouseScrollUp
from textual.filter import Monochrome, NoColor
from textual.message import Message
from textual.widget import Widget

from charlm.arrays import Reals
from charlm.drawing.blocks import Pixels, dim, draw_blocks, draw_shades, shrink

EMPTY = "A picture will be here: a scene by rule, or one of yours (^o)."


def fit(pixels: Pixels, columns: int, lines: int) -> Pixels:
    """Return a picture as large as there is room: pixels are put together, or repeated.

    Args:
        pixels: the picture, (S, S, 3).
        columns: most pixels in a line.
        lines: half of the most lines of pixels.
    """
    size = len(pixels)
    room = max(2, min(columns, 2 * lines))
    if room >= size:
        factor = room // size
        return pixels.repeat(factor, axis=0).repeat(factor, axis=1)
    found = shrink(pixels, -(-size // room))
    return found[: len(found) - len(found) % 2]


def draw_picture(
    pixels: Pixels, weights: Reals | None, columns: int, lines: int, *, color: bool
) -> list[Text]:
    """Return a picture as lines, dark where a word does not look.

    Args:
        pixels: the picture, (S, S, 3).
        weights: where the word looks, (G, G); None for the picture as it is.
        columns: cells of a line.
        lines: number of lines.
        color: whether there are colours; otherwise weights are drawn as shades.
    """
    shown = fit(pixels, columns, lines)
    if weights is not None and not color:
        return draw_shades(weights, len(shown) // 2, shown.shape[1])
    return draw_blocks(shown if weights is None else dim(shown, weights), color=color)


class PictureView(Widget, can_focus=True):
    """The picture; the keys go through the words and through the scenes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "word(-1)", "word"),
        Binding("right", "word(1)", "word", show=False, tooltip="the next word"),
        Binding("home", "word(-1000)", "the picture as it is", show=False),
        Binding("end", "word(1000)", "the last word", show=False),
        Binding("n", "scene(1)", "next"),
        Binding("p", "scene(-1)", "the scene before", show=False),
        Binding("pagedown", "scene(1)", "the next scene", show=False),
        Binding("pageup", "scene(-1)", "the scene before", show=False),
    ]

    @dataclass
    class Word(Message):
        """The cursor is to be moved by some words."""

        steps: int

    @dataclass
    class Scene(Message):
        """Another scene is to be shown."""

        step: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.pixels: Pixels | None = None
        self.weights: Reals | None = None

    def show_picture(self, pixels: Pixels | None, weights: Reals | None = None) -> None:
        """Draw another picture, or light other parts of it."""
        self.pixels, self.weights = pixels, weights
        self.refresh()

    def action_word(self, steps: int) -> None:
        """Go to another word."""
        self.post_message(self.Word(steps))

    def action_scene(self, step: int) -> None:
        """Go to another scene."""
        self.post_message(self.Scene(step))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Go to the word before."""
        event.stop()
        self.action_word(-1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Go to the next word."""
        event.stop()
        self.action_word(1)

    def render(self) -> Text:
        """Draw the picture in the middle, or say what will be here."""
        if self.pixels is None:
            return Text(EMPTY)
        plain = any(isinstance(one, Monochrome | NoColor) for one in self.app.get_line_filters())
        width, height = self.size.width, self.size.height
        lines = draw_picture(self.pixels, self.weights, width, height, color=not plain)
        left = " " * max(0, (width - max(line.cell_len for line in lines)) // 2)
        top = [Text()] * max(0, (height - len(lines)) // 2)
        shown = [*top, *(Text(left) + line for line in lines)]
        return Text("\n", no_wrap=True, overflow="crop").join(shown)
