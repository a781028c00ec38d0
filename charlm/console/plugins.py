"""Modules of the user's that register cells and kinds of attention: `--plugin MODULE`."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpora.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = "--plugin"
ABOUT = f"""

Every command takes {OPTION} MODULE, which may be given several times: it imports a module of your
own first, from the working folder or where Python finds it. What the module registers
(charlm.register_cell, charlm.register_attention) can then be named, and models with it be loaded.
"""
"""What the help of the program says of the option."""

_loaded: list[str] = []


def take_plugins(arguments: Sequence[str]) -> list[str]:
    """Import the modules that the command line names, and return the other arguments.

    Args:
        arguments: those of a command, with the option anywhere before `--`.

    Raises:
        UserError: a module is not there, or fails while it is imported.
    """
    left, names = list(arguments), []
    end = left.index("--") if "--" in left else len(left)
    at = 0
    while at < end:
        option, equals, name = left[at].partition("=")
        if option != OPTION:
            at += 1
            continue
        if not equals and at + 1 == end:
            raise UserError(f"{OPTION} needs the name of a module, such as mypackage.cells")
        width = 1 if equals else 2
        names.append(name if equals else left[at + 1])
        del left[at : at + width]
        end -= width
    for name in names:
        _import(name)
    return left


def list_options() -> list[str]:
    """Return the options that name the plugins of this program, for a command that goes on."""
    return [word for name in _loaded for word in (OPTION, name)]


def _import(name: str) -> None:
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", name) or name.endswith(".py"):
        raise UserError(f"{OPTION} takes a module, such as mypackage.cells, not {name!r}")
    try:
        with _working_folder_on_path():
            importlib.import_module(name)
    except UserError:
        raise
    except ModuleNotFoundError as error:
        missing = f"there is no module {error.name!r}"
        inside = "" if name.startswith(str(error.name)) else f", which {name} imports"
        raise UserError(f"{OPTION} {name}: {missing}{inside}") from error
    except Exception as error:  # whatever the code of the user raises
        what = " ".join(str(error).split())
        raise UserError(f"{OPTION} {name} fails: {type(error).__name__}: {what}") from error
    if name not in _loaded:
        _loaded.append(name)


@contextmanager
def _working_folder_on_path() -> Iterator[None]:
    """Let modules in the working folder be found last, while plugins are imported."""
    folder = str(Path.cwd())
    sys.path.append(folder)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.reverse()  # the last one is ours: the folder may be on the path before, too
        sys.path.remove(folder)
        sys.path.reverse()
