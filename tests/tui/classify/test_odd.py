"""Classify with odd texts, odd names and no room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from rich.cells import cell_len
from textual.pilot import Pilot

from tui.classify.inks import ON_DARK, ON_LIGHT
from tui.classify.opinions import Opinion
from tui.classify.pane import ClassifyPane
from tui.classify.row_lines import choose_columns, draw_head, draw_row
from tui.classify.rows import Row
from tui.classify.score import Score
from tui.classify.score_lines import draw_score
from tui.classify.spans import make_spans
from tui.classify.verdict_lines import Sides, draw_classes, draw_second, draw_words

ODD = (
    "漢字仮名",
    "[bold]b",
    "e\u0301\u200d",
    "x" * 90,
    "\x1b]52;c;a\x07",
    "İ",
    "\u202eabc",
    "a\nb",
)
KEYS = (
    "down",
    "s",
    "f",
    "d",
    "left",
    "right",
    "slash",
    "escape",
    "ctrl+l",
    "f8",
    "enter",
    "ctrl+r",
)


def is_safe(line: str) -> bool:
    """Return whether a line has no control characters; joiners are part of letters."""
    return line.replace("\u200d", "").isprintable()


def opinion(classes: tuple[str, ...]) -> Opinion:
    shares = {name: (place + 1) / sum(range(len(classes) + 1)) for place, name in
              enumerate(classes)}  # fmt: skip
    return Opinion(classes[-1], shares, 3, 1)


@pytest.mark.parametrize("width", [8, 20, 38, 120])
@pytest.mark.parametrize("inks", [ON_DARK, ON_LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("count", [2, 3, 8])
def test_no_line_is_wider_than_its_room(width: int, inks: Any, count: int) -> None:
    classes = ODD[:count]
    said = opinion(classes)
    spans = make_spans([(f"{word} ", value) for word, value in zip(ODD, range(-4, 4), strict=True)])
    lines = [
        *draw_classes(said, max(width, 30), inks),
        *draw_second("\x1b" * 40, said, said, width, inks, bars=False),
        *draw_words(spans, Sides(*ODD[:2]), max(width, 30), 9, inks),
    ]
    room = max(width, 30)
    assert [line.text.plain for line in lines if line.text.cell_len > room] == []
    rows = [Row(n, " ".join(ODD), said, classes[0], other=said) for n in range(1, 4)]
    columns = choose_columns(classes, 25_000, width, labelled=True, second="[x]" * 9)
    for line in (draw_head(columns, width, inks), draw_row(rows[0], columns, width, classes, inks)):
        assert line.cell_len <= max(width, 2 + sum(one.width + 1 for one in columns))
        assert is_safe(line.plain)
    score = Score(classes)
    score.add([(classes[0], said)])
    for line in draw_score(score, room, inks):
        assert is_safe(line.plain)
        assert count > 3 or cell_len(line.plain) <= room + 8


@pytest.mark.wide(2)
@pytest.mark.parametrize("size", [(20, 5), (34, 9), (60, 16), (250, 70)])
def test_nothing_breaks_without_room(two: Any, size: tuple[int, int]) -> None:
    two.readers["reviews"].classes = two.readers["opposite"].classes = ODD[:4]
    lines = [json.dumps({"text": f"{word} superb dull\n{word}", "label": ODD[0]}) for word in ODD]
    Path("odd.jsonl").write_text("\n".join(lines))

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.curve.curve is not None)
        own = pane.panel.own
        own.text = " ".join(ODD)
        await until(pilot, lambda: pane.panel.typed and pane.verdict.opinion is not None)
        pane.open_file("odd.jsonl")
        await until(pilot, lambda: len(pane.reviews.opened.results) == len(ODD))
        for key in KEYS:
            pane.reviews.opened.focus()
            await pilot.press(key)
        await pilot.resize_terminal(20, 5)
        pane.reviews.opened.focus()
        await pilot.press("pagedown", "home", "end", "pageup")
        await pilot.resize_terminal(*size)
        for panel in ("#curve", "#review", "#table"):
            pane.query_one(panel).focus()
            await pilot.press("left", "right", "end", "home")
        await pilot.pause(0.1)
        assert pilot.app._exception is None

    run_app(drive, "classify", size)
