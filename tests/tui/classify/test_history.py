"""The reviews that were typed."""

from __future__ import annotations

import json

import pytest

from tui.classify import history
from tui.classify.history import History
from tui.classify.opinions import Opinion

GOOD = Opinion("good", {"bad": 0.25, "good": 0.75}, 3, 1)


def remember(typed: list[str]) -> History:
    found = History()
    for text in typed:
        found.remember(text, GOOD)
    return found


def texts(found: History) -> list[str]:
    return [row.text for row in found.rows.all]


def test_what_is_being_typed_is_one_row() -> None:
    typed = ["a fine", "a fine film", "a fine old film", "another matter", "a fine film, too"]
    assert texts(remember(typed)) == ["a fine old film", "another matter", "a fine film, too"]


def test_a_text_that_is_there_already_keeps_its_row() -> None:
    found = remember(["one", "two", "three"])
    other = Opinion("bad", {"bad": 1.0, "good": 0.0}, 1, 0)
    assert found.remember("two", other) == 1
    assert texts(found) == ["one", "two", "three"]
    assert found.rows.all[1].label == "bad"


def test_what_is_settled_stays() -> None:
    found = remember(["so so"])
    found.settle()
    assert found.remember("so so, but short", GOOD) == 1
    assert texts(found) == ["so so", "so so, but short"]
    found.forget(1)
    assert not found.growing
    found.remember("so so, after all", GOOD)
    assert texts(found) == ["so so", "so so, after all"]
    found.empty()
    assert texts(found) == []


def test_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    found, again = remember(["one", "two"]), History()
    again.restore(json.loads(json.dumps(found.to_json())))
    assert again.rows.all == found.rows.all
    monkeypatch.setattr(history, "MOST_ROWS", 1)
    assert [one["text"] for one in found.to_json()] == ["two"]
    monkeypatch.setattr(history, "MOST_ROWS", 9)
    monkeypatch.setattr(history, "MOST_CHARACTERS", 5)
    assert [one["text"] for one in found.to_json()] == ["two"]


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        {"text": "x"},
        ["x", 3, None, {}],
        [{"text": "x", "opinion": 3}],
        [{"text": 3, "opinion": GOOD.to_json()}],
        [{"text": "x", "opinion": {**GOOD.to_json(), "label": "ugly"}}],
        [{"text": "x", "opinion": {**GOOD.to_json(), "shares": {"good": "much"}}}],
        [{"text": "x", "opinion": {**GOOD.to_json(), "words": 1.5}}],
    ],
)
def test_what_is_damaged_is_left_out(damaged: object) -> None:
    found = History()
    found.restore(damaged)
    assert texts(found) == []
