"""Line breaks, bars, steppers and lists, each on its own."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Awaitable, Callable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.generate.controls import SEEDS
from tui.generate.lines import break_narrow, break_wide, find_breaks
from tui.widgets.bars import draw_bar
from tui.widgets.choice import Choice
from tui.widgets.stepper import PAUSE, Stepper
from tui.widgets.word_stepper import WordStepper

quick = settings(derandomize=True, deadline=None, max_examples=200)
texts = st.text(string.ascii_lowercase[:4] + "  \n日", max_size=120)


@quick
@given(texts, st.integers(2, 20))
@example(" a日", 2)
def test_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    starts = [0, *find_breaks(text, 0, width)]
    assert starts == sorted(set(starts))
    lines = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert "".join(lines) == text
    for line in lines:
        assert "\n" not in line[:-1]
        assert cell_len(line.rstrip(" \n")) <= width


@quick
@given(texts, texts, st.integers(2, 20))
def test_only_the_last_line_of_a_text_that_grows_changes(one: str, two: str, width: int) -> None:
    before = [0, *find_breaks(one, 0, width)]
    after = [0, *find_breaks(one + two, 0, width)]
    again = [*before, *find_breaks(one + two, before[-1], width)]
    assert again == after


@quick
@given(st.text("ab  ", max_size=60), st.integers(1, 12))
def test_the_quick_way_to_break_a_line_is_the_other_one(text: str, width: int) -> None:
    assert [*break_narrow(text, width)] == [*break_wide(text, width)]


def test_lines_break_between_words() -> None:
    text = "alpha beta gamma\ndelta epsilonepsilonepsilon"
    starts = [0, *find_breaks(text, 0, 12)]
    lines = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert lines == ["alpha beta ", "gamma\n", "delta ", "epsilonepsil", "onepsilon"]


@quick
@given(st.floats(-0.5, 1.5), st.integers(0, 50))
def test_a_bar_is_as_long_as_its_share(share: float, width: int) -> None:
    drawn = draw_bar(share, width)
    assert cell_len(drawn) <= width
    eighths = sum(8 if one == "█" else " ▏▎▍▌▋▊▉".index(one) for one in drawn)
    assert eighths == pytest.approx(min(1, max(0, share)) * 8 * width, abs=0.5001)


def test_a_stepper_begins_at_the_nearest_value() -> None:
    assert Stepper("t", [0.0, 0.5, 1.0, None], 0.6).value == 0.5
    assert Stepper("t", [0.0, 0.5, 1.0, None], None).value is None
    assert Stepper("t", [0.0, 0.5], None).value == 0.0


def test_a_list_turns_no_page_where_it_has_no_room() -> None:
    class Tiny(App[None]):
        def compose(self) -> ComposeResult:
            yield Choice(["a", "b", "c"], value="b")

    async def drive() -> None:
        app = Tiny()
        async with app.run_test(size=(20, 1)) as pilot:
            choice = app.query_one(Choice)
            choice.expanded = True
            await pilot.press("pagedown", "pagedown", "enter")
            assert choice.chosen == "c"

    asyncio.run(drive())


def drive_stepper(
    drive: Callable[[Pilot[None], Stepper], Awaitable[None]],
    values: Sequence[float | int | None],
) -> App[None]:
    """Have `drive` press keys in an app that is a stepper."""

    class One(App[None]):
        def compose(self) -> ComposeResult:
            yield Stepper("number", values, None)

    async def run() -> App[None]:
        app = One()
        async with app.run_test() as pilot:
            await pilot.press("tab")
            await drive(pilot, app.query_one(Stepper))
        return app

    return asyncio.run(run())


def test_digits_that_come_later_begin_a_new_number(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("tui.widgets.stepper.time.perf_counter", lambda: now)

    async def drive(pilot: Pilot[None], stepper: Stepper) -> None:
        nonlocal now
        await pilot.press("1", "2")
        assert stepper.value == 12
        now += 2 * PAUSE
        await pilot.press("0", ".", "1")
        assert stepper.value == 0.1
        await pilot.press("enter", "2")
        assert stepper.value == 2
        await pilot.click(Stepper, offset=(30, 0))
        await pilot.press("1")
        assert stepper.value == 1

    drive_stepper(drive, [None, 0.0, 0.1, *range(1, 31)])


@pytest.mark.wide
@pytest.mark.parametrize("values", [[None, *SEEDS], [*range(1, 21), None], [0.05, 0.5, 2.0]])
def test_a_number_beyond_the_greatest_is_not_taken_in_silence(
    values: list[float | int | None],
) -> None:
    most = max(one for one in values if one is not None)

    async def drive(pilot: Pilot[None], stepper: Stepper) -> None:
        await pilot.press(*f"{most:g}".replace(".", ""))
        pilot.app.clear_notifications()
        stepper.typed = ""
        await pilot.press(*("full_stop" if one == "." else one for one in f"{most:g}"))
        assert stepper.value == most
        assert not pilot.app._notifications
        stepper.typed = ""
        await pilot.press(*f"{int(most)}7")
        assert stepper.value == most
        (note,) = pilot.app._notifications
        assert note.message.endswith(f"to {most:g}: {int(most)}7 is too much")

    drive_stepper(drive, values)


def test_a_number_below_the_least_is_not_taken_in_silence() -> None:
    async def drive(pilot: Pilot[None], stepper: Stepper) -> None:
        stepper.limits = (0.05, 1.0)
        await pilot.press("0", ".", "1")  # 0 was its beginning
        assert stepper.value == 0.1
        await pilot.press("enter")
        assert not pilot.app._notifications
        await pilot.press("0", "enter")
        (note,) = pilot.app._notifications
        assert note.message.endswith("from 0.05 to 1: 0 is too little")
        assert stepper.value == 0.1

    drive_stepper(drive, [0.05, 0.5, 1.0])


def test_a_number_between_those_of_the_series_can_be_typed() -> None:
    async def drive(pilot: Pilot[None], stepper: Stepper) -> None:
        stepper.limits = (0.0, 100.0)
        await pilot.press("0", ".", "7", "3")
        assert stepper.value == 0.73
        await pilot.press("right")
        assert stepper.value == 1.0
        await pilot.press("0", ".", "7", "3", "left")
        assert stepper.value == 0.5
        await pilot.press("5", "0")
        assert stepper.value == 50
        await pilot.press("right")
        assert stepper.value == 1.0  # the greatest of the series, and not beyond
        stepper.value = 500
        assert stepper.value == 100

    drive_stepper(drive, [0.0, 0.5, 1.0])


def test_whole_numbers_have_no_point() -> None:
    async def drive(pilot: Pilot[None], stepper: Stepper) -> None:
        stepper.limits = (0, 999_999_999)
        await pilot.press(*"123456")
        assert stepper.value == 123456
        assert isinstance(stepper.value, int)
        await pilot.press("enter", "2", ".", "5")
        assert stepper.value == 2
        assert "whole number" in next(iter(pilot.app._notifications)).message

    drive_stepper(drive, [None, *range(10)])


def test_words_are_stepped_and_not_typed() -> None:
    async def run() -> None:
        class One(App[None]):
            def compose(self) -> ComposeResult:
                yield WordStepper("wrap", ["words", "re-flow"], "re-flow")

        app = One()
        async with app.run_test() as pilot:
            stepper = app.query_one(WordStepper)
            assert stepper.word == "re-flow"
            await pilot.press("tab", "left", "left", "7")
            assert stepper.word == "words"
            stepper.word = "re-flow"
            stepper.word = "none such"
            assert (stepper.word, stepper.value) == ("re-flow", 1)
            assert "re-flow" in stepper.render().plain

    asyncio.run(run())


@pytest.mark.parametrize("fewer", [["nothing yet"], ["words", "a much longer word than those"]])
def test_fewer_words_can_take_the_place_of_many(fewer: list[str]) -> None:
    class Steppers(App[None]):
        def compose(self) -> ComposeResult:
            yield WordStepper("with", ["words", "quotes", "digits", "capitals"], "capitals")

    async def drive() -> None:
        app = Steppers()
        async with app.run_test(size=(60, 5)) as pilot:
            stepper = app.query_one(WordStepper)
            stepper.offer_words(fewer)
            await pilot.pause()
            assert stepper.word == fewer[0]
            assert len(stepper.render()) <= stepper.size.width

    asyncio.run(drive())


@quick
@given(st.lists(st.integers(0, 50), min_size=1, unique=True), st.floats(-5, 60), st.integers(0, 2))
def test_the_nearest_value_is_chosen(numbers: list[int], wanted: float, none: int) -> None:
    values = [*[None] * (none == 1), *sorted(numbers), *[None] * (none == 2)]
    found = Stepper("number", values, wanted).value
    assert found is not None
    assert abs(found - wanted) == min(abs(one - wanted) for one in numbers)
