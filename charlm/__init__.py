"""Character-level text generation with recurrent networks.

>>> import charlm
>>> model = charlm.load("war_and_peace")
>>> text = model.generate(prompt="Prince Andrew ", length=200, seed=1)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel as LanguageModel
    from charlm.language_model import load as load

__all__ = ["LanguageModel", "load"]

if sys.argv[:1] == ["-m"]:  # `python -m` starts a program of ours: see charlm/shadows.py
    import runpy
    from pathlib import Path

    _check = Path(__file__).resolve().parents[1] / "charlm" / "shadows.py"
    runpy.run_path(str(_check), run_name="__main__")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    # Imported here, so that the command line can print its help without loading NumPy.
    if name in __all__:
        from charlm import language_model

        return getattr(language_model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
