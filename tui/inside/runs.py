"""Texts of many small parts, drawn as few. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from textual.content import Content


def assemble_runs(parts: Iterable[tuple[str, str]]) -> Content:
    """Return texts with their styles, one after another; neighbours of one style are joined.

    What has a style for each character takes the screen ten times as long to draw.
    """
    runs = groupby(parts, key=lambda part: part[1])
    return Content.assemble(*[("".join(text for text, _ in run), style) for style, run in runs])
