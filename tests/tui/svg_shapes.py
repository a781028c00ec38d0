"""Draw lines, blocks and dots of an exported screen as shapes.

As characters they depend on the font of the reader: its lines are seldom as high as a cell, and
frames and axes are then broken.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import groupby

WIDTH, HEIGHT = 12.2, 24.4
"""Size of a cell; see `rich.console.Console.export_svg`."""
BASELINE, TOP = 20.0, 1.5
"""Where the first line of text and the first background begin."""
LIGHT, HEAVY = 1.6, 3.6
"""Widths of lines."""
DOT = 4.6
"""Side of a dot of Braille."""

ARMS = dict(
    pair.split("=")
    for pair in [
        "─=lr",
        "│=ud",
        "┌=rd",
        "┐=ld",
        "└=ru",
        "┘=lu",
        "├=udr",
        "┤=udl",
        "┬=lrd",
        "┴=lru",
        "┼=lrud",
        "╭=rd",
        "╮=ld",
        "╰=ru",
        "╯=lu",
        "━=LR",
        "┃=UD",
        "┏=RD",
        "┓=LD",
        "┗=RU",
        "┛=LU",
        "╸=L",
        "╺=R",
    ]
)
"""Arms of a line from the middle of its cell: left, right, up, down; heavy ones as capitals."""
DASHES = {"┄": (3, LIGHT), "╌": (2, LIGHT), "┅": (3, HEAVY)}
"""Dashes of a broken line, and their width."""
BRAILLE_COLUMNS, BRAILLE_ROWS = (0, 0, 0, 1, 1, 1, 0, 1), (0, 1, 2, 0, 1, 2, 3, 3)
"""Place of each of the eight dots, by its bit."""

Box = tuple[float, float, float, float]
"""Left, top, width and height, in a cell."""


def draw_shapes(svg: str) -> str:
    """Return an exported screen in which what forms lines and areas is drawn as shapes."""
    return re.sub(r"<text class=\"(terminal[^\"]*)\" ([^>]*)>([^<]*)</text>", _redraw, svg)


def _redraw(match: re.Match[str]) -> str:
    name, attributes, text = match[1], match[2], html.unescape(match[3])
    found = dict(re.findall(r'(\S+)="([^"]*)"', attributes))
    if "x" not in found or not any(map(is_shape, text)):
        return match[0]
    left, baseline, clip = float(found["x"]), float(found["y"]), found.get("clip-path", "")
    top = baseline - BASELINE + TOP
    parts, at = [], 0
    for shape, run in groupby(text, key=is_shape):
        characters = "".join(run)
        x = left + at * WIDTH
        at += len(characters)
        if shape:
            path = "".join(
                f"M{x + index * WIDTH + a:.2f} {top + b:.2f}h{w:.2f}v{h:.2f}h{-w:.2f}z"
                for index, character in enumerate(characters)
                for a, b, w, h in list_boxes(character)
            )
            parts.append(f'<path class="{name}" d="{path}"/>')
        elif characters.strip("\xa0 "):
            shown = html.escape(characters).replace("\xa0", "&#160;")
            length = len(characters) * WIDTH
            parts.append(
                f'<text class="{name}" x="{x:.1f}" y="{baseline:g}" textLength="{length:.1f}" '
                f'clip-path="{clip}">{shown}</text>'
            )
    return "".join(parts)


def is_shape(character: str) -> bool:
    """Return whether a character is drawn as a shape."""
    block = "▀" <= character <= "▐" or "⠀" < character <= "⣿"
    return block or character in ARMS or character in DASHES


def list_boxes(character: str) -> Iterator[Box]:
    """Yield the rectangles that a character is made of."""
    if character in ARMS:
        yield from _list_arms(ARMS[character])
    elif character in DASHES:
        dashes, width = DASHES[character]
        pitch = WIDTH / dashes
        for index in range(dashes):
            yield (index + 0.2) * pitch, (HEIGHT - width) / 2, 0.6 * pitch, width
    elif character >= "⠀":
        bits = ord(character) - ord("⠀")
        for bit, (column, row) in enumerate(zip(BRAILLE_COLUMNS, BRAILLE_ROWS, strict=True)):
            if bits >> bit & 1:
                x, y = (column + 0.5) * WIDTH / 2, (row + 0.5) * HEIGHT / 4
                yield x - DOT / 2, y - DOT / 2, DOT, DOT
    else:
        yield _find_block(ord(character) - ord("▀"))


def _find_block(number: int) -> Box:
    """Return the rectangle of a block: upper half, lower eighths, left eighths, right half."""
    if number == 0:
        return 0, 0, WIDTH, HEIGHT / 2
    if number <= 8:
        height = HEIGHT * number / 8
        return 0, HEIGHT - height, WIDTH, height + 0.3
    if number <= 15:
        return 0, 0, WIDTH * (16 - number) / 8, HEIGHT + 0.3
    return WIDTH / 2, 0, WIDTH / 2, HEIGHT + 0.3


def _list_arms(arms: str) -> Iterator[Box]:
    middle, center = WIDTH / 2, HEIGHT / 2
    for arm in arms:
        width = HEAVY if arm.isupper() else LIGHT
        half = width / 2
        match arm.lower():
            case "l":
                yield 0, center - half, middle + half, width
            case "r":
                yield middle - half, center - half, WIDTH - middle + half + 0.3, width
            case "u":
                yield middle - half, 0, width, center + half
            case _:
                yield middle - half, center - half, width, HEIGHT - center + half + 0.3
