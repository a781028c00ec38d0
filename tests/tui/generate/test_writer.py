"""The thread that writes lets the screen draw first."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator

import pytest

from tui.generate import writer as module
from tui.generate.writer import Writer


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer()
    yield made
    made.stop()


def write_until(writer: Writer, count: int) -> int:
    """Return how many characters have been written, once it is more than `count`."""
    end = time.monotonic() + 20
    while writer._count <= count:
        assert time.monotonic() < end
        time.sleep(0.001)
    return writer._count


def test_it_waits_until_the_screen_is_drawn(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 60)
    writer.start(("a", 0) for _ in itertools.count())
    write_until(writer, 10)
    drawn: list[Callable[[], object]] = []
    writer.wait_for_screen(drawn.append)
    time.sleep(0.05)  # what the thread had begun
    before = writer._count
    time.sleep(0.05)
    assert writer._count == before
    for go_on in drawn:
        go_on()
    write_until(writer, before)


def test_it_does_not_wait_for_ever(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    writer.start(("a", 0) for _ in itertools.count())
    writer.wait_for_screen(lambda go_on: None)
    write_until(writer, write_until(writer, 0) + 1)


def test_it_can_be_stopped_while_it_waits(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 60)
    writer.start(("a", 0) for _ in itertools.count())
    writer.wait_for_screen(lambda go_on: None)
    began = time.monotonic()
    writer.stop()
    assert time.monotonic() - began < 20
    assert not writer.busy
