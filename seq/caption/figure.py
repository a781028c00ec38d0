"""Pictures with their captions, and maps of where each word looks, for PNG files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.console.program import printable
from charlm.drawing.blocks import enlarge
from charlm.drawing.picture import DPI, Picture
from corpora.scenes.drawing import Pictures
from seq.caption.library import Caption

TILE, GAP, HEAD, TITLE, EDGE = 1.35, 0.1, 0.28, 0.35, 0.1
"""Inches: of a tile with the gap beside it; room for its label; for the title; at the edges."""
ACROSS = 6
"""Tiles of a line, half as many if they are twice as wide."""
LETTERS = 34
"""Letters of a line of a label over a wide tile."""


def draw_looks(picture: Pictures, caption: Caption) -> Picture:
    """Return a picture, and beside it where each word of its caption looks.

    Args:
        picture: (S, S, 3).
        caption: its caption; without attention the picture stands alone.
    """
    maps = [] if caption.attention is None else [*caption.attention]
    labels = [*caption.words, "(end)"][: len(maps)]
    tiles = [(caption.text if not maps else "", picture, None)]
    tiles += [(label, picture, map_) for label, map_ in zip(labels, maps, strict=True)]
    return _draw_tiles(tiles, title=caption.text)


def draw_sheet(pictures: Pictures, captions: Sequence[str]) -> Picture:
    """Return pictures (N, S, S, 3) in lines, each with a caption above it."""
    tiles = [(text, picture, None) for text, picture in zip(captions, pictures, strict=True)]
    return _draw_tiles(tiles, wide=2)


def _draw_tiles(
    tiles: Sequence[tuple[str, Pictures, np.ndarray | None]], *, title: str = "", wide: int = 1
) -> Picture:
    """Return tiles in lines: a label, a picture, and a map over it if there is one."""
    across = max(1, min(len(tiles), ACROSS // wide))
    down = -(-len(tiles) // across)
    side = TILE * wide
    head, top = HEAD * (1 if wide == 1 else 2.2), TITLE if title else 0.0
    size = (across * side + 2 * EDGE, top + down * (side + head) + EDGE)
    figure = Picture(figsize=size, dpi=DPI)
    for number, (label, picture, map_) in enumerate(tiles):
        row, column = divmod(number, across)
        left = EDGE + column * side
        bottom = size[1] - top - (row + 1) * (side + head)
        wide_as, high_as = (side - GAP) / size[0], (side - GAP) / size[1]
        place = (left / size[0], bottom / size[1], wide_as, high_as)
        axes = figure.add_axes(place)
        axes.imshow(picture)
        if map_ is not None:
            spread = enlarge(map_, *picture.shape[:2])
            axes.imshow(spread, cmap="gray", alpha=0.85 - 0.8 * spread / max(1e-9, spread.max()))
        axes.set_title(_wrap(printable(label)), fontsize=8, pad=3, parse_math=False)
        axes.set_axis_off()
    figure.suptitle(printable(title), fontsize=10, y=1 - 0.1 / size[1], va="top", parse_math=False)
    return figure


def _wrap(text: str) -> str:
    from textwrap import fill

    return fill(text, LETTERS)
