"""Excerpts fit their width, and mark what they are about."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui.inside.excerpts import cut_excerpt, write_label

TEXT = 'He said:\n"I can help."\nNobody heard him say it.'


@pytest.mark.parametrize("width", [0, 1, 9, 20, 30, 47, 200])
@pytest.mark.parametrize("place", [0, 9, 30, len(TEXT) - 1])
def test_an_excerpt_is_a_part_of_the_text_around_a_place(place: int, width: int) -> None:
    before, here, after = cut_excerpt(TEXT, place, width)
    written = TEXT.replace("\n", "↵")
    assert here == written[place]
    assert written[:place].endswith(before)
    assert written[place + 1 :].startswith(after)
    assert cell_len(before + here + after) <= max(1, width)
    if width >= len(TEXT):
        assert before + here + after == written


def test_words_stand_apart() -> None:
    words = ["what", "a", "superb", "film", "it", "was"]
    assert cut_excerpt(words, 2, 80, " ") == ("what a ", "superb", " film it was")
    assert cut_excerpt(words, 2, 14, " ") == ("what a ", "superb", "")
    assert cut_excerpt(words, 2, 23, " ") == ("what a ", "superb", " film it")


def test_what_breaks_lines_or_terminals_is_replaced() -> None:
    assert write_label("\n") == "↵"
    assert write_label("\t") == "⇥"
    assert "\x1b" not in write_label("a\x1b[31mb")
    assert "\n" not in write_label("a\nb")
