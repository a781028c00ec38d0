"""What the panes share: tabs, help, the palette, what is remembered, and leaving."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until, wait_until
from textual.command import CommandList
from textual.events import MouseDown, MouseMove, MouseUp
from textual.pilot import Pilot
from textual.widgets import Input, Markdown, Static

from charlm.console.colors import PLAIN
from corpora.known.catalog import CATALOG
from tui import state
from tui.app import CharlmApp
from tui.generate.pane import GeneratePane
from tui.generate.prompt import Prompt
from tui.generate.text_view import TextView
from tui.help import Help
from tui.palette import Palette
from tui.screens import Choose
from tui.tabs import TABS
from tui.train.pane import TrainPane
from tui.widgets.choice import ModelChoice
from tui.widgets.stepper import Stepper


def app_of(pilot: Pilot[None]) -> CharlmApp:
    assert isinstance(pilot.app, CharlmApp)
    return pilot.app


def list_offers(app: CharlmApp) -> list[str]:
    """Return the commands that the open palette shows, once it has gathered them all."""
    if any(worker.is_running for worker in app.workers if worker.node is app.screen):
        return []
    return [str(one.prompt) for one in app.screen.query_one(CommandList).options]


def test_every_tab_has_its_key_and_its_help() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = app_of(pilot)
        for tab in (*TABS, *reversed(TABS)):
            await pilot.press(tab.key)
            await until(pilot, lambda tab=tab: app.tab == tab and app.pane is not None)
            assert type(app.pane).__name__ == tab.widget
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(app.screen, Help))
            assert len(app.screen.query_one(Markdown).source) > 200
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)

    run_app(drive)


@pytest.mark.usefixtures("models")
def test_the_palette_offers_every_action_model_and_corpus() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = app_of(pilot)
        offered = {one.title: one for one in app.get_system_commands(app.screen)}
        wanted = {tab.title for tab in TABS} | {f"Train on {name}" for name in CATALOG}
        actions = {binding.description for binding in GeneratePane.BINDINGS}  # type: ignore[union-attr]
        wanted |= {action[0].upper() + action[1:] for action in actions}
        wanted |= {"Generate with tiny", "Classify with reviews", "Translate with plain", "Theme"}
        assert wanted <= set(offered)
        await app.open("translate", "plain")
        await until(pilot, lambda: app.query_one("#left-model", ModelChoice).chosen == "plain")
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        app.screen.query_one(Input).value = "Train on mysterious_island"
        await until(
            pilot, lambda: "".join(list_offers(app)[:1]).startswith("Train on mysterious_island")
        )
        await pilot.press("enter")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.pane, TrainPane))
        assert app.pane is not None
        corpus = app.pane.query_one("#corpus", Input)
        await until(pilot, lambda: corpus.value == "mysterious_island")

    run_app(drive)


def test_models_are_looked_at_once_for_a_palette(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr("tui.palette.list_kinds", lambda: looked.append(1) or {"tiny": "charlm"})

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = app_of(pilot)
        for times in (1, 2):
            await pilot.press("ctrl+p")
            await until(pilot, lambda: isinstance(app.screen, Palette))
            await pilot.press(*"withtiny")
            await until(pilot, lambda: "Generate with tiny" in str(list_offers(app)))
            assert len(looked) == times
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 1)

    run_app(drive)


def test_a_name_is_no_markup_in_the_palette(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.palette.list_kinds", lambda: {"runs/[bold]x[/nope]\x1b[31m": "charlm"})

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = app_of(pilot)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        app.screen.query_one(Input).value = "nope"
        await until(pilot, lambda: "[bold]x[/nope]" in "".join(list_offers(app)))
        assert "\x1b" not in "".join(list_offers(app))
        assert app._exception is None

    run_app(drive)


@pytest.mark.wide
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("key", ["f1", "ctrl+p", "ctrl+s"])
def test_what_stands_before_the_app_can_be_left_twice_at_once(key: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        await pilot.press(key)
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        screen = pilot.app.screen
        for _ in range(3):
            screen.dismiss()
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert pilot.app._exception is None

    run_app(drive)


def test_theme_tab_and_controls_are_remembered() -> None:
    async def first(pilot: Pilot[None], pane: Any) -> None:
        pane.query_one(Prompt).value = "Natasha "
        pane.query_one("#temperature", Stepper).value = 1.1
        pane.query_one("#seed", Stepper).value = 9
        await pilot.press("f4")
        await until(pilot, lambda: app_of(pilot).tab.name == "translate")
        await until(pilot, lambda: app_of(pilot).pane is not None)
        app_of(pilot).pane.query_one("#command", Input).value = "walk left"  # type: ignore[union-attr]
        pilot.app.theme = "textual-light"
        await pilot.press("ctrl+q")

    async def second(pilot: Pilot[None], pane: Any) -> None:
        assert pilot.app.theme == "textual-light"
        assert pane.query_one("#command", Input).value == "walk left"
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app_of(pilot).pane, GeneratePane))
        generate = app_of(pilot).pane
        assert isinstance(generate, GeneratePane)
        assert generate.query_one(Prompt).value == "Natasha "
        assert (generate.controls.temperature, generate.controls.seed) == (1.1, 9)

    run_app(first)
    app = CharlmApp()
    assert app.state.pane == "translate"
    run_app(second, "translate")


@pytest.mark.wide(3)
@pytest.mark.parametrize(
    "damage",
    [
        "",
        "[1]",
        "nonsense",
        '{"theme": "none such", "pane": "nowhere", "panes": []}',
        '{"theme": 3, "panes": {"generate": 5}}',
        '{"panes": {"generate": {"prompt": 4, "seed": "x", "top_k": true, "more": 1}}}',
    ],
)
def test_what_was_remembered_may_be_damaged(damage: str) -> None:
    state.find_folder().mkdir()
    (state.find_folder() / state.FILE).write_text(damage)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert pane.query_one(Prompt).value == "Prince Andrew "
        assert pane.controls.seed is None

    run_app(drive)


def test_the_state_may_be_kept_in_a_home_that_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHARLM_STATE", "~nosuchuser/x")
    assert state.find_folder() == Path("~nosuchuser/x")


def test_without_colours_there_are_other_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        scale = pane.query_one(TextView).scale
        assert len(scale) == len(PLAIN)
        assert len({str(style) for style in scale}) > len(scale) // 2
        assert all(style.color is None and style.bgcolor is None for style in scale)

    run_app(drive)


@pytest.mark.parametrize("answer", ["leave", "stop"])
def test_leaving_asks_what_becomes_of_a_training(answer: str) -> None:
    Path("pets.txt").write_text("the cat sat on the mat and the dog ran to the park. " * 400)
    trainings = []

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.query_one("#corpus", Input).value = "pets.txt"
        pane.start()
        trainings.extend(pane.list_trainings())
        for key in ("stay", answer):
            await pilot.press("ctrl+q")
            await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
            await pilot.click(f"#{key}")
            if key == "stay":
                await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await until(pilot, lambda: pilot.app._exit)

    run_app(drive, "train")
    (training,) = trainings
    if answer == "leave":
        assert training.running
    training.stop()
    asyncio.run(wait_until(lambda: not training.running))
    assert state.load().pane == "train"


def test_a_click_on_what_was_just_removed_is_no_end() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = app_of(pilot)
        note = Static("here")
        await app.screen.mount(note, before=0)
        await pilot.pause()
        x, y = note.region.offset
        assert app.screen.get_widget_at(x, y)[0] is note
        await note.remove()
        assert app.screen.get_widget_at(x, y)[0] is note  # no layout has been made since
        for kind in (MouseDown, MouseMove, MouseUp):
            await app.on_event(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await pilot.pause()
        assert app.screen.get_widget_at(x, y)[0] is not note

    assert run_app(drive).return_code in (0, None)
