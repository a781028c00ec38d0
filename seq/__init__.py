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

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seq.loading import load as load

__all__ = ["load"]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    # Imported on first use: the command line prints its help without loading torch.
    if name in __all__:
        from seq import loading

        return getattr(loading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
