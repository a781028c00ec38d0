"""Lines and blocks of pictures are shapes that meet; words stay words."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from app_helpers import run_app
from svg_shapes import ARMS, HEIGHT, WIDTH, draw_shapes, is_shape, list_boxes
from textual.pilot import Pilot


@pytest.mark.parametrize("character", [*ARMS])
def test_the_arms_of_a_line_reach_the_edges_of_their_cell(character: str) -> None:
    boxes = [*list_boxes(character)]
    reached = {
        "l": min(x for x, _, _, _ in boxes) <= 0,
        "r": max(x + width for x, _, width, _ in boxes) >= WIDTH,
        "u": min(y for _, y, _, _ in boxes) <= 0,
        "d": max(y + height for _, y, _, height in boxes) >= HEIGHT,
    }
    assert {arm for arm, there in reached.items() if there} == set(ARMS[character].lower())


def test_a_block_fills_the_share_of_its_cell_that_its_name_says() -> None:
    def area(character: str) -> float:
        return sum(width * height for _, _, width, height in list_boxes(character))

    for eighths, (lower, left) in enumerate(zip("▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉█", strict=True), start=1):
        share = eighths / 8 * WIDTH * HEIGHT
        assert area(lower) == pytest.approx(share, rel=0.1)
        assert area(left) == pytest.approx(share, rel=0.1)
    assert [len([*list_boxes(character)]) for character in "⠁⠃⡇⣿"] == [1, 2, 4, 8]


def test_a_picture_keeps_its_words_and_draws_its_frames() -> None:
    pictures: list[str] = []

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pictures.append(pilot.app.export_screenshot(title="charlm"))

    run_app(drive, "translate")
    drawn = draw_shapes(pictures[0])

    def read(svg: str) -> str:
        texts = html.unescape("".join(re.findall(r"<text [^>]*>([^<]*)<", svg)))
        return "".join(one for one in texts if not is_shape(one) and not one.isspace())

    assert read(drawn) == read(pictures[0])
    assert drawn.count("<path ") > 10
    assert not any(map(is_shape, "".join(re.findall(r"<text [^>]*>([^<]*)<", drawn))))
