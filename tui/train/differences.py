"""Say in words how runs differ, in their settings and in what came of it. No screen here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charlm.console.program import format_name
from tui.train.log import RunLog
from tui.train.settings import name_in_words

PARTS = ("model", "training")
UNLIKE_IN_NAME_ALONE = ("save_seconds", "sample_length", "device")
"""Settings that change nothing of what is learned."""
MOST = 6
"""Greatest number of settings that are told; of more, only their number."""
LONGEST = 24
"""Characters of a value that are shown."""

Config = Mapping[str, Any]


def list_differences(first: Config, second: Config) -> list[str]:
    """Return the settings in which two runs differ: `layers 2 → 4`, the most telling first."""
    found = []
    if first.get("init_from") != second.get("init_from"):
        found.append(_tell("begun with", first.get("init_from"), second.get("init_from")))
    for part in PARTS:
        one, other = (_get_part(config, part) for config in (first, second))
        found += [
            _tell(name_in_words(str(name)), one.get(name), other.get(name))
            for name in dict.fromkeys([*one, *other])
            if one.get(name) != other.get(name) and name not in UNLIKE_IN_NAME_ALONE
        ]
    return found


def _tell(name: str, before: object, after: object) -> str:
    return f"{format_name(name)[:LONGEST]} {_format(before)} → {_format(after)}"


def _format(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return format_name(shown)[:LONGEST]


def _get_part(config: Config, part: str) -> Mapping[str, Any]:
    found = config.get(part)
    return found if isinstance(found, Mapping) else {}


def compare_results(first: RunLog, second: RunLog, configs: tuple[Config, Config]) -> str:
    """Return how much better or worse the second run is than the first, or why that means nothing.

    The best evaluations count: of tasks that have one the accuracy, else the loss.
    """
    one, other = first.best_evaluation, second.best_evaluation
    kinds = [config.get("kind") for config in configs]
    if kinds[0] != kinds[1]:
        return "another task: their losses do not compare"
    data = [_get_part(config, "corpus") for config in configs]
    if any(data[0].get(name) != data[1].get(name) for name in ("sha256", "split")):
        return "other data: their losses do not compare"
    if one is None or other is None:
        return "not evaluated yet"
    if one.accuracy is not None and other.accuracy is not None:
        points = 100 * (other.accuracy - one.accuracy)
        return _judge(points, f"{abs(points):.1f} points", 0.05)
    return _judge(one.loss - other.loss, f"{abs(one.loss - other.loss):.3f} nats", 0.0005)


def _judge(gain: float, amount: str, least: float) -> str:
    if abs(gain) < least:
        return "as good"
    return f"{amount} {'better' if gain > 0 else 'worse'}"


def describe_difference(
    letters: tuple[str, str], logs: tuple[RunLog, RunLog], configs: tuple[Config, Config]
) -> str:
    """Return a line: `A → B: layers 2 → 4, rate 0.003 → 0.004: 0.087 nats worse`."""
    found = list_differences(*configs)
    told = ", ".join(found[:MOST])
    if len(found) > MOST:
        told += f" and {len(found) - MOST} more"
    told = told or "the same settings"
    return f"{letters[0]} → {letters[1]}: {told}: {compare_results(*logs, configs)}"
