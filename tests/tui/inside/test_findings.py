"""What is said of units built by hand is what they do; of random ones, it is little."""

from __future__ import annotations

import numpy as np
import pytest
from hand_built import COUNTER, QUOTE

from charlm.inside.units.patterns import make_pattern
from charlm.language_model import LanguageModel
from corpora.errors import UserError
from seq.imdb.library import TextClassifier
from tui.inside.characters import CharacterText
from tui.inside.continuations import BEFORE, LENGTH, Plan, count_equal, read_value, write_on
from tui.inside.findings import Findings, measure_range
from tui.inside.sights import ORDERS
from tui.inside.words import ReviewText


def ignore(count: int) -> None:
    """Take a number of steps, and do nothing."""


@pytest.fixture
def findings(built: LanguageModel, page: str) -> Findings:
    return Findings(CharacterText(built, page).gather(0, ignore))


def test_the_quote_unit_goes_with_quotes(findings: Findings) -> None:
    assert findings.list_fitting(QUOTE, 2)[0][0] == "quotes"
    assert findings.list_fitting(COUNTER, 2)[0][0] == "line"
    assert findings.list_fitting(COUNTER, 2)[0][1] > 0.9
    assert findings.rank("quotes").fits[0].unit == QUOTE
    assert findings.rank("line").fits[0].unit == COUNTER
    assert findings.rank("line").share is None


def test_features_that_do_not_come_are_left_out(findings: Findings) -> None:
    assert "digits" not in findings.series
    assert "brackets" not in findings.series


def test_a_unit_is_high_in_quotes_and_low_outside(findings: Findings, page: str) -> None:
    from charlm.inside.units.features import find_quotations

    values = findings.material.values[:, QUOTE[0], QUOTE[1]]
    inside = find_quotations(page) > 0
    assert values[inside].mean() > 0.5 > values[~inside].mean()
    highs, lows = findings.list_contexts(QUOTE, 3, 30)
    assert len(highs) == len(lows) == 3
    written = page.replace("\n", "↵")
    for before, here, after in (*highs, *lows):
        assert before + here + after in written
        assert len(before + here + after) <= 30
    low, high = measure_range(findings.material, QUOTE)
    assert low < 0.1 < 0.5 < high


def test_a_pattern_of_the_user_is_a_feature(findings: Findings) -> None:
    ranking = findings.rank_pattern(make_pattern('mark="'))
    assert ranking.name == "mark"
    assert ranking.share == pytest.approx("".join(findings.material.labels).count('"') / 1500)
    assert len(ranking.fits) == 24  # all units of both layers


@pytest.mark.parametrize(("pattern", "where"), [("xyz", "nowhere"), ("(?s).+", "everywhere")])
def test_a_pattern_that_tells_nothing_apart_is_refused(
    findings: Findings, pattern: str, where: str
) -> None:
    with pytest.raises(UserError, match=where):
        findings.rank_pattern(make_pattern(pattern))


def test_a_short_text_is_not_compared(built: LanguageModel) -> None:
    found = Findings(CharacterText(built, 'ab "c"').gather(0, ignore))
    assert not found.comparable
    assert found.list_fitting(QUOTE, 3) == []
    assert len(found.list_contexts(QUOTE, 3, 20)[0]) == 3
    with pytest.raises(UserError, match="too short"):
        found.rank_pattern(make_pattern("c"))


def test_words_are_compared_as_well(classifier: TextClassifier) -> None:
    text = "The plot is dull, and the ending good. The cast is superb. A good cast is dull. " * 3
    found = Findings(ReviewText(classifier, text).gather(0, ignore))
    assert found.comparable
    assert found.rank("upper case").fits
    assert all(-1 <= r <= 1 for _, r in found.list_fitting((0, 3), 9))


def test_units_are_put_in_order(built: LanguageModel, page: str) -> None:
    sight = CharacterText(built, page).look(100, ignore)
    values = sight.values(0, "cell")
    for by in ORDERS:
        assert sorted(sight.order(0, "cell", by)) == list(range(12))
    assert sight.order(0, "cell", "index") == list(range(12))
    assert sight.order(0, "cell", "activity")[0] == int(np.abs(values).mean(axis=0).argmax())
    moved = np.abs(np.diff(values, axis=0)).mean(axis=0)
    assert sight.order(0, "cell", "change")[0] == int(moved.argmax())
    scaled = sight.scale(0, "cell")
    assert np.abs(scaled).max() == pytest.approx(1)
    np.testing.assert_array_equal(sight.scale(1, "forget"), sight.values(1, "forget"))
    assert sight.value(100, 1, 5, "cell") == pytest.approx(
        float(sight.values(1, "cell")[100 - sight.start, 5])
    )


def test_a_held_unit_writes_another_text(built: LanguageModel, page: str) -> None:
    plan = Plan(*COUNTER, "cell", 9.0)
    pairs = list(write_on(built, page, plan))
    assert len(pairs) == LENGTH
    free, held = ("".join(side) for side in zip(*pairs, strict=True))
    assert free == built.generate(page[-BEFORE:], length=LENGTH, temperature=0.7, seed=1)
    same = built.hold(plan.write_hold())
    assert held == same.generate(page[-BEFORE:], length=LENGTH, temperature=0.7, seed=1)
    assert count_equal(free, held) < LENGTH
    assert plan.write_hold() == "2.5.cell=9"


def test_equal_beginnings_are_counted() -> None:
    assert count_equal("abcd", "abxd") == 2
    assert count_equal("ab", "abc") == 2
    assert count_equal("", "abc") == 0


@pytest.mark.parametrize(
    ("typed", "field", "line"),
    [("", "cell", "number"), ("x", "cell", "number"), ("nan", "cell", "number"),
     ("1e9", "cell", "1,000"), ("2", "forget", "0 to 1"), ("-" * 300, "cell", "number"),
     ("9" * 400, "cell", "1,000")],
)  # fmt: skip
def test_values_that_cannot_be_held_are_refused(typed: str, field: str, line: str) -> None:
    with pytest.raises(UserError, match=line):
        read_value(typed, field)


def test_values_are_read() -> None:
    assert read_value(" -0.5 ", "cell") == -0.5
    assert read_value("\N{MINUS SIGN}2", "cell") == -2
    assert read_value("1", "forget") == 1
