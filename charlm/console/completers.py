"""What the Tab key offers in a shell: names of models, of texts and of presets.

`charlm --install-completion` writes the script of the shell, which calls these at each Tab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def complete_models(context: Any) -> list[str]:
    """Return the names of the models that ship, and the run folders here."""
    from charlm.runs.registry import runs, shipped

    return [*shipped(), *runs()]


def complete_texts(context: Any) -> list[str]:
    """Return the texts that are known by name."""
    from corpora.known.catalog import CATALOG

    return list(CATALOG)


def complete_from(names: Iterable[str]) -> Callable[[Any], list[str]]:
    """Return a function that offers `names`, such as those of a table of presets."""
    return lambda context: list(names)
