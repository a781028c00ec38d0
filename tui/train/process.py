"""A training in a process of its own, and where its data is."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from charlm.runs.files import METRICS, exists
from charlm.runs.run_folder import RunFolder
from charlm.training.log import read_events
from corpora.errors import UserError, os_error
from tui.files import parse_path
from tui.visitors import is_served

MOST_MINUTES = 10.0**9

DIVERGED = "the loss is no longer finite: the learning rate is probably too high"
GOOD_CODES = (0, 128 + signal.SIGINT, 128 + getattr(signal, "SIGBREAK", signal.SIGINT))
INTERRUPT = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)
"""What a process is asked to stop with: on Windows only this reaches one alone."""
"""Exit codes of a training that has ended as it should, or as it was asked to."""


class Training:
    """A training that this app has started; it continues when the app ends."""

    def __init__(self, folder: Path, arguments: Sequence[str]) -> None:
        """Start a training.

        Args:
            folder: run folder that the training writes.
            arguments: arguments of `python -m`.

        Raises:
            UserError: the system cannot start a process.
        """
        self.folder = folder
        self.stopping = False
        """Whether the training has been asked to save and end."""
        self._error_lines: list[str] = []
        # A file, not a pipe: nobody reads a pipe after the app has ended.
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        # The app may end before the training; then nobody reads it.
        weakref.finalize(self, self._errors.close)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C in the terminal then interrupts only the app
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
            self._errors.close()
            if isinstance(error, ValueError):
                raise UserError(f"a training cannot be started: {error}") from error
            raise os_error(error, "a training", "start") from error

    @property
    def running(self) -> bool:
        """Whether the training still runs."""
        if self._process.poll() is None:
            return True
        if not self._errors.closed:
            self._errors.seek(0)
            text = self._errors.read().decode("utf-8", "replace")
            self._error_lines = text.strip().splitlines()
            self._errors.close()
        return False

    @property
    def has_logged(self) -> bool:
        """Whether the training has made its log, which it does once it has read the corpus."""
        with suppress(UserError):
            return exists(self.folder / METRICS)
        return False

    def stop(self) -> None:
        """Ask the training to save and end, as Ctrl-C does; a second one would abort the save."""
        if self.running and not self.stopping:
            self.stopping = True
            self._process.send_signal(INTERRUPT)

    def get_error(self) -> str | None:
        """Return what ended the training, or None if it has not failed.

        This is the last line of its error output, or the signal that ended it.
        """
        if self.running:
            return None
        code = self._process.returncode
        if code in GOOD_CODES or (self.stopping and code == -signal.SIGINT):
            return None
        if code < 0:
            return f"the training was ended by the system (signal {-code})"
        if code > 128:  # it has caught the signal, and told the system so
            return f"the training was ended from outside (signal {code - 128})"
        if self._has_diverged():
            return DIVERGED
        lines = self._error_lines or ["the training has failed"]
        return lines[-1].removeprefix("charlm: ")

    def _has_diverged(self) -> bool:
        with suppress(UserError):
            return any(
                event.get("event") == "finished" and event.get("reason") == "diverged"
                for event in read_events(self.folder)
            )
        return False

    def remove_unused(self) -> None:
        """Remove the run folder if the training has ended before it wrote anything there."""
        RunFolder(self.folder).give_up(created=False)


def find_source(typed: str, known: Collection[str]) -> str:
    """Return the name or the path of the data to train on, as the command line takes it.

    Args:
        typed: what the user typed.
        known: names of data that the command line knows.

    Raises:
        UserError: no such path can exist, or visitors may not use it.
    """
    # The command line reads what is on disk, whatever its name is, before the catalogue.
    if typed in known and not (is_served() and exists(Path(typed))):
        return typed
    named = str(parse_path(typed))
    return f"./{named}" if named.startswith("-") else named
