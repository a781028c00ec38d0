"""Classify, Translate and Train: what a person can do there."""

import csv
import json
from pathlib import Path

import pytest
from app_helpers import driven, said, typed, until
from textual.pilot import Pilot
from textual.widgets import Input, Select, Static, TextArea

from corpora.scan.grammar import interpret
from tui.classify.pane import ClassifyPane
from tui.classify.review_table import ReviewTable
from tui.generate.pane import GeneratePane
from tui.screens import Ask
from tui.train.curves import Curves
from tui.train.log import RunLog
from tui.train.pane import TrainPane
from tui.translate.grammar import NextWord, checked
from tui.translate.heat_map import HeatMap
from tui.translate.pane import TranslatePane
from tui.widgets.bars import Bars

# Classify


def test_a_review_is_classified_while_it_is_typed() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review, table = pane.query_one("#review", TextArea), pane.query_one(ReviewTable)
        review.text = "a superb film"
        await until(pilot, lambda: said(pane, "#verdict").startswith("good, "))
        await until(pilot, lambda: "superb" in said(pane, "#colored"))
        assert [bar.name for bar in pane.query_one(Bars).bars] == ["bad", "good"]
        await until(pilot, lambda: len(table.judged) == 1)
        review.text = "a superb film with an awful plot and dull cast"
        await until(pilot, lambda: "10 words" in said(pane, "#verdict"))
        await until(pilot, lambda: table.judged[0].text == review.text)
        assert len(table.judged) == 1  # the same text, gone on with
        await pilot.press("ctrl+n")
        await until(pilot, lambda: said(pane, "#verdict") == "")
        review.text = "awful dull awful [plot] \x1b"
        await until(pilot, lambda: said(pane, "#verdict").startswith("bad, "))
        await until(
            pilot, lambda: "awful [plot] \N{REPLACEMENT CHARACTER}" in said(pane, "#colored")
        )
        await until(pilot, lambda: len(table.judged) == 2)
        table.focus()
        table.move_cursor(row=0)
        await pilot.press("enter")
        assert review.text.endswith("dull cast")

    driven(drive, "classify")


def test_a_file_of_reviews_is_read_and_written_as_csv() -> None:
    texts = [f"a {'superb' if number % 2 else 'awful'} film {number}" for number in range(150)]
    Path("mine.txt").write_text("\n".join(texts))

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: isinstance(pane.query_one("#classifier", Select).value, str))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        pilot.app.screen.query_one(Input).value = "mine.txt"
        await pilot.press("enter")
        await until(pilot, lambda: "150 of 150 reviews" in said(pane, "#progress"))
        table = pane.query_one(ReviewTable)
        assert [one.text for one in table.judged] == texts
        assert [one.label for one in table.judged[:4]] == ["bad", "good", "bad", "good"]
        assert table.row_count == 150
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, Path("reviews-classified.csv").exists)
        with Path("reviews-classified.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["text"] for row in rows] == texts
        assert {row["label"] for row in rows} == {"good", "bad"}

    driven(drive, "classify")


def test_a_file_that_cannot_be_read_is_said() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: isinstance(pane.query_one("#classifier", Select).value, str))
        pane.read_file("reviews", "nowhere.csv")
        await until(pilot, lambda: len(pilot.app._notifications) == 1)
        (note,) = pilot.app._notifications
        assert "nowhere.csv" in note.message

    driven(drive, "classify")


# Translate


@pytest.mark.parametrize(
    ("typed_", "whole", "wrong", "follow"),
    [
        ("", False, "", "turn walk look run jump"),
        ("ju", False, "", "jump"),
        ("jump", True, "", "and after twice thrice opposite around left right"),
        ("jump t", False, "", "twice thrice"),
        ("turn ", False, "", "opposite around left right"),
        ("jump twice twice", False, "cannot stand here", ""),
        ("jump twize ", False, "is no word", ""),
    ],
)
def test_a_command_is_checked_while_it_is_typed(
    typed_: str, whole: bool, wrong: str, follow: str
) -> None:
    found = checked(typed_)
    assert found.whole == whole
    assert (wrong in found.wrong) == bool(found.wrong or not wrong)
    assert found.follow == tuple(follow.split())


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [("ju", "jump"), ("jump tw", "jump twice"), ("jump ", None), ("jump q", None), ("", None)],
)
def test_a_word_is_completed(value: str, suggestion: str | None) -> None:
    import asyncio

    assert asyncio.run(NextWord().get_suggestion(value)) == suggestion


def test_a_command_is_translated_and_walked_about_in() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await until(pilot, lambda: set(pane.said) == {"left", "right"})
        field = pane.query_one("#command", Input)
        field.value = ""
        await typed(pilot, "walk left")
        await until(pilot, lambda: pane.said["right"].command == ("walk", "left"))
        assert "✓ 2 actions" in said(pane, "#grammar")
        looked = pane.query_one("#left-map", HeatMap)
        plain = pane.query_one("#right-map", HeatMap)
        assert looked.map.weights is not None
        assert plain.map.weights is None
        found = pane.said["left"]
        right = found.actions == interpret("walk left") and found.ended
        assert ("✓" in said(pane, "#left-said")) == right
        await pilot.press("f6", "down", "right", "right", "right")
        assert (looked.row, looked.column) == (min(1, len(found.steps) - 1), 1)
        assert plain.row == min(looked.row, len(plain.map.steps) - 1)
        bars = pane.query_one("#left-bars", Bars).bars
        assert [bar.marked for bar in bars].count(True) == 1
        assert sum(bar.share for bar in bars) == pytest.approx(1, abs=1e-4)
        await pilot.press("f7")
        assert (looked.shown, looked.row) == (1, 0)
        await pilot.press("down")
        assert looked.shown == min(2, len(found.steps))
        await pilot.press("f7")
        assert looked.shown is None
        await pilot.click("#left-map", offset=(looked._margin + 1, 1))
        assert (looked.row, looked.column) == (0, 0)

    driven(drive, "translate", (120, 40))


def test_what_is_no_command_is_said_and_not_translated() -> None:
    async def drive(pilot: Pilot[None], pane: TranslatePane) -> None:
        await until(pilot, lambda: set(pane.said) == {"left", "right"})
        before = pane.said["left"].command
        pane.query_one("#command", Input).value = "turn twice "
        await until(pilot, lambda: "'twice' cannot stand here" in said(pane, "#grammar"))
        assert pane.query_one("#grammar", Static).has_class("wrong")
        assert pane.said["left"].command == before

    driven(drive, "translate")


# Train

TINY = ["--preset", "tiny"]


def test_a_training_is_started_watched_stopped_and_gone_on_with() -> None:
    text = "the cat sat on the mat and the dog ran to the park. " * 400
    Path("pets.txt").write_text(text)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        (name,) = pane.trainings
        assert pane.chosen == name == "runs/pets"
        log = pane.logs[name]
        await until(pilot, lambda: len(log.train) >= 2, seconds=90)
        await until(pilot, lambda: "nats" in said(pane, "#figures"))
        assert len(pane.query_one(Curves).train) >= 2
        assert pane.under_way()
        pane.action_stop()
        await until(pilot, lambda: not pane.under_way(), seconds=60)
        await until(pilot, lambda: log.state == "interrupted")
        step = log.step["step"]
        pane.action_resume()
        await until(pilot, lambda: log.step.get("step", 0) > step, seconds=90)
        pane.action_stop()
        await until(pilot, lambda: not pane.under_way(), seconds=60)

    driven(drive, "train")


def test_a_corpus_that_is_none_is_said() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "nowhere"
        pane.start()
        await until(pilot, lambda: len(pilot.app._notifications) == 1, seconds=60)
        (note,) = pilot.app._notifications
        assert "no file, folder or corpus called 'nowhere'" in note.message
        assert not pane.trainings

    driven(drive, "train")


def test_a_run_is_opened_in_generate(small_models: Path) -> None:
    Path("runs").mkdir()
    Path("runs/mine").symlink_to(small_models / "charlm" / "tiny")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: pane.chosen == "runs/mine")
        await pilot.press("f9")
        app = pilot.app
        await until(pilot, lambda: isinstance(app.pane, GeneratePane))  # type: ignore[attr-defined]
        select = app.query_one("#model", Select)
        await until(pilot, lambda: select.value == "runs/mine")

    driven(drive, "train")


def _step(step: int, epoch: float, loss: float) -> str:
    figures = {"units_per_second": 5.0, "gradient_norm": 0.5, "remaining": 3.0}
    event = {"event": "step", "step": step, "epoch": epoch, "train_loss": loss, **figures}
    return json.dumps(event)


def test_a_log_is_read_as_it_grows(tmp_path: Path) -> None:
    log, file = RunLog(tmp_path), tmp_path / "metrics.jsonl"
    assert not log.read()
    lines = [
        '{"event": "started", "parameters": 5, "unit": "characters"}',
        _step(10, 0.5, 2.0),
        "damaged",
        '{"event": "evaluated", "epoch": 0.5, "loss": 1.5}',
        '{"event": "sampled", "text": "abc"}',
        '{"event": "step", "step": 15, "epoch": "?", "train_loss": 1.0}',
        _step(20, 1.0, 1.0),
    ]
    data = "".join(f"{line}\n" for line in lines)
    for start in range(0, len(data), 7):
        with file.open("a") as out:
            out.write(data[start : start + 7])
        log.read()
    assert log.train == [(0.5, 2.0), (1.0, 1.0)]
    assert log.norms == [(0.5, 0.5), (1.0, 0.5)]
    assert "pass 1.00, train 1.0000 nats" in log.figures()
    assert log.validation == [(0.5, 1.5)]
    assert (log.best, log.sample, log.state) == (1.5, "abc", "training")
    file.write_text(f"{lines[0]}\n")  # resumed from the beginning
    assert log.read()
    assert (log.train, log.best) == ([], None)
