"""`python -m tui`, and `charlm tui`."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from cyclopts import App

from charlm.console.options import SWITCH
from charlm.console.process import share_cores
from charlm.console.program import run
from corpora.errors import UserError


def tui(
    *,
    serve: Annotated[bool, SWITCH] = False,
    port: int = 8000,
    files: Path | None = None,
) -> None:
    """Open the app: generate, classify, translate and train, in one window.

    Parameters
    ----------
    serve
        Show it in a browser, from this machine only (needs the extra of that name). The address
        that is printed holds a secret: who has it can use the app.
    port
        Where it is served.
    files
        Folder that visitors may open files in and write to, trainings included; by default none.
    """
    if serve:
        _serve(port, files)
        return
    if files is not None:
        raise UserError("--files is for visitors of an app that is served; add --serve")
    # In a browser the app has pipes instead of a terminal, and a driver of its own for them.
    in_browser = "TEXTUAL_DRIVER" in os.environ
    if not in_browser and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UserError("the app needs a terminal; charlm generate writes without one")
    from tui.app import CharlmApp
    from tui.ending import Ending
    from tui.visitors import end_with_server, is_served

    if is_served():
        end_with_server()

    # A loop of ours, which nobody closes: closing one waits for its threads as well.
    app, loop = CharlmApp(), asyncio.new_event_loop()
    ending = Ending(app, loop)
    ending.watch_signals()
    if not in_browser:
        ending.watch_terminal()
    try:
        app.run(loop=loop)
    except OSError:
        if ending.code is None:
            raise
    code = ending.code or app.return_code or 0
    with suppress(OSError):  # the terminal may have gone
        sys.stdout.flush()
    # Threads that load a model or read a long text cannot be stopped, and an interpreter that ends
    # would wait for them. The terminal is in order by now, and what was to be kept is on disk.
    os._exit(code)


def _serve(port: int, files: Path | None) -> None:
    if not 1 <= port <= 65535:
        raise UserError(f"--port must lie between 1 and 65535, not {port}")
    if files is not None and not files.is_dir():
        raise UserError(f"{files} is not a folder; name one that is there")
    if find_spec("textual_serve") is None:
        raise UserError("textual-serve is not installed; pip install 'textual-serve>=1.1'")
    from tui.serve import GuardedServer

    try:
        GuardedServer(port, files and files.resolve()).serve()
    except OSError as error:
        raise UserError(f"cannot serve at port {port}: {error.strerror}") from error


app = App(name="tui", default_command=tui, help_flags=["--help"], version_flags=[])

if __name__ == "__main__":
    share_cores()
    run(app)
