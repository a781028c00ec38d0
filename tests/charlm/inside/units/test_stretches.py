from __future__ import annotations

import numpy as np
import pytest
from hand_built import QUOTE, built_model, quoted_text
from tiny_models import language_model, random_text

import charlm.inside
from charlm.inside.units.stretch_matches import find_matches
from charlm.inside.units.stretches import select_units
from corpora.errors import UserError

TEXT = 'abc "de fa" bc.\nde "ab" c'
START, END = TEXT.index('"'), TEXT.index('" bc')


def test_the_quote_unit_is_on_in_a_quotation_alone() -> None:
    selected, signs = select_units(built_model(), TEXT, START, END)
    assert QUOTE in selected.units
    assert signs[selected.units.index(QUOTE)] == 1
    values = dict(zip(selected.units, selected.values.T, strict=True))
    for unit, sign in zip(selected.units, signs, strict=True):
        on = sign * values[unit] > 0.3
        assert on[START:END].all()
        assert not on[[START - 1, END]].any()


def test_no_other_unit_is_left_out() -> None:
    model = language_model()
    text = random_text(20)
    selected, _ = select_units(model, text, 8, 11, threshold=0.05)
    values = charlm.inside.trace(model, text).field("cell")
    expected = [
        (layer, unit)
        for layer in range(2)
        for unit in range(6)
        for on in [[v > 0.05 for v in sign * values[:, layer, unit]] for sign in (1, -1)]
        if all(on[8:11]) and not on[7] and not on[11]
    ]
    assert list(selected.units) == sorted(expected)


def test_other_quotations_are_found() -> None:
    model, other = built_model(), quoted_text(1500, 5)
    found = charlm.inside.find_stretches(model, TEXT, START, END, other, threshold=0.7, count=100)
    assert QUOTE in found.units
    inside = np.cumsum([c == '"' for c in other]) % 2
    for match in found.matches:
        if match.units == len(found.units):
            assert inside[match.start : match.end].all()
            assert match.end == len(other) or len(found.units) > 1 or not inside[match.end]
    assert found.matches[0].units == len(found.units)
    assert [(-m.units, m.start - m.end) for m in found.matches] == sorted(
        (-m.units, m.start - m.end) for m in found.matches
    )


def test_matches_equal_a_search_by_hand() -> None:
    on = np.array([[0, 1, 1, 1, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 0, 0, 0, 0, 1, 0]], np.uint8)
    bits = np.packbits(on, axis=0).T
    found = find_matches(bits, 2, 1, 10)
    assert [(m.start, m.end, m.units) for m in found] == [(1, 3, 2), (8, 9, 2)]
    found = find_matches(bits, 2, 3, 10)
    assert [(m.start, m.end, m.units) for m in found] == [(6, 10, 1), (1, 4, 1)]
    assert find_matches(bits, 2, 5, 10) == []
    assert len(find_matches(bits, 2, 1, 1)) == 1


def test_results_are_shown_as_they_are() -> None:
    model, other = built_model(), quoted_text(1500, 5)
    some = charlm.inside.find_stretches(model, TEXT, START, END, other)
    none = charlm.inside.find_stretches(model, TEXT, START, END, other, threshold=1e9)
    assert (none.units, none.matches, none.records()) == ((), (), [])
    for row in some.records():
        joined = row["before"] + row["stretch"] + row["after"]
        assert other[row["position"] :].startswith(row["stretch"])
        assert joined in other
        assert len(row["stretch"]) == row["length"]
    for result in (some, none):
        assert result.plot().to_png().startswith(b"\x89PNG")
    assert "+1.3" in some.describe_units()


def test_what_cannot_be_selected_is_said() -> None:
    model = built_model()
    for ask, line in (
        (lambda: select_units(model, TEXT, 5, 5), "does not lie"),
        (lambda: select_units(model, TEXT, -1, 5), "does not lie"),
        (lambda: select_units(model, TEXT, 5, 99), "does not lie"),
        (lambda: select_units(model, "", 0, 0), "does not lie"),
        (lambda: select_units(model, TEXT, 0, len(TEXT)), "whole text"),
        (lambda: select_units(model, TEXT, 5, 9, threshold=-1), "at least 0"),
        (lambda: select_units(model, TEXT, 5, 9, threshold=float("nan")), "at least 0"),
        (lambda: select_units(model, TEXT, 5, 9, of="reset"), "have no 'reset'"),
        (lambda: select_units(model, TEXT + "X", 5, 9), "'X'"),
        (lambda: charlm.inside.find_stretches(model, TEXT, 5, 9, ""), "no text"),
        (lambda: charlm.inside.find_stretches(model, TEXT, 5, 9, "a", count=0), "at least 1"),
    ):
        with pytest.raises(UserError, match=line):
            ask()
