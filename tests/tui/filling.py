"""Filling in the form of a new training in tests."""

from __future__ import annotations

import shlex

from app_helpers import until
from textual.pilot import Pilot

from tui.train.field import SettingField
from tui.train.pane import TrainPane

SIZE = (120, 36)
Started = list[list[str]]
"""The arguments of each training that was started."""


def find(pane: TrainPane, name: str) -> SettingField:
    return pane.query_one(f"#set-{name}", SettingField)


async def focus(pilot: Pilot[None], pane: TrainPane, name: str) -> SettingField:
    field = find(pane, name)
    field.focus()
    await until(pilot, lambda: field.has_focus)
    return field


async def set_field(pilot: Pilot[None], pane: TrainPane, name: str, *keys: str) -> SettingField:
    """Go to a field, and press keys there."""
    field = await focus(pilot, pane, name)
    await pilot.press(*keys)
    return field


async def choose_task(pilot: Pilot[None], pane: TrainPane, keys: str, field: str) -> None:
    """Choose a task by keys, and wait for a field that its form has."""
    await set_field(pilot, pane, "task", *keys)
    await until(pilot, lambda: len(pane.query(f"#set-{field}")) == 1)
    await until(pilot, lambda: find(pane, "task").has_focus)


async def start(pilot: Pilot[None], started: Started) -> None:
    """Start a training, and wait until it is there."""
    before = len(started)
    await pilot.press("ctrl+r")
    await until(pilot, lambda: len(started) > before)


def join_only(started: Started) -> str:
    """Return the command of the only training that was started."""
    (words,) = started
    return shlex.join(words)
