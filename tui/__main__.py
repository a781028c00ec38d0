"""`python -m tui`, and `charlm tui`."""

from __future__ import annotations

import asyncio
import os
import sys
from importlib.util import find_spec
from typing import Annotated

from cyclopts import App, Parameter

from charlm.environment import share_cores
from charlm.terminal import run
from corpora.errors import UserError


def tui(*, serve: Annotated[bool, Parameter(negative="")] = False, port: int = 8000) -> None:
    """Open the app: generate, classify, translate and train, in one window.

    Parameters
    ----------
    serve
        Show it in a browser, from this machine only (needs the extra of that name).
    port
        Where it is served.
    """
    if serve:
        _serve(port)
        return
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise UserError("the app needs a terminal; charlm generate writes without one")
    from tui.app import CharlmApp

    app = CharlmApp()
    # With a loop of ours, which nobody closes: closing one waits for its threads as well.
    app.run(loop=asyncio.new_event_loop())
    code = app.return_code or 0
    sys.stdout.flush()
    # Threads that load a model or read a long text cannot be stopped, and an interpreter that ends
    # would wait for them. The terminal is in order by now, and what was to be kept is on disk.
    os._exit(code)


def _serve(port: int) -> None:
    if find_spec("textual_serve") is None:
        raise UserError("textual-serve is not installed; pip install 'charlm[serve]'")
    from textual_serve.server import Server

    Server(f"{sys.executable} -m tui", host="localhost", port=port, title="charlm").serve()


app = App(name="tui", default_command=tui, help_flags=["--help"], version_flags=[])

if __name__ == "__main__":
    share_cores()
    run(app)
