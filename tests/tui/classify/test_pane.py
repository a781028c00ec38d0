"""Classify: what a person can do there."""

from __future__ import annotations

import csv
import threading
import time
from pathlib import Path

import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from rich.text import Text
from stand_ins import Critic, WordContributions
from textual.coordinate import Coordinate
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static, TextArea

from charlm.drawing.words import COLORS
from seq.imdb.library import Prediction
from tui.classify.pane import ClassifyPane
from tui.classify.review_table import ReviewTable
from tui.classify.reviews import Reviews
from tui.screens import Ask
from tui.widgets.bars import Bars

GREEN, RED = (scale[-1].split()[-1] for scale in COLORS)

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
        table = pane.query_one(Reviews).shown
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
        (model,) = pane.classifiers._models.values()
        assert not model.model.training  # threads share it
        await pane.workers.wait_for_complete()
        await until(pilot, lambda: read_line(pane, "#verdict") == "")

    run_app(drive, "classify")


def read_colors(pane: ClassifyPane, selector: str) -> dict[str, str]:
    """Return the colour of every coloured word of a line."""
    line = pane.query_one(selector, Static).content
    assert isinstance(line, Text)
    return {
        line.plain[span.start : span.end].strip(): str(span.style).split()[-1]
        for span in line.spans
        if span.style
    }


@pytest.mark.parametrize("label", ["negative", "positive"])
def test_a_colour_means_the_same_class_whatever_the_verdict_is(
    label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def classify(self: Critic, texts: list[str]) -> list[Prediction]:
        return [Prediction(label, {"negative": 0.4, "positive": 0.6}, 3, 0) for _ in texts]

    def pieces(self: WordContributions) -> list[tuple[str, float]]:
        sign = 1 if label == "positive" else -1  # contributions are to the label
        return [("superb ", sign * 1.0), ("waste", sign * -1.0)]

    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Critic())
    monkeypatch.setattr("seq.imdb.explain.explain", WordContributions)
    monkeypatch.setattr(Critic, "classify", classify)
    monkeypatch.setattr(WordContributions, "pieces", pieces)

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        pane.query_one("#review", TextArea).text = "superb waste"
        await until(pilot, lambda: "superb" in read_line(pane, "#colored"))
        assert read_colors(pane, "#colored") == {"superb": GREEN, "waste": RED}
        assert read_colors(pane, "#meaning") == {"positive": GREEN, "negative": RED}
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not read_line(pane, "#meaning"))

    run_app(drive, "classify")


def list_texts(pane: ClassifyPane) -> list[str]:
    return [one.text for one in pane.query_one(Reviews).shown.results]


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pane use models that need no time, and remember a text at once."""
    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Critic())
    monkeypatch.setattr("seq.imdb.explain.explain", WordContributions)
    monkeypatch.setattr("tui.classify.pane.HISTORY_DELAY", 0.05)


def test_a_row_that_is_opened_again_stays_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review, table = pane.query_one("#review", TextArea), pane.query_one(Reviews).typed
        texts = ["a superb film", "an awful one", "so so"]
        for text in texts:
            review.text = text
            await until(pilot, lambda text=text: text in list_texts(pane))
        for row in (0, 2):
            table.focus()
            table.move_cursor(row=row)
            await pilot.press("enter")
            await until(pilot, lambda row=row: review.text == texts[row])
            await pilot.pause(0.6)
            assert list_texts(pane) == texts
            assert table.cursor_row == row
        review.text += ", but short"  # typing on from the last row keeps it
        await until(pilot, lambda: list_texts(pane) == [*texts, "so so, but short"])
        review.text += ". Or not"  # while what is being typed is one row
        await until(pilot, lambda: list_texts(pane) == [*texts, "so so, but short. Or not"])
        assert table.csv().decode().count("so so") == 2
        assert [str(table.get_cell_at(Coordinate(row, 2))) for row in range(4)] == list_texts(pane)

    run_app(drive, "classify")


def test_a_file_takes_nothing_from_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    Path("mine.txt").write_text("one\ntwo\n")
    Path("more.txt").write_text("three\n")

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review, reviews = pane.query_one("#review", TextArea), pane.query_one(Reviews)
        review.text = "typed"
        await until(pilot, lambda: list_texts(pane) == ["typed"])
        for name, texts in (("mine.txt", ["one", "two"]), ("more.txt", ["three"])):
            pane.read_file("reviews", name)
            await until(pilot, lambda texts=texts: list_texts(pane) == texts)
        reviews.opened.focus()
        await pilot.press("enter")
        await until(pilot, lambda: review.text == "three")
        await pilot.pause(0.6)
        review.text += " on"
        await until(pilot, lambda: len(reviews.typed.results) == 2)
        assert list_texts(pane) == ["three"]
        await pilot.press("f7")
        assert list_texts(pane) == ["typed", "three on"]
        assert read_line(pane, "#progress") == "F7 shows the file: 1 of 1 reviews of more.txt"
        await pilot.press("f7", "f8")
        assert list_texts(pane) == ["typed", "three on"]
        assert not reviews.opened.results
        assert read_line(pane, "#progress") == ""

    run_app(drive, "classify")


def test_an_emptied_table_stays_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    Path("mine.txt").write_text("".join(f"text {number}\n" for number in range(300)))
    asked, go_on = threading.Event(), threading.Event()

    def classify(self: Critic, texts: list[str]) -> list[Prediction]:
        if "text 64" in texts:
            asked.set()
            go_on.wait(20)
        return [Prediction("positive", {"negative": 0.4, "positive": 0.6}, 2, 0) for _ in texts]

    monkeypatch.setattr(Critic, "classify", classify)

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.query_one("#classifier", Select).value == "reviews")
        pane.read_file("reviews", "mine.txt")
        await until(pilot, lambda: asked.is_set() and len(list_texts(pane)) == 64)
        go_on.set()
        time.sleep(0.3)  # the loop stands still: what the thread reports waits in the queue
        pane.action_empty()
        await pilot.pause(0.3)
        assert not pane.query_one(Reviews).opened.results
        assert read_line(pane, "#progress") == ""

    run_app(drive, "classify")


def test_no_verdict_waits_for_an_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch)
    explaining, go_on = threading.Event(), threading.Event()

    def explain(classifier: Critic, text: str) -> WordContributions:
        explaining.set()
        if text == "slow":
            go_on.wait(20)
        return WordContributions(classifier, text)

    monkeypatch.setattr("seq.imdb.explain.explain", explain)

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review = pane.query_one("#review", TextArea)
        try:
            review.text = "slow"
            await until(pilot, explaining.is_set)
            review.text = "these are four words"
            await until(pilot, lambda: "4 words" in read_line(pane, "#verdict"), 5)
            assert not go_on.is_set()
        finally:
            go_on.set()
        await until(pilot, lambda: "these are four words" in read_line(pane, "#colored"))

    run_app(drive, "classify")
