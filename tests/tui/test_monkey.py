"""Random keys, clicks, pastes and sizes never break the app, and it ends when told to."""

from __future__ import annotations

import asyncio
import io
import random
from pathlib import Path

import pytest
from app_helpers import wait_until
from textual.events import Key, MouseDown, MouseScrollDown, MouseUp, Paste, Resize
from textual.geometry import Size
from textual.widgets import Input

from tui.app import CharlmApp
from tui.generate.pane import GeneratePane
from tui.train.pane import TrainPane
from tui.widgets.stepper import Stepper

KEYS = (
    *(f"f{number}" for number in range(1, 13)),
    *(f"alt+{number}" for number in range(1, 7)),
    *("escape", "enter", "tab", "shift+tab", "backspace", "delete", "plus", "minus", "slash"),
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown", "space"),
    *(f"ctrl+{letter}" for letter in "zyonspakxerltgc"),
)
LETTERS = " abjump01[]é日\t-.nsfdrwmpc+/\0"
PASTES = (
    *("Hello [bold]x[/] \x1b[31m é\n two", "jump twice", "x" * 3000, "[/nope]", "\t\n", "-", "."),
    *("日本" * 20, "\0", "y" * 300, "1e400", "a\nb\nc\nd\ne\nf"),
)
SIZES = ((80, 24), (40, 10), (20, 5), (120, 40), (200, 60))


def send_event(app: CharlmApp, chance: random.Random) -> None:
    """Send a random event to the app, as its driver would."""
    what = chance.random()
    x, y = chance.randrange(app.size.width), chance.randrange(app.size.height)
    if what < 0.5:
        app.post_message(Key(chance.choice(KEYS), None))
    elif what < 0.8:
        letter = chance.choice(LETTERS)
        app.post_message(Key({" ": "space", "\t": "tab"}.get(letter, letter), letter))
    elif what < 0.9:
        for kind in (MouseDown, MouseUp) * chance.choice((1, 1, 2)):
            app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
    elif what < 0.93:
        app.post_message(MouseScrollDown(None, x, y, 0, 1, 0, False, False, False, x, y))
    elif what < 0.98 and app.focused is not None:
        app.focused.post_message(Paste(chance.choice(PASTES)))
    else:
        size = Size(*chance.choice(SIZES))
        app.post_message(Resize(size, size))


async def start_work(app: CharlmApp) -> None:
    """Have the app write a text and train a model, once it has handled all events so far.

    Otherwise letters that are still on their way are typed behind the name of the file.
    """
    await check_alive(app)
    generate, train = await app.get_pane("generate"), await app.get_pane("train")
    assert isinstance(generate, GeneratePane)
    assert isinstance(train, TrainPane)
    await wait_until(lambda: generate.desk.author is not None)
    if generate.desk.author is not None and not generate.desk.author.writer.busy:
        generate.query_one("#length", Stepper).value = None
        generate.action_write()
    if not train.list_trainings():
        train.use("pets.txt")
        await wait_until(
            lambda: "pets.txt" in [one.value for one in train.query("#corpus").results(Input)]
        )
        train.start()


async def play(events: int, seed: int) -> CharlmApp:
    """Send random events to the app, then end it.

    They may well choose to quit in the palette; the app asks about its training then, and stays.
    """
    chance, app = random.Random(seed), CharlmApp()
    leave = app.exit
    app.exit = lambda *_, **__: None  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)):
        await wait_until(lambda: app.pane is not None and app.focused is not None)
        try:
            for number in range(events):
                if number % 250 == 0:
                    await start_work(app)
                send_event(app, chance)
                # As fast as a person would, and at times faster than the app can follow.
                await asyncio.sleep(chance.choice((0, 0, 0.001, 0.02)))
                check_whole(app, number)
                if number % 100 == 0:
                    await check_alive(app)
            await check_alive(app)
        finally:
            trainings = [one for pane in app.panes.values() for one in pane.list_trainings()]
            for training in trainings:
                training.stop()
            await wait_until(lambda: not any(one.running for one in trainings))
        leave()
    return app


def check_whole(app: CharlmApp, number: int) -> None:
    """Raise what broke the app, with the number of the event after which it was seen."""
    if app._exception is not None:
        app._exception.add_note(f"after event {number:,}")
        raise app._exception


async def check_alive(app: CharlmApp) -> None:
    """Check that the app does something within seconds; if not, say what it waits for."""
    heard: list[bool] = []
    app.call_later(heard.append, True)
    try:
        await wait_until(lambda: heard, seconds=20)
    except AssertionError as error:
        if app._exception is not None:
            raise app._exception from None
        for task in asyncio.all_tasks():
            stack = io.StringIO()
            task.print_stack(file=stack)
            error.add_note(stack.getvalue())
        raise


@pytest.fixture
def pets() -> None:
    """A text to train on."""
    Path("pets.txt").write_text("the cat sat on the mat and the dog ran to the park. " * 4000)


@pytest.mark.usefixtures("models", "pets", "stand_in_training")
def test_nothing_that_happens_breaks_it() -> None:
    check_end(asyncio.run(play(60, seed=1)))


@pytest.mark.slow
@pytest.mark.timeout(3600)  # a quarter of an hour on one core
@pytest.mark.usefixtures("models", "pets")
def test_nothing_breaks_it_beside_a_training() -> None:
    check_end(asyncio.run(play(5000, seed=2)))


def check_end(app: CharlmApp) -> None:
    assert app._exception is None
    assert not [worker for worker in app.workers if worker.is_running]
