"""What an app that is served in a browser lets its visitors do with files."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from corpora.errors import UserError

FILES = "CHARLM_VISITORS"
"""Variable of the environment that is set where the app is served: the folder that visitors may
use, or nothing for none."""


def is_served() -> bool:
    """Return whether this app is shown in a browser, perhaps to others than the user."""
    return FILES in os.environ


def end_with_server() -> None:
    """End this process soon after the one that serves it, even if that one was killed."""
    server = os.getppid()

    def watch() -> None:
        while os.getppid() == server:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=watch, name="server", daemon=True).start()


def allow(path: Path) -> Path:
    """Return `path`, made absolute where the app is served.

    Raises:
        UserError: visitors may not use it.
    """
    if not is_served():
        return path
    folder = os.environ[FILES]
    if not folder:
        raise UserError("this app is served without files; start it with --files FOLDER")
    root = Path(folder).resolve()
    # Links are resolved: none leads out of the folder.
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise UserError(f"visitors of this app have no files but those in {root}")
    return found
