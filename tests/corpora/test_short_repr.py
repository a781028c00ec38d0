"""A repr is one short line, whatever a thing holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.short_repr import ShortRepr
from corpora.text.vocabulary import Vocabulary


@dataclass(frozen=True)
class Thing(ShortRepr):
    value: Any
    hidden: int = field(default=3, repr=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.zeros((25, 4, 128)), "ndarray(25, 4, 128)"),
        ("a" * 10_000, "'aaa"),
        (tuple(range(20_000)), "<tuple of 20,000>"),
        ({str(n): n for n in range(500)}, "<dict of 500>"),
        (("a", "b"), "('a', 'b')"),
        (0.1 + 0.2, "value=0.3)"),
        (None, "None"),
        (object(), "<object>"),
    ],
)
def test_what_is_long_is_named_by_its_size(value: object, shown: str) -> None:
    assert shown in repr(Thing(value))
    assert len(repr(Thing(value))) < 300
    assert "hidden" not in repr(Thing(value))


@settings(deadline=None, max_examples=40)
@given(
    st.recursive(
        st.text() | st.floats() | st.integers() | st.binary() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    )
)
def test_it_is_one_short_line_for_anything(value: object) -> None:
    assert len(repr(Thing(value))) < 300
    assert "\n" not in repr(Thing(value))


def test_those_that_inherit_have_it_too() -> None:
    @dataclass(frozen=True)
    class More(Thing):
        more: Any = "x" * 1000

    assert len(repr(More(np.zeros(3)))) < 200
    assert repr(More(1)).startswith("More(value=1, more='xxx")


def test_a_vocabulary_is_a_line() -> None:
    assert repr(Vocabulary(tuple(map(chr, range(0x4E00, 0x5E00))))) == (
        "Vocabulary(symbols=<tuple of 4,096>)"
    )
