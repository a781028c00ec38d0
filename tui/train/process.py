"""Trainings that the app starts: the command line in a subprocess."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from charlm.runs.files import CONFIG, LAST, MODEL, read_json
from charlm.runs.registry import CHARACTERS, KINDS
from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError


class Training:
    """A training that this app has started. It outlives the app unless it is stopped."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        """Start `python -m ARGUMENTS`, which writes to `folder`."""
        self.folder = folder
        # A file and no pipe: nobody reads it any more when the app has gone.
        self._said: list[str] = []
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,  # a Ctrl-C in the terminal is for the app
        )

    @property
    def runs(self) -> bool:
        """Whether it is still under way."""
        if self._process.poll() is None:
            return True
        if not self._errors.closed:
            self._errors.seek(0)
            self._said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            self._errors.close()
        return False

    def stop(self) -> None:
        """Ask it to save and end, as Ctrl-C does."""
        if self.runs:
            self._process.send_signal(signal.SIGINT)

    def failure(self) -> str | None:
        """Return what went wrong, when it has ended with an error of the user's."""
        if self.runs or self._process.returncode not in (1, 2):
            return None
        return self._said[-1].removeprefix("charlm: ") if self._said else "the training has failed"


def start_training(corpus: str, preset: str, minutes: float) -> Training:
    """Start a training of a character model in a new folder.

    Raises:
        UserError: the folder cannot be made.
    """
    folder = RunFolder.reserve(Path(corpus).stem).path
    arguments = ["charlm.train", corpus, "--preset", preset, "--out", str(folder)]
    return Training(folder, [*arguments, "--max-minutes", f"{minutes:g}"])


def resume_training(folder: Path) -> Training:
    """Go on with the training in a run folder; raise `UserError` if there is nothing to go on."""
    kind = KINDS.get(str(read_json(folder / CONFIG).get("kind")))
    if kind is None or not (folder / LAST).exists():
        raise UserError(f"{folder} cannot be resumed: it has no {LAST}")
    return Training(folder, [*kind.command, "--resume", str(folder)])


def can_generate(folder: Path) -> bool:
    """Return whether a run holds a character model that can be written with."""
    try:
        found = (folder / MODEL).exists() and read_json(folder / CONFIG).get("kind")
    except UserError:
        return False
    return found == CHARACTERS
