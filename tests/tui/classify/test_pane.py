"""Classify: what a person can do with a review."""

from __future__ import annotations

import time
from typing import Any

import pytest
from app_helpers import run_app, type_text, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from charlm.runs.registry import CLASSIFIER
from tui.classify.curve_view import CurveView
from tui.classify.examples import EXAMPLES
from tui.classify.inks import ON_DARK
from tui.classify.pane import ClassifyPane
from tui.classify.review_text import PreviewText, ReviewText
from tui.classify.reviews import Reviews
from tui.classify.verdict_view import VerdictView
from tui.reading import Reading
from tui.widgets.panel import Panel


def own(pane: ClassifyPane) -> ReviewText:
    return pane.query_one("#review", ReviewText)


def typed(pane: ClassifyPane) -> list[str]:
    return [row.text for row in pane.query_one(Reviews).typed.results]


def is_shown(pane: ClassifyPane) -> bool:
    """Return whether the app has seen that one's own text has changed."""
    return not own(pane).text or pane.panel.subject.text == own(pane).text


def verdict_of(pane: ClassifyPane) -> str:
    """Return the title of the panel with the verdict, or nothing while it is stale."""
    panel = pane.query_one("#verdict-panel", Panel)
    return "" if panel.stale or not is_shown(pane) else panel.title


def is_read_on(pane: ClassifyPane) -> bool:
    """Return whether the curve is that of the text that is shown."""
    stale = pane.query_one("#curve-panel", Panel).stale
    return pane.curve.curve is not None and not stale and is_shown(pane)


def words_of(pane: ClassifyPane) -> dict[str, int]:
    """Return the coloured words of the text that is shown, with their levels."""
    text = pane.panel.text
    return (
        {}
        if text.faded or not is_shown(pane)
        else {span.word: span.level for span in text.spans if span.level}
    )


@pytest.mark.usefixtures("models")
def test_a_review_is_classified_while_it_is_typed() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review = own(pane)
        review.text = "a superb film"
        await until(pilot, lambda: "GOOD" in verdict_of(pane))
        await until(pilot, lambda: "superb" in words_of(pane))
        assert list(pane.verdict.opinion.shares) == ["bad", "good"]
        await until(pilot, lambda: is_read_on(pane))
        assert pane.curve.curve.words == ("a", "superb", "film")
        await until(pilot, lambda: typed(pane) == ["a superb film"])
        review.text = "a superb film with an awful plot and dull cast"
        await until(pilot, lambda: "10 words" in pane.panel.title)
        await until(pilot, lambda: typed(pane) == [review.text])  # it replaces its beginning
        await pilot.press("ctrl+n")
        await until(pilot, lambda: pane.verdict.opinion is None and verdict_of(pane) == "Verdict")
        assert pane.curve.curve is None
        review.text = "awful dull awful [plot] \x1b"
        await until(pilot, lambda: "BAD" in verdict_of(pane))
        await until(pilot, lambda: len(typed(pane)) == 2)
        table = pane.query_one(Reviews).typed
        table.focus()
        table.move_cursor(row=0)
        await pilot.press("enter")
        await until(pilot, lambda: review.text.endswith("dull cast"))
        assert pilot.app.focused is review

    run_app(drive, "classify")


@pytest.mark.usefixtures("models")
def test_a_model_that_is_loaded_says_so_no_longer() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.classifiers._models)
        (model,) = pane.classifiers._models.values()
        assert not model.model.training  # threads share it
        await pane.workers.wait_for_complete()
        await until(pilot, lambda: all(panel.work is None for panel in pane.query(Panel)))
        assert "bad/good" in pane.about

    run_app(drive, "classify")


def style_of(text: ReviewText, word: str) -> str:
    """Return the style of a word where it is typed."""
    line = text.get_line(0)
    start = line.plain.index(word)
    (found,) = [str(span.style) for span in line.spans if span.start == start]
    return found


@pytest.mark.wide
@pytest.mark.parametrize("text", ["superb waste superb", "superb waste waste waste"])
def test_a_colour_means_the_same_class_whatever_the_verdict_is(stage: Any, text: str) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        own(pane).text = text
        await until(pilot, lambda: len(words_of(pane)) == 2)
        assert style_of(own(pane), "superb") in ON_DARK.words[0]
        assert style_of(own(pane), "waste") in ON_DARK.words[1]
        assert "bold" in style_of(own(pane), "superb")
        assert "underline" in style_of(own(pane), "waste")
        said = {line.span.word: line.text.plain for line in pane.verdict._draw() if line.span}
        assert "+2.0" in said["superb"]
        assert "-1.4" in said["waste"]
        meaning = str(pane.query_one("#meaning", Static).content)
        assert "bold  speaks for positive,  underlined  for negative" in meaning
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not str(pane.query_one("#meaning", Static).content))

    run_app(drive, "classify")


def test_what_is_said_of_the_text_before_is_dimmed_at_once(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review = own(pane)
        review.text = "a superb mess"
        await until(pilot, lambda: is_read_on(pane) and len(words_of(pane)) == 2)
        review.move_cursor(review.document.end)
        review.focus()
        strong = style_of(review, "superb")
        review.insert(" indeed")
        await pilot.pause()
        stale = [panel.id for panel in pane.query(Panel) if panel.stale]
        assert stale == ["verdict-panel", "curve-panel"]
        assert review.faded
        assert style_of(review, "superb") == ON_DARK.words[0][0] != strong
        await until(pilot, lambda: not any(panel.stale for panel in pane.query(Panel)))
        assert not review.faded

    run_app(drive, "classify")


def test_no_verdict_waits_for_an_explanation_and_an_outdated_one_stops(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        stage.explain_gate.clear()
        try:
            own(pane).text = "slow and superb"
            await until(pilot, lambda: "POSITIVE" in verdict_of(pane))
            panel = pane.query_one("#verdict-panel", Panel)
            await until(pilot, lambda: "explaining words" in str(panel.border_subtitle))
            own(pane).text = "these are four words"
            await until(pilot, lambda: "4 words" in pane.panel.title, 5)
            await until(pilot, lambda: stage.stopped == ["slow and superb"], 5)
            await until(pilot, lambda: "these are four words" in stage.explained)
            assert "slow and superb" not in stage.explained
            own(pane).text = "slow, too"
            await until(pilot, lambda: "slow, too" in stage.begun)
            assert panel.work is not None
            await pilot.press("escape")
            await until(pilot, lambda: "slow, too" in stage.stopped)
            assert panel.work is None
        finally:
            stage.explain_gate.set()

    run_app(drive, "classify")


def test_the_cursor_and_the_curve_show_the_same_word(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review, view = own(pane), pane.query_one(CurveView)
        review.text = "it was dull\nbut the end is superb"
        await until(pilot, lambda: is_read_on(pane))
        review.focus()
        review.move_cursor((1, 0))
        await until(pilot, lambda: view.mark == 3)
        foot = pane.query_one("#curve-panel", Panel)
        assert foot.foot.startswith('after "but" 23%')
        view.focus()
        await pilot.press("end")
        assert review.cursor_location == (1, 15)
        await pilot.press("left", "left")
        assert (view.mark, review.cursor_location) == (5, (1, 8))
        columns = view.size.width - 6
        await pilot.click(view, offset=(6 + view.curve.find_column(2, columns), 1))
        assert (view.mark, review.cursor_location) == (2, (0, 7))
        assert "(-27)" in foot.foot
        verdict = pane.query_one(VerdictView)
        rows = [line.span.word if line.span else "" for line in verdict._lines]
        await pilot.click(verdict, offset=(1, rows.index("superb")))
        await until(pilot, lambda: review.cursor_location == (1, 15))

    run_app(drive, "classify", size=(120, 36))


def test_inside_reads_the_word_at_the_cursor(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        own(pane).text = "it was dull but superb"
        await until(pilot, lambda: is_read_on(pane))
        own(pane).move_cursor((0, 9))
        assert pane.get_reading() == Reading(CLASSIFIER, "reviews", "it was dull but superb", 2)
        own(pane).text = " "
        await pilot.pause()
        assert pane.get_reading() is None

    run_app(drive, "classify")


def test_the_first_visit_shows_an_example_and_f8_the_next_one(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        preview = pane.query_one(PreviewText)
        assert preview.text == EXAMPLES[0].text
        assert pilot.app.focused is preview
        await until(pilot, lambda: "POSITIVE" in verdict_of(pane))
        await until(pilot, lambda: pane.curve.curve is not None and words_of(pane))
        assert "example 1 of 5" in pane.panel.title
        lines = [line.text.plain for line in pane.verdict._draw()]
        assert "✓ right: its author means POSITIVE" in lines
        await pilot.press("f8")
        await until(pilot, lambda: "NEGATIVE" in verdict_of(pane))
        assert preview.text == EXAMPLES[1].text
        lines = [line.text.plain for line in pane.verdict._draw()]
        assert "✗ wrong: its author means POSITIVE" in lines
        assert typed(pane) == []  # nobody has typed it
        await type_text(pilot, "so ")
        assert own(pane).text == "so "
        assert pilot.app.focused is own(pane)
        assert not preview.display
        for number in (2, 3, 4, 5, 1):
            await pilot.press("f8")
            assert f"example {number} of 5" in pane.panel.title
        await pilot.press("escape")
        assert own(pane).display
        assert own(pane).text == "so "
        await pilot.press("f8", "enter")
        await until(pilot, lambda: own(pane).text == EXAMPLES[0].text)
        await pilot.press("ctrl+z")
        await until(pilot, lambda: own(pane).text == "so ")

    run_app(drive, "classify")


def test_an_example_is_only_judged_where_the_classes_are_known(stage: Any) -> None:
    stage.readers["reviews"].classes = ("crime", "love")

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: pane.verdict.opinion is not None)
        assert pane.panel.subject.truth is None

    run_app(drive, "classify")


def test_more_than_two_classes(stage: Any) -> None:
    stage.readers["reviews"].classes = ("crime", "love", "space")

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        own(pane).text = "a superb lovely film, if not silly"
        await until(pilot, lambda: "SPACE" in verdict_of(pane))
        await until(pilot, lambda: len(words_of(pane)) == 4)
        lines = [line.text.plain for line in pane.verdict._draw()]
        assert [line.split()[:1] for line in lines[:3]] == [["crime"], ["love"], ["▸"]]
        assert any("- the others│space +" in line for line in lines)
        await until(pilot, lambda: is_read_on(pane))
        assert "P(space)" in pane.query_one("#curve-panel", Panel).title
        assert "crime/love/space" in pane.about

    run_app(drive, "classify", size=(120, 36))


def test_what_was_typed_and_chosen_comes_back(stage: Any) -> None:
    async def write(pilot: Pilot[None], pane: ClassifyPane) -> None:
        for text in ("a superb film", "an awful one", "so"):
            own(pane).text = text
            await until(pilot, lambda text=text: text in typed(pane))
        own(pane).text = "so much for that, not yet classified"
        await pilot.press("ctrl+q")

    async def read(pilot: Pilot[None], pane: ClassifyPane) -> None:
        assert own(pane).text == "so much for that, not yet classified"
        assert typed(pane)[:2] == ["a superb film", "an awful one"]
        assert pane.query_one(Reviews).typed.results[1].label == "negative"
        await until(pilot, lambda: "NEGATIVE" in verdict_of(pane))
        assert pane.panel.typed

    run_app(write, "classify")
    run_app(read, "classify")


def test_a_text_without_words_has_no_verdict(stage: Any) -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        own(pane).text = "a superb film"
        await until(pilot, lambda: words_of(pane))
        own(pane).text = " \n "
        await until(pilot, lambda: verdict_of(pane) == "Verdict")
        assert pane.verdict.opinion is None
        assert "Type a review" in pane.verdict.hint

    run_app(drive, "classify")


def test_without_a_classifier_the_panel_says_where_one_comes_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.widgets.choice.list_names", lambda kind: [])

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: "F5" in pane.verdict.hint)
        await pilot.press("ctrl+l")
        assert "no other classifier" in (await wait_for_note(pilot)).message

    run_app(drive, "classify")


def test_a_long_review_can_be_typed_on(stage: Any) -> None:
    """Each key moves the colours of 20,000 characters."""

    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        review = own(pane)
        review.text = "a superb film, not a mess\n" * 800
        await until(pilot, lambda: len(review.spans) > 2000)
        review.move_cursor((400, 3))
        began = time.perf_counter()
        review.fade()
        assert time.perf_counter() - began < 0.5  # 0.02 alone
        assert isinstance(review, TextArea)

    run_app(drive, "classify")


@pytest.mark.usefixtures("models")
def test_a_late_timer_still_has_a_review_classified() -> None:
    async def drive(pilot: Pilot[None], pane: ClassifyPane) -> None:
        await until(pilot, lambda: verdict_of(pane) and is_read_on(pane))
        own(pane).focus()
        await type_text(pilot, "Superb")
        await until(pilot, lambda: verdict_of(pane))
        pane.dim()
        pane.schedule(0)
        time.sleep(0.1)  # the event loop is held meanwhile, as by a busy machine
        await until(pilot, lambda: verdict_of(pane))

    run_app(drive, "classify", (120, 36))
