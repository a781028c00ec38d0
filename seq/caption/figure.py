"""Pictures with their captions, and maps of where each word looks, for PNG files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.console.program import printable
from charlm.drawing.blocks import enlarge
from charlm.drawing.picture import DPI, Picture
from corpora.scenes.drawing import Pictures
from seq.caption.library import Caption

TILE, HEAD, ACROSS = 1.35, 0.3, 6
"""Inches: width of a tile; room for its title. Tiles of a line."""
LETTERS = 26
"""Letters of a line of a title over a tile."""


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
    head = HEAD * (1 + wide)
    size = (across * TILE * wide + 0.2, down * (TILE * wide + head) + HEAD)
    figure = Picture(figsize=size, dpi=DPI)
    for number, (label, picture, map_) in enumerate(tiles):
        row, column = divmod(number, across)
        left = 0.1 + column * TILE * wide + 0.05
        bottom = size[1] - HEAD - (row + 1) * (TILE * wide + head)
        side = TILE * wide - 0.1
        place = (left / size[0], bottom / size[1], side / size[0], side / size[1])
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

    return fill(text, LETTERS + 8)
