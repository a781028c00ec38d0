"""Logs of runs that were never trained, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "kind": "charlm",
    "preset": "tiny",
    "init_from": None,
    "model": {"cell": "lstm", "hidden_size": 128, "num_layers": 2, "dropout": 0.1},
    "training": {
        "epochs": 25,
        "learning_rate": 0.003,
        "clip": 1.0,
        "clip_by": "norm",
        "batch_size": 32,
        "window": 64,
        "max_minutes": 0.0,
        "patience": 20,
        "seed": 1,
    },
    "corpus": {"spec": "sample", "encoding": "utf-8", "sha256": "5a", "characters": 87505},
}

SAMPLES = (
    "the the sof an the lisen the",
    "License the works of coverd",
    "Present, to copy, and as",
)


def make_config(**changes: Any) -> dict[str, Any]:
    """Return the settings of a run, with other values for some of them."""
    made = json.loads(json.dumps(SETTINGS))
    for name, value in changes.items():
        part = next((p for p in ("model", "training", "corpus") if name in made[p]), None)
        (made if part is None else made[part])[name] = value
    return dict(made)


def make_events(
    passes: int = 25,
    *,
    steps: int = 10,
    best: float = 1.465,
    best_at: int = 11,
    end: str | None = "finished",
    total: int = 25,
    accuracy: float | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield the events of a training whose validation loss is lowest after some passes.

    Args:
        passes: passes that were made.
        steps: steps of a pass, each of which is logged.
        best: lowest validation loss.
        best_at: pass after which it was reached.
        end: why it ended; None while it trains.
        total: passes that were asked for.
        accuracy: accuracy of the best evaluation, for tasks that have one.
    """
    yield {
        "event": "started", "run": "r", "step": 0, "total_steps": total * steps,
        "parameters": 148618, "device": "cpu", "precision": "bf16", "unit": "characters",
    }  # fmt: skip
    for step in range(1, passes * steps + 1):
        epoch = step / steps
        train = 0.85 + 1.6 / (1 + epoch / 3)
        yield {
            "event": "step", "step": step, "epoch": epoch, "train_loss": train,
            "learning_rate": 0.003 * min(1.0, step / steps) * (1 - 0.9 * step / (total * steps)),
            "gradient_norm": 0.3 + 1.7 / (1 + epoch), "clipped": float(epoch < 1.5) / 4,
            "units_per_second": 30000.0 + 8600.0 * min(1.0, epoch / 3), "elapsed": 2.2 * epoch,
            "remaining": 2.2 * (total - epoch),
        }  # fmt: skip
        if step % steps == 0:
            far = abs(epoch - best_at) / best_at
            loss = best + (0.6 * far**2 if epoch < best_at else 0.02 * far)
            metrics = {} if accuracy is None else {"accuracy": accuracy - far / 20}
            yield {
                "event": "evaluated", "step": step, "epoch": epoch, "loss": loss,
                "train_loss": train, "best": epoch <= best_at, "metrics": metrics,
            }  # fmt: skip
            text = SAMPLES[min(len(SAMPLES) - 1, int(epoch) * len(SAMPLES) // (total + 1))]
            yield {"event": "sampled", "step": step, "text": f"{text} {epoch:g}"}
    if end is not None:
        yield {
            "event": "finished", "step": passes * steps, "reason": end, "best_loss": best,
            "elapsed": 2.2 * passes, "clipped": 0.001,
        }  # fmt: skip


def write_log(folder: Path, config: Mapping[str, Any] | None = None, **about: Any) -> Path:
    """Write a run folder with settings and a log; see `make_config` and `make_events`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config or make_config()))
    lines = "".join(f"{json.dumps(event)}\n" for event in make_events(**about))
    (folder / "metrics.jsonl").write_text(lines)
    return folder
