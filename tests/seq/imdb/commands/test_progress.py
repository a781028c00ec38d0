"""`charlm imdb classify` and `charlm imdb evaluate` count the texts while they read them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pseudo_terminal import Program
from reviews import reviews, write_csv

pytestmark = pytest.mark.long

SLOWLY = """
import sys, time
import numpy as np
from seq.imdb import library
predict = library.predict

def predict_slowly(*given):
    time.sleep(0.6)
    return predict(*given)

library.predict = predict_slowly
sys.argv[0] = "charlm"
from charlm.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (["imdb", "classify", "texts.csv", "--model"], rb"(good|bad)  \d"),
        (["imdb", "evaluate"], rb"accuracy"),
    ],
)
def test_a_bar_counts_the_texts(good_or_bad: Path, arguments: list[str], result: bytes) -> None:
    write_csv(Path("texts.csv"), reviews(200))
    given = [*arguments, str(good_or_bad), *(["texts.csv"] if "texts.csv" not in arguments else [])]
    program = Program(SLOWLY, *given)
    assert program.end() == 0
    first = re.search(result, program.seen)
    assert first is not None, program.seen
    drawn = program.seen[: first.start()]
    assert b"classifying" in drawn
    assert any(f"{share}%".encode() in drawn for share in (32, 64, 96)), drawn
    assert drawn.rstrip().endswith(b"\x1b[2K") or b"\x1b[2K" in drawn.split(b"classifying")[-1]
    assert b"classifying" not in program.seen[first.start() :]
