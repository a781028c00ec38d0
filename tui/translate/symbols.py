"""Short symbols for actions, so that all 48 of a command fit a line. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from charlm.console.program import format_name
from corpora.scan.grammar import JUMP, LEFT, LOOK, RIGHT, RUN, WALK

SYMBOLS: Mapping[str, str] = {LEFT: "↰", RIGHT: "↱", JUMP: "J", WALK: "W", RUN: "R", LOOK: "L"}
END = "■"
"""Symbol of the end of a translation."""
PREFIX = "I_"
"""What the names of actions begin with; it says nothing."""


def shorten(action: str) -> str:
    """Return the symbol of an action; an action that SCAN does not have keeps its name."""
    return SYMBOLS.get(action, format_name(action))


def name_action(action: str) -> str:
    """Return the name of an action without what all names begin with, as in TURN_LEFT."""
    return format_name(action).removeprefix(PREFIX)


def join_actions(actions: Iterable[str]) -> str:
    """Return the symbols of actions in a row. Names that are no symbols stand apart."""
    shown, before = "", ""
    for symbol in map(shorten, actions):
        apart = before and max(len(symbol), len(before)) > 1
        shown += f" {symbol}" if apart else symbol
        before = symbol
    return shown


def join_groups(groups: Iterable[Sequence[str]]) -> str:
    """Return the symbols of groups of actions, with a space between groups."""
    return " ".join(map(join_actions, groups))


def draw_legend() -> str:
    """Return the line that says what the symbols stand for."""
    return "  ".join(f"{sign} {name_legend(action)}" for action, sign in SYMBOLS.items())


def name_legend(action: str) -> str:
    """Return the name of an action in the legend, as in left."""
    return name_action(action).lower().removeprefix("turn_")
