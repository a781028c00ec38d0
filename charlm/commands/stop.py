"""`charlm stop`: end a training from outside, as Ctrl-C ends it from within."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from charlm.console.program import notice, printable, stderr, stdout
from charlm.runs.registry import KINDS
from charlm.runs.run_folder import RunFolder
from charlm.system import interrupt, join_words
from corpora.errors import UserError

PAUSE_SECONDS = 0.1


def stop(run: Path, /, *, seconds: Annotated[float, Parameter(name="--wait")] = 120.0) -> int:
    """Stop the training in a run folder, wherever it was started, and wait for its save.

    Parameters
    ----------
    run
        A run folder in which a training is under way.
    seconds
        How long to wait until the training has saved and ended.
    """
    if not 0 <= seconds <= 86_400:
        raise UserError(f"--wait must lie between 0 and 86,400 seconds, not {seconds:g}")
    folder = RunFolder(run)
    about = folder.read_config()
    process = folder.find_training()
    if process is None:
        raise UserError(f"no training is under way in {run}")
    try:
        interrupt(process)
    except ProcessLookupError:
        notice("it has just ended by itself")
    except PermissionError as error:
        raise UserError(f"the training in {run} belongs to another user") from error
    with stderr().status("it saves, and stops …"):
        until = time.monotonic() + seconds
        while folder.find_training() is not None:
            if time.monotonic() > until:
                raise UserError(f"{run} is still at it after {seconds:g} s; it ends with its step")
            time.sleep(PAUSE_SECONDS)
    again = KINDS[about["kind"]].typed if about["kind"] in KINDS else "charlm train"
    line = f"stopped; resume with: {again} --resume {join_words([str(run)])}"
    stdout().print(printable(line), soft_wrap=True)
    return 0
