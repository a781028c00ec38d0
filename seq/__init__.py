"""Sequence models of reviews, commands, series and pictures.

>>> import seq
>>> (found,) = seq.load("imdb").classify(["A superb, moving film."])
>>> found.label
'positive'
>>> (found,) = seq.load("scan").translate("jump twice")
>>> found.actions
('I_JUMP', 'I_JUMP')
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seq.caption.from_python import train_captioner as train_captioner
    from seq.forecast.from_python import train_forecaster as train_forecaster
    from seq.imdb.from_python import train_classifier as train_classifier
    from seq.loading import load as load
    from seq.scan.from_python import train_translator as train_translator

HOMES = {
    "load": "loading",
    "train_captioner": "caption.from_python",
    "train_forecaster": "forecast.from_python",
    "train_classifier": "imdb.from_python",
    "train_translator": "scan.from_python",
}
"""The module of each public name; it is imported when the name is first used."""

__all__ = [
    "load",
    "train_captioner",
    "train_classifier",
    "train_forecaster",
    "train_translator",
]

if sys.argv[:1] == ["-m"]:  # `python -m` starts a program of ours: see charlm/shadows.py
    import runpy
    from pathlib import Path

    _check = Path(__file__).resolve().parents[1] / "charlm" / "shadows.py"
    runpy.run_path(str(_check), run_name="__main__")

from charlm.first_use import import_on_first_use  # noqa: E402  (ours, as was checked)

__getattr__, __dir__ = import_on_first_use("seq", HOMES)
