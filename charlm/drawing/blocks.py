"""Pictures in the terminal: two pixels in each character, in true colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len
from rich.text import Text

from charlm.arrays import Reals
from charlm.console.program import printable
from charlm.drawing.heat import SHADES

Pixels = npt.NDArray[np.uint8]
"""Red, green and blue from 0 to 255, (height, width, 3), rows from the top; an even height."""

DARKEST = 0.16
"""What is left of the light of a pixel that has no weight."""


def draw_blocks(pixels: Pixels, *, color: bool = True) -> list[Text]:
    """Return a picture as lines, one for two rows of pixels.

    Args:
        pixels: the picture.
        color: draw in true colour, which Rich brings down to what the terminal can. Otherwise
            pixels are the fuller the less they are like most others, so shapes on a ground are
            seen in a file as well.
    """
    if not color:
        usual = np.median(pixels, axis=(0, 1))
        unlike = np.abs(pixels - usual).max(axis=2).reshape(len(pixels) // 2, 2, -1).mean(axis=1)
        light = unlike / max(1.0, float(unlike.max()))
        return [Text("".join(map(_shade, row))) for row in light.tolist()]
    lines = []
    for upper, lower in zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True):
        line = Text()
        for above, below in zip(upper, lower, strict=True):
            line.append("▀", f"{_name(above)} on {_name(below)}")
        lines.append(line)
    return lines


def shrink(pixels: Pixels, factor: int) -> Pixels:
    """Return a picture of which each pixel is the mean of `factor` x `factor` pixels."""
    height, width = (side // factor for side in pixels.shape[:2])
    parts = pixels[: height * factor, : width * factor]
    parts = parts.reshape(height, factor, width, factor, 3)
    found: Pixels = parts.mean(axis=(1, 3)).round().astype(np.uint8)
    return found


def enlarge(weights: Reals, height: int, width: int) -> Reals:
    """Return weights of a grid for each pixel of a picture, without a change of their values."""
    rows = np.arange(height) * len(weights) // height
    columns = np.arange(width) * weights.shape[1] // width
    return weights[rows][:, columns]


def dim(pixels: Pixels, weights: Reals) -> Pixels:
    """Return a picture that is dark where its weights are small, and as it is at the greatest.

    Args:
        pixels: the picture.
        weights: weights of a grid over it, none below 0.
    """
    spread = enlarge(weights, *pixels.shape[:2])
    light = DARKEST + (1 - DARKEST) * spread / max(1e-9, float(spread.max()))
    return (pixels * light[..., None]).round().astype(np.uint8)


def draw_maps(
    pixels: Pixels,
    maps: Sequence[tuple[str, Reals]],
    width: int,
    *,
    color: bool = True,
) -> Text:
    """Return a picture once for each of several labels, lit where the label looks.

    Args:
        pixels: the picture, at most as wide as `width`.
        maps: labels, and weights of a grid over the picture.
        width: greatest width, in columns.
        color: draw in true colour; otherwise the weights are drawn as shades, without the picture.
    """
    tile = pixels.shape[1]
    across = max(1, (width + 2) // (tile + 2))
    lines: list[Text] = []
    for start in range(0, len(maps), across):
        some = maps[start : start + across]
        names = [printable(label)[:tile] for label, _ in some]
        blocks = [
            draw_blocks(dim(pixels, weights))
            if color
            else _draw_shades(weights, len(pixels) // 2, tile)
            for _, weights in some
        ]
        heads = [Text(name + " " * (tile - cell_len(name)), "bold") for name in names]
        lines.append(Text("  ").join(heads))
        lines += [Text("  ").join(parts) for parts in zip(*blocks, strict=True)]
    return Text("\n", no_wrap=True).join(lines)


def _draw_shades(weights: Reals, height: int, width: int) -> list[Text]:
    spread = enlarge(weights, height, width) / max(1e-9, float(weights.max()))
    return [Text("".join(map(_shade, row))) for row in spread.tolist()]


def _shade(light: float) -> str:
    return SHADES[min(int(light * len(SHADES)), len(SHADES) - 1)]


def _name(pixel: Sequence[int]) -> str:
    red, green, blue = pixel
    return f"#{red:02x}{green:02x}{blue:02x}"
