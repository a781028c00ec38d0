"""What happens inside a recurrent network, shown: gates, cells, units, memory, gradients.

>>> import charlm.inside
>>> trace = charlm.inside.trace("war_and_peace", '"Well, Prince," he said.')
>>> trace.fields["cell"].shape  # characters, layers, units
(24, 4, 128)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlm.inside.traces import Trace as Trace
    from charlm.inside.traces import trace as trace

HOMES = {"trace": "traces", "Trace": "traces"}
"""The module of each public name; it is imported when the name is first used."""

__all__ = ["Trace", "trace"]


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> Any:
    # Imported here: what needs torch must not load it for what does not.
    if name in HOMES:
        return getattr(import_module(f"charlm.inside.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
