"""Classify: tables of reviews, typed and opened."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, type_text, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import Input

from tui.classify.good_view import GoodView
from tui.classify.pane import ClassifyPane
from tui.classify.review_table import ReviewTable
from tui.classify.review_text import PreviewText, ReviewText
from tui.classify.reviews import Reviews
from tui.classify.shelves import Shelves
from tui.screens import Ask, Choose
from tui.widgets.panel import Panel
from tui.widgets.workspace import Workspace


def own(pane: ClassifyPane) -> ReviewText:
    return pane.query_one("#review", ReviewText)


def shown(pane: ClassifyPane) -> list[int]:
    """Return the numbers of the reviews that are shown, in order."""
    return [row.number for row in pane.reviews.shown.rows.shown]


def texts(table: ReviewTable) -> list[str]:
    return [row.text for row in table.results]


async def open_file(pilot: Pilot[None], pane: ClassifyPane, path: str, total: int) -> ReviewTable:
    """Open a file as a user does, wait until it is read, and focus its table."""
    await until(pilot, lambda: pane.chosen is not None)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
    pilot.app.screen.query_one(Input).value = path
    await pilot.press("enter")
    await until(pilot, lambda: len(pane.reviews.opened.results) == total)
    await until(pilot, lambda: pane.reviews.work is None)
    pane.reviews.opened.focus()
    await pilot.pause()
    return pane.reviews.opened


async def export(pilot: Pilot[None], path: str) -> list[list[str]]:
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
    pilot.app.screen.query_one(Input).value = path
    await pilot.press("enter")
    await until(pilot, Path(path).exists)
    with Path(path).open(newline="") as file:
        return list(csv.reader(file))


def test_a_file_is_read_and_written_with_its_own_columns(stage: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await open_file(pilot, pane, table, 5)
        assert "mine.csv · 5 of 5" in pane.reviews.title
        assert "reviews/s" in pane.reviews.foot
        found = await export(pilot, "out.csv")
        assert found[0] == ["id", "text", "label", "predicted", "probability"]
        assert [row[0] for row in found[1:]] == ["a1", "a2", "a3", "a4", "a5"]
        said = ["positive", "negative", "negative", "negative", "positive"]
        assert [row[3] for row in found[1:]] == said
        await pilot.press("f")
        assert shown(pane) == [3, 5]
        found = await export(pilot, "wrong.csv")
        assert [row[0] for row in found[1:]] == ["a3", "a5"]
        before = Path("out.csv").read_bytes()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        question = str(pilot.app.screen.question)
        assert "2 of 5" in question
        pilot.app.screen.query_one(Input).value = "out.csv"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.press("escape")
        assert Path("out.csv").read_bytes() == before

    run_app(drive, "classify")


def test_moving_previews_and_enter_opens(stage: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        own(pane).text = "my own words"
        await until(pilot, lambda: texts(pane.reviews.typed) == ["my own words"])
        opened = await open_file(pilot, pane, table, 5)
        await pilot.press("down")
        preview = pane.query_one(PreviewText)
        assert preview.display
        assert preview.text == "An awful mess."
        assert pilot.app.focused is opened
        assert "2 of 5" in pane.panel.title
        assert "NEGATIVE" in pane.query_one("#verdict-panel", Panel).title  # at once
        lines = [line.text.plain for line in pane.verdict._draw()]
        assert "✓ right: in the file NEGATIVE" in lines
        await until(pilot, lambda: {span.word for span in preview.spans} == {"awful", "mess"})
        await pilot.press("end")
        assert preview.text == "A fine film."
        await pilot.press("escape")
        assert own(pane).display
        assert own(pane).text == "my own words"
        opened.focus()
        await pilot.press("home", "enter")
        assert own(pane).text == "A superb film, with a lovely cast."
        assert pilot.app.focused is own(pane)
        await pilot.press("ctrl+z")
        assert own(pane).text == "my own words"
        await until(pilot, lambda: pane.verdict.subject and pane.panel.typed)
        assert texts(pane.reviews.typed) == ["my own words"]  # the file has the other one

    run_app(drive, "classify", size=(120, 36))


def test_rows_are_sorted_filtered_and_chosen_by_keys(stage: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        opened = await open_file(pilot, pane, table, 5)
        await pilot.press("down", "down", "s")
        assert shown(pane) == [3, 5, 4, 1, 2]  # by doubt
        assert opened.row is not None
        assert opened.row.number == 3  # the cursor goes with its row
        assert "sorted by doubt" in pane.reviews.title
        await pilot.press("s", "s", "s")
        assert shown(pane)[:2] == [5, 3]  # the wrong ones first, the surest at the top
        await pilot.press("s")
        assert shown(pane) == [1, 2, 3, 4, 5]
        await pilot.press("slash")
        await type_text(pilot, "FILM")
        assert shown(pane) == [1, 5]
        assert 'with "FILM"' in pane.reviews.title
        await pilot.press("enter")
        assert pilot.app.focused is opened
        await pilot.press("f")
        assert shown(pane) == [5]
        await pilot.press("slash", "escape")
        assert shown(pane) == [3, 5]
        await pilot.press("f")
        assert len(shown(pane)) == 5

    run_app(drive, "classify")


def test_classes_in_the_file_say_how_good_the_model_is(stage: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await open_file(pilot, pane, table, 5)
        view = pane.query_one(GoodView)
        lines = view.render().plain.splitlines()
        assert lines[0].startswith("right 3 of 5 · 60.0%")
        cells = [line.split() for line in lines]
        assert ["is", "negative", "2", "1"] in cells
        assert ["is", "positive", "1", "1"] in cells
        steps = [row for row in cells if row and row[0].endswith("%")]
        assert [row[0] for row in steps] == ["50-70%", "70-90%", "90-100%"]
        assert [int(row[1]) for row in steps] == [0, 0, 3]
        assert [int(row[2]) for row in steps if not row[2].startswith("█")] == [2, 0]

    run_app(drive, "classify", size=(120, 48))


def test_without_classes_the_panel_says_why(stage: Any) -> None:
    Path("plain.csv").write_text("text,stars\nfine,5\nawful,1\n")

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        view = pane.query_one(GoodView)
        assert "Open a table that has classes" in " ".join(view.render().plain.split())
        await open_file(pilot, pane, "plain.csv", 2)
        said = " ".join(view.render().plain.split())
        assert "no column called label, sentiment, class or category" in said
        await pilot.press("f")
        assert "nobody says what is wrong" in (await wait_for_note(pilot)).message

    run_app(drive, "classify", size=(120, 36))


def test_a_second_classifier_is_laid_beside(two: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        opened = await open_file(pilot, pane, table, 5)
        await pilot.press("down")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: pane.second == "opposite")
        await until(pilot, lambda: all(row.other is not None for row in opened.results))
        await until(pilot, lambda: pane.verdict.second is not None)
        lines = [line.text.plain for line in pane.verdict._draw()]
        assert "≠ opposite says POSITIVE 97.3%" in lines
        assert [row.differs for row in opened.results] == [True] * 5
        await until(pilot, lambda: pane.reviews.work is None)
        said = " ".join(pane.query_one(GoodView).render().plain.split())
        assert "beside opposite: right 40.0%, differs on 5 of 5" in said
        found = await export(pilot, "two.csv")
        assert found[0][-2:] == ["second_predicted", "second_probability"]
        assert found[2][3:] == ["negative", found[2][4], "positive", found[2][6]]
        opened.results[0].compare(opened.results[0].opinion)
        await pilot.press("d")
        assert shown(pane) == [2, 3, 4, 5]
        for _ in range(5):
            await pilot.press("s")
        assert opened.rows.sort == "difference"
        await pilot.press("ctrl+l")  # away with it
        await until(pilot, lambda: pane.second is None and opened.second is None)
        assert shown(pane) == [1, 2, 3, 4, 5]
        pilot.app.clear_notifications()
        await pilot.press("d")
        assert "no second opinion" in (await wait_for_note(pilot)).message

    run_app(drive, "classify", size=(120, 48))


def test_a_file_that_is_opened_while_two_are_chosen_is_read_by_both(two: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.chosen is not None)
        await pilot.press("ctrl+l")
        opened = await open_file(pilot, pane, table, 5)
        await until(pilot, lambda: all(row.other is not None for row in opened.results))

    run_app(drive, "classify")


def test_another_classifier_dims_the_file_until_it_is_read_anew(two: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        opened = await open_file(pilot, pane, table, 5)
        pane.use("opposite")
        await until(pilot, lambda: pane.reviews.stale)
        assert opened.results[0].label == "positive"
        await pilot.press("ctrl+r")
        await until(pilot, lambda: [row.label for row in opened.results][:1] == ["negative"])
        await until(pilot, lambda: not pane.reviews.stale)
        assert "by opposite" in pane.reviews.title

    run_app(drive, "classify")


def test_reading_shows_how_far_it_is_and_can_be_stopped(stage: Any) -> None:
    Path("mine.txt").write_text(
        "".join(f"text {number}{' wait' * (number == 64)}\n" for number in range(300))
    )

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        stage.readers["reviews"].gate.clear()
        try:
            await until(pilot, lambda: pane.chosen is not None)
            pane.open_file("mine.txt")
            table = pane.reviews.opened
            await until(pilot, lambda: len(table.results) == 64)
            await until(pilot, lambda: "64 of 300" in str(pane.reviews.border_subtitle))
            table.focus()
            await pilot.press("escape")
            assert pane.reviews.work is None
            assert "64 of 300" in pane.reviews.title
            assert "stopped" in pane.reviews.title
            stage.readers["reviews"].gate.set()
            await pilot.pause(0.3)
            assert len(table.results) == 64
            await pilot.press("ctrl+r")
            await until(pilot, lambda: len(table.results) == 300)
        finally:
            stage.readers["reviews"].gate.set()

    run_app(drive, "classify")


def test_an_emptied_table_stays_empty(stage: Any) -> None:
    Path("mine.txt").write_text(
        "".join(f"text {number}{' wait' * (number == 64)}\n" for number in range(300))
    )

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        gate = stage.readers["reviews"].gate
        gate.clear()
        try:
            await until(pilot, lambda: pane.chosen is not None)
            pane.open_file("mine.txt")
            await until(pilot, lambda: len(pane.reviews.opened.results) == 64)
            gate.set()
            time.sleep(0.3)  # the loop stands still: what the thread reports waits in the queue
            pane.reviews.opened.focus()
            pane.reviews.opened.action_empty()
            await pilot.pause(0.3)
            assert not pane.reviews.opened.results
            assert pane.reviews.work is None
            assert pane.reviews.file is None
        finally:
            gate.set()

    run_app(drive, "classify")


def test_a_file_that_cannot_be_read_is_an_error_message(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.chosen is not None)
        pane.read_file("reviews", "nowhere.csv")
        assert "nowhere.csv" in (await wait_for_note(pilot)).message
        await until(pilot, lambda: pane.reviews.work is None)

    run_app(drive, "classify")


def test_a_row_that_is_opened_again_stays_one_row(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        table, wanted = pane.reviews.typed, ["a superb film", "an awful one", "so so"]
        for text in wanted:
            own(pane).text = text
            await until(pilot, lambda text=text: text in texts(table))
        for row in (0, 2):
            table.focus()
            table.move_cursor(row=row)
            await pilot.press("enter")
            await until(pilot, lambda row=row: own(pane).text == wanted[row])
            await pilot.pause(0.6)
            assert texts(table) == wanted
            assert table.cursor == row
        own(pane).text += ", but short"  # typing on from the last row keeps it
        await until(pilot, lambda: texts(table) == [*wanted, "so so, but short"])
        own(pane).text += ". Or not"  # while what is being typed is one row
        await until(pilot, lambda: texts(table) == [*wanted, "so so, but short. Or not"])
        found = await export(pilot, "typed.csv")
        assert [row[0] for row in found] == ["text", *texts(table)]

    run_app(drive, "classify")


def test_a_file_takes_nothing_from_what_was_typed(stage: Any) -> None:
    Path("mine.txt").write_text("one\ntwo\n")
    Path("more.txt").write_text("three\n")

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        reviews = pane.query_one(Reviews)
        own(pane).text = "typed"
        await until(pilot, lambda: texts(reviews.typed) == ["typed"])
        await open_file(pilot, pane, "mine.txt", 2)
        opened = await open_file(pilot, pane, "more.txt", 1)
        assert texts(reviews.shown) == ["three"]
        await pilot.press("enter")
        await until(pilot, lambda: own(pane).text == "three")
        await pilot.pause(0.6)
        own(pane).text += " on"
        await until(pilot, lambda: texts(reviews.typed) == ["typed", "three on"])
        assert texts(opened) == ["three"]
        opened.focus()
        await pilot.press("left")
        assert reviews.shown is reviews.typed is pilot.app.focused
        assert reviews.query_one(Shelves).render().plain == "▌Typed 2▐ more.txt 1 "
        await pilot.press("home", "delete")
        assert texts(reviews.typed) == ["three on"]
        await pilot.press("right", "shift+delete")
        assert reviews.file is None
        assert reviews.shown is reviews.typed
        assert texts(reviews.typed) == ["three on"]
        await pilot.press("shift+delete")
        assert texts(reviews.typed) == []

    run_app(drive, "classify")


def test_in_a_narrow_window_the_tables_are_a_tab(stage: Any, table: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        workspace = pane.query_one(Workspace)
        assert [panel.tab for panel in workspace.asides] == [
            "Verdict", "As it reads on", "Reviews", "How good",
        ]  # fmt: skip
        assert pane.panel.size.width >= 76
        await open_file(pilot, pane, table, 5)
        assert workspace.shown == "reviews"
        await pilot.press("alt+4")
        assert workspace.shown == "good-panel"
        assert pane.query_one(GoodView).size.height > 3

    run_app(drive, "classify", size=(80, 24))


@pytest.mark.wide
@pytest.mark.parametrize("width", [30, 60, 200])
def test_a_click_chooses_the_row_below_it(stage: Any, table: str, width: int) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        opened = await open_file(pilot, pane, table, 5)
        await pilot.click(opened, offset=(5, 2))
        assert opened.cursor == 1
        assert pane.query_one(PreviewText).text == "An awful mess."
        await pilot.click(opened, offset=(5, 0))  # the head
        assert opened.cursor == 1
        await pilot.click(opened, offset=(5, 1), times=2)
        await until(pilot, lambda: own(pane).text.startswith("A superb"))

    run_app(drive, "classify", size=(width, 40))
