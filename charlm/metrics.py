"""Reading a run's `metrics.jsonl`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from charlm.runs.files import CONFIG, METRICS, read_json
from corpora.errors import os_error


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events logged in a run folder, in order; a line cut short by a kill is left out.

    Raises:
        UserError: there is a log, but it cannot be read.
    """
    path = folder / METRICS
    try:
        with path.open("rb") as file:
            for line in file:
                try:
                    event = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(event, dict):
                    yield event
    except FileNotFoundError:
        return
    except OSError as error:
        raise os_error(error, path) from error


def best_loss(folder: Path) -> float | None:
    """Return the lowest validation loss of a run, or the one that an exported model recorded."""
    events = (event for event in read(folder) if event.get("event") == "evaluated")
    losses = [loss for event in events if (loss := _number(event.get("loss"))) is not None]
    if losses:
        return min(losses)
    config = read_json(folder / CONFIG)
    return _number(config.get("validation_loss")) if isinstance(config, dict) else None


def _number(value: object) -> float | None:
    """Return `value` if it is a finite number: a log may hold null, or anything if damaged."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None
