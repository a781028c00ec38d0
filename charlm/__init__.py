"""Character-level text generation with recurrent networks.

>>> import charlm
>>> model = charlm.load("war_and_peace")
>>> text = model.generate(prompt="Prince Andrew ", length=200, seed=1)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from charlm.first_use import import_on_first_use

if TYPE_CHECKING:
    from charlm.from_python import train as train
    from charlm.from_python import train_task as train_task
    from charlm.language_model import LanguageModel as LanguageModel
    from charlm.language_model import load as load
    from charlm.parts import register_attention as register_attention
    from charlm.parts import register_cell as register_cell

HOMES = {
    "LanguageModel": "language_model",
    "load": "language_model",
    "register_attention": "parts",
    "register_cell": "parts",
    "train": "from_python",
    "train_task": "from_python",
}
"""The module of each public name; it is imported when the name is first used."""

__all__ = ["LanguageModel", "load", "register_attention", "register_cell", "train", "train_task"]

if sys.argv[:1] == ["-m"]:  # `python -m` starts a program of ours: see charlm/shadows.py
    import runpy
    from pathlib import Path

    _check = Path(__file__).resolve().parents[1] / "charlm" / "shadows.py"
    runpy.run_path(str(_check), run_name="__main__")

__getattr__, __dir__ = import_on_first_use("charlm", HOMES)
