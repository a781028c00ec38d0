"""Trainings of a blink on scenes, shared by the tests of the captioner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from command_helpers import QUICK, flags

from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig
from seq.caption.data import Source
from seq.caption.training import CaptionerRequest

SCENES = SceneConfig(scenes=32)


def shape(**changes: Any) -> CaptionerConfig:
    small = CaptionerConfig(channels=16, hidden_size=12, embedding_size=6, limit=12)
    return small.replace(changes)


def training(**changes: Any) -> CaptionerTraining:
    return CaptionerTraining(epochs=2, batch_size=16).replace({**QUICK, **changes})


def request(run: Path | None, spec: str = "scenes", **changes: Any) -> CaptionerRequest:
    return CaptionerRequest(
        model=shape(**changes),
        training=training(**changes),
        source=Source(spec=spec, how=SCENES.replace(changes)),
        run=run,
    )


def captioner_flags(*without: str, **changes: Any) -> list[str]:
    """The options that ask for the same, but for those that begin so."""
    asked = flags(shape(), training(), SCENES, **changes)
    return [one for one in asked if not one.startswith(without)] if without else asked
