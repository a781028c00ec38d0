"""What Classify keeps."""

from __future__ import annotations

import json

import pytest

from tui.classify.kept import LONGEST_TEXT, MOST_EXPLAINED, Explained, Explanation, Kept


def test_it_comes_back() -> None:
    kept = Kept("a film", "imdb", None, "mine.csv", 3)
    assert Kept.from_json(json.loads(json.dumps(kept.to_json()))) == kept
    assert len(Kept("x" * (LONGEST_TEXT + 1)).to_json()["text"]) == LONGEST_TEXT


@pytest.mark.parametrize(
    "damaged",
    [{}, {"text": 3}, {"classifier": []}, {"second": 1.5}, {"example": "1"}, {"example": True}],
)
def test_what_is_damaged_has_its_default(damaged: dict[str, object]) -> None:
    assert Kept.from_json(damaged) == Kept()


def test_the_last_explanations_are_kept() -> None:
    found = Explained()
    first = found.get("imdb", "text 0")
    first.complete = True
    for number in range(1, MOST_EXPLAINED):
        found.get("imdb", f"text {number}")
    assert found.get("imdb", "text 0") is first  # it was used, and is the last one again
    found.get("imdb", "another")
    assert found.get("imdb", "text 0").complete
    assert len(found.found) == MOST_EXPLAINED
    assert found.get("imdb", "text 1") == Explanation()
    assert found.get("sst", "text 0") == Explanation()
