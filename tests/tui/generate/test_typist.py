"""What is typed in step mode, on a page without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from tui.generate.typist import LITERAL, Typist


@dataclass
class Writer:
    """An author whose network reads until it is told that it is done."""

    symbols: str = "abc12\\"
    text: str = ""
    slow: bool = False
    busy: bool = False
    choosing: bool = False

    def __post_init__(self) -> None:
        self.writer = self
        model = SimpleNamespace(vocabulary=self.symbols, name="tiny")
        self.manuscript = SimpleNamespace(model=model)

    def take(self, position: int, index: int) -> bool:
        self.text = self.text[:position] + self.symbols[index]
        self.busy = self.choosing = self.slow
        return True

    def take_back(self, position: int) -> bool:
        self.text = self.text[: position - 1]
        return True


@dataclass
class Sheet:
    """A page whose cursor stands at the end of the text."""

    author: Any
    shown: list[int] = field(default_factory=list)

    @property
    def cursor(self) -> int:
        return len(self.author.text)

    def show_written(self) -> None:
        pass

    def show_all(self) -> None:
        self.shown.append(-1)

    def show_up_to(self, position: int) -> None:
        self.shown.append(position)


@pytest.fixture
def sheet() -> Sheet:
    return Sheet(Writer())


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def typist(sheet: Sheet, said: list[str]) -> Typist:
    typist = Typist(sheet, said.append)
    typist.find_candidate = lambda number: number if number < 2 else None
    return typist


def write(typist: Typist, *characters: str) -> str:
    for character in characters:
        typist.type(character)
    return str(typist.page.author.text)  # type: ignore[union-attr]


def test_a_digit_takes_a_candidate_and_after_the_mark_itself(typist: Typist, sheet: Sheet) -> None:
    assert write(typist, "c", "1", "2") == "cab"
    assert write(typist, LITERAL, "1", LITERAL, LITERAL) == "cab1\\"
    assert write(typist, "9") == "cab1\\"  # there is no ninth candidate
    assert sheet.shown == [0, 1, 2, 3, 4]


def test_an_empty_character_takes_the_last_one_back(typist: Typist, sheet: Sheet) -> None:
    assert write(typist, "a", "b", "") == "a"
    assert sheet.shown[-1] == -1


def test_what_the_model_does_not_know_is_said(typist: Typist, said: list[str]) -> None:
    assert write(typist, "a", "z", "b") == "ab"
    assert said == ["tiny does not know 'z'"]


def test_what_is_typed_while_the_network_reads_waits(typist: Typist, sheet: Sheet) -> None:
    sheet.author.slow = True
    assert write(typist, "a", "b", "c") == "a"
    for text in ("ab", "abc", "abc"):
        sheet.author.busy = False
        typist.take_waiting()
        assert sheet.author.text == text


def test_nothing_is_typed_into_a_text_that_is_read(typist: Typist, sheet: Sheet) -> None:
    sheet.author.busy = True
    assert write(typist, "a") == ""
    sheet.author.busy = False
    typist.take_waiting()
    assert sheet.author.text == ""
    sheet.author = None
    typist.type("a")
