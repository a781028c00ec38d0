"""Reading a run's `metrics.jsonl`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from charlm.checkpoint import CONFIG, METRICS, read_json


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events logged in a run folder, in order; a line cut short by a kill is left out."""
    path = folder / METRICS
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict):
                yield event


def best_loss(folder: Path) -> float | None:
    """Return the lowest validation loss of a run, or the one that an exported model recorded."""
    losses = [e["loss"] for e in read(folder) if e.get("event") == "evaluated" and "loss" in e]
    if losses:
        return float(min(losses))
    config = read_json(folder / CONFIG)
    loss = config.get("validation_loss") if isinstance(config, dict) else None
    return float(loss) if isinstance(loss, int | float) else None
