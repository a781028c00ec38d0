"""Commands say on the terminal what they are at when that takes longer than a second."""

from __future__ import annotations

from pathlib import Path

import pytest
from pseudo_terminal import Program
from tiny_models import random_text

TINY = "runs/tiny"

SLOWLY = """
import sys, time
import charlm.evaluation
import charlm.language_model
evaluate, score = charlm.evaluation.evaluate, charlm.language_model.LanguageModel.score

def evaluate_slowly(*given, **about):
    time.sleep(1.5)
    return evaluate(*given, **about)

def score_slowly(self, text):
    for number, token in enumerate(score(self, text)):
        if number == len(text) // 2:
            time.sleep(1.5)
        yield token

charlm.evaluation.evaluate = evaluate_slowly
charlm.language_model.LanguageModel.score = score_slowly
sys.argv[0] = "charlm"
from charlm.__main__ import main
main()
"""


@pytest.mark.long
@pytest.mark.usefixtures("run")
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("score", "text.txt", "--model", TINY), "reading the text … 33%"),
        (("evaluate", TINY, "text.txt", "--device=cpu"), "predicting every character …"),
    ],
)
def test_a_line_says_what_takes_long(arguments: tuple[str, ...], line: str) -> None:
    Path("text.txt").write_text(random_text(6000, seed=4), encoding="utf-8")
    program = Program(SLOWLY, *arguments)
    assert program.end() == 0
    before, shown, after = program.seen.partition(line.encode())
    assert shown
    assert b"nats" not in before
    assert b"nats" in after
    assert b"\x1b[2K" in after.split(b"nats")[0]
