"""Sequence models: a classifier of reviews, a translator of commands, forecasters of series.

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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seq.loading import load as load

__all__ = ["load"]

if sys.argv[:1] == ["-m"]:  # `python -m` starts a program of ours: see charlm/shadows.py
    import runpy
    from pathlib import Path

    _check = Path(__file__).resolve().parents[1] / "charlm" / "shadows.py"
    runpy.run_path(str(_check), run_name="__main__")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    # Imported on first use: the command line prints its help without loading torch.
    if name in __all__:
        from seq import loading

        return getattr(loading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
