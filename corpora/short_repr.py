"""Short `repr`s: a model in a notebook is a line, not its weights."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from reprlib import Repr
from typing import Any

LONGEST = 60
"""Characters of the value of a field."""
LONGEST_INSIDE = 200
"""Characters of a field that is a thing of ours, such as a configuration."""

_cut = Repr()
_cut.maxstring = _cut.maxother = LONGEST
_cut.maxlist = _cut.maxtuple = _cut.maxdict = 4


class ShortRepr:
    """Gives a dataclass and those that inherit from it a `repr` of one line, whatever they hold.

    Arrays are named by their shape, long collections by their size, and other things that take long
    to write by their type.
    """

    __slots__ = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in cls.__dict__:  # a dataclass would write one of its own
            cls.__repr__ = _write  # type: ignore[method-assign]


def _write(self: Any) -> str:
    shown = [
        f"{field.name}={_shorten(getattr(self, field.name))}"
        for field in fields(self)
        if field.repr
    ]
    return f"{type(self).__name__}({', '.join(shown)})"


def _shorten(value: object) -> str:
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{kind}{tuple(shape)}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return _cut.repr(value)
    if isinstance(value, Collection):
        whole = repr(value) if len(value) <= _cut.maxlist else ""
        return whole if 0 < len(whole) <= LONGEST else f"<{kind} of {len(value):,}>"
    if type(value).__repr__ is object.__repr__ or hasattr(value, "state_dict"):
        return f"<{kind}>"
    whole = repr(value)
    return whole if len(whole) <= LONGEST_INSIDE else f"<{kind}>"
