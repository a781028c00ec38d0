"""Reviews as CSV."""

from __future__ import annotations

import csv
import io

from tui.classify.export import name_columns, write_csv
from tui.classify.opinions import Opinion
from tui.classify.rows import Row

GOOD = Opinion("good", {"bad": 0.25, "good": 0.75}, 3, 0)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_the_columns_of_the_user_stay_and_ours_follow() -> None:
    rows = [
        Row(1, "fine, isn't it?\nyes", GOOD, "good", ("a7", "fine, isn't it?\nyes", 4.5, None)),
        Row(2, "", Opinion(None, {}), None, ("a8", "", 1, True)),
    ]
    assert read(write_csv(("id", "text", "stars", "seen"), rows)) == [
        ["id", "text", "stars", "seen", "predicted", "probability"],
        ["a7", "fine, isn't it?\nyes", "4.5", "", "good", "0.75"],
        ["a8", "", "1", "True", "", ""],
    ]


def test_a_second_opinion_has_columns_of_its_own() -> None:
    bad = Opinion("bad", {"bad": 0.875, "good": 0.125})
    rows = [Row(1, "x", GOOD, values=("x",), other=bad), Row(2, "y", GOOD, values=("y",))]
    found = read(write_csv(("text",), rows))
    assert found[0][1:] == ["predicted", "probability", "second_predicted", "second_probability"]
    assert found[1] == ["x", "good", "0.75", "bad", "0.875"]
    assert found[2] == ["y", "good", "0.75", "", ""]


def test_what_was_written_here_before_can_be_written_again() -> None:
    ours = ["predicted", "probability"]
    once = name_columns(["text"], ours)
    assert name_columns(once, ours)[3:] == ["predicted_2", "probability_2"]
    assert name_columns(["Predicted", "predicted_2"], ["predicted"])[-1] == "predicted_3"


def test_a_lone_surrogate_can_be_written() -> None:
    assert b"a?" in write_csv(("text",), [Row(1, "", GOOD, values=("a\ud800",))])
