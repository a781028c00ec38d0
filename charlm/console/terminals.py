"""Where a program writes: whether lines can be drawn again in place."""

from __future__ import annotations

import os
import sys
from typing import IO, Any


def can_redraw(file: Any) -> bool:
    """Return whether the cursor can be moved in what `file` writes to.

    That is asked of the file itself: FORCE_COLOR makes Rich take a log for a terminal. A command
    that a notebook runs in a shell has a terminal, of which the notebook shows every redrawing
    below the one before.
    """
    return bool(file.isatty()) and "JPY_PARENT_PID" not in os.environ


def find_shell() -> Any | None:
    """Return the IPython shell of the kernel that this process is, None if it is none."""
    module = sys.modules.get("IPython")  # it is loaded in a kernel, and nowhere because of us
    shell = module.get_ipython() if module is not None else None
    return shell if getattr(shell, "kernel", None) is not None else None


def writes_to_notebook(file: IO[str]) -> bool:
    """Return whether what is written to `file` appears under a cell of a notebook."""
    return find_shell() is not None and file in (sys.stdout, sys.stderr)
