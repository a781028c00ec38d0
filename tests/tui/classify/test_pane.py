"""Classify: what a person can do there."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import Input, Select, TextArea

from tui.classify.pane import ClassifyPane
from tui.classify.review_table import ReviewTable
from tui.screens import Ask
from tui.widgets.bars import Bars

pytestmark = pytest.mark.usefixtures("models")


def test_a_review_is_classified_while_it_is_typed() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review, table = pane.query_one("#review", TextArea), pane.query_one(ReviewTable)
        review.text = "a superb film"
        await until(pilot, lambda: read_line(pane, "#verdict").startswith("good, "))
        await until(pilot, lambda: "superb" in read_line(pane, "#colored"))
        assert [bar.name for bar in pane.query_one(Bars).bars] == ["bad", "good"]
        await until(pilot, lambda: len(table.results) == 1)
        review.text = "a superb film with an awful plot and dull cast"
        await until(pilot, lambda: "10 words" in read_line(pane, "#verdict"))
        await until(pilot, lambda: table.results[0].text == review.text)
        assert len(table.results) == 1  # the longer text replaces its beginning
        await pilot.press("ctrl+n")
        await until(pilot, lambda: read_line(pane, "#verdict") == "")
        review.text = "awful dull awful [plot] \x1b"
        await until(pilot, lambda: read_line(pane, "#verdict").startswith("bad, "))
        shown = "awful [plot] \N{REPLACEMENT CHARACTER}"
        await until(pilot, lambda: shown in read_line(pane, "#colored"))
        await until(pilot, lambda: len(table.results) == 2)
        table.focus()
        table.move_cursor(row=0)
        await pilot.press("enter")
        await until(pilot, lambda: review.text.endswith("dull cast"))

    run_app(drive, "classify")


def test_a_file_of_reviews_is_read_and_written_as_csv() -> None:
    texts = [f"a {'superb' if number % 2 else 'awful'} film {number}" for number in range(150)]
    Path("mine.txt").write_text("\n".join(texts))

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: isinstance(pane.query_one("#classifier", Select).value, str))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one(Input).value = "mine.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "150 of 150 reviews" in read_line(pane, "#progress"))
        table = pane.query_one(ReviewTable)
        assert [one.text for one in table.results] == texts
        assert [one.label for one in table.results[:4]] == ["bad", "good", "bad", "good"]
        assert table.row_count == 150
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, Path("reviews-classified.csv").exists)
        with Path("reviews-classified.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["text"] for row in rows] == texts
        assert [row["label"] for row in rows] == [one.label for one in table.results]

    run_app(drive, "classify")


def test_a_file_that_cannot_be_read_is_an_error_message() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: isinstance(pane.query_one("#classifier", Select).value, str))
        pane.read_file("reviews", "nowhere.csv")
        assert "nowhere.csv" in (await wait_for_note(pilot)).message

    run_app(drive, "classify")


def test_a_model_that_is_loaded_says_so_no_longer() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.classifiers._models)
        await pane.workers.wait_for_complete()
        await until(pilot, lambda: read_line(pane, "#verdict") == "")

    run_app(drive, "classify")
