"""A key means the same in every pane, and help and line of keys say what it does."""

from __future__ import annotations

from importlib import import_module
from itertools import chain
from typing import Any

import pytest
from app_helpers import run_app, until
from textual.binding import Binding
from textual.pilot import Pilot

from tui.app import CharlmApp
from tui.help import Help, draw_table, format_key, list_tables
from tui.keys import KEYS, bind
from tui.pane import Pane
from tui.tabs import TABS
from tui.widgets.key_bar import KeyBar


def pane_of(name: str) -> type[Pane]:
    (tab,) = (tab for tab in TABS if tab.name == name)
    found = getattr(import_module(f"tui.{name}.pane"), tab.widget)
    assert issubclass(found, Pane)
    return found


def list_bindings(pane: type[Pane]) -> list[Binding]:
    """Return the bindings of a pane: none is a bare tuple."""
    found = [one for one in pane.BINDINGS if isinstance(one, Binding)]
    assert len(found) == len(pane.BINDINGS)
    return found


@pytest.mark.parametrize("name", [tab.name for tab in TABS])
def test_a_pane_takes_its_keys_from_the_table(name: str) -> None:
    """But for single letters, which work where no text is typed, and keys of the table."""
    keys = [known.key for known in KEYS.values()]
    for binding in list_bindings(pane_of(name)):
        if binding.id in KEYS:
            assert binding.key == KEYS[binding.id].key
        else:
            assert binding.key not in keys, binding
            assert len(binding.key) == 1 or not binding.key.startswith(("ctrl", "f")), binding
    ids = [binding.id for binding in list_bindings(pane_of(name)) if binding.id]
    assert len(ids) == len(set(ids))


def test_no_two_meanings_have_one_key() -> None:
    keys = [known.key for known in KEYS.values()] + [tab.key for tab in TABS]
    assert len(keys) == len(set(keys))
    assert len({known.meaning for known in KEYS.values()}) == len(KEYS)


def test_a_field_of_text_leaves_the_keys_of_the_table_to_the_pane() -> None:
    """F6 and F7 select text in Textual's editor; here they have the meaning of the table."""
    kept = {name for name, known in KEYS.items() if not known.first}
    assert kept == {"undo", "redo", "stop", "find", "copy"}  # these mean the same in an editor
    assert all(bind(name, "x", "x").priority == (name not in kept) for name in KEYS)


@pytest.mark.wide(2)
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", [tab.name for tab in TABS])
def test_the_line_of_keys_has_help_and_palette_wherever_the_focus_is(name: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        bar = pilot.app.query_one(KeyBar)
        fields = [one for one in pane.query("*") if one.focusable and one.display][:12]
        assert fields
        for field in fields:
            field.focus()
            await until(pilot, lambda field=field: field.has_focus or not field.focusable)
            line = bar.render().plain
            assert len(line) <= 80
            assert line.endswith("f1 help  ^p palette")
            assert len(line.split("  ")) > 3

    run_app(drive, name, (80, 24))


@pytest.mark.wide(2)
@pytest.mark.parametrize("name", [tab.name for tab in TABS])
def test_help_names_every_key_of_a_pane(name: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        shown = {key for table in list_tables(pane) for key, _ in table.rows}
        for binding in chain(list_bindings(type(pane)), CharlmApp.BINDINGS):
            assert isinstance(binding, Binding)
            assert format_key(binding.key) in shown
        assert "^q" in str(draw_table(list_tables(pane)[-1]))
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help))

    run_app(drive, name)


def test_keys_are_written_as_people_write_them() -> None:
    written = {"ctrl+r": "^r", "f7": "F7", "slash": "/", "alt+1": "alt+1", "plus": "+", "n": "n"}
    assert {key: format_key(key) for key in written} == written
