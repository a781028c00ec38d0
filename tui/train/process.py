"""Start, resume and stop trainings, each in a process of its own."""

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
    """A training that this app has started; it continues when the app ends."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        """Start a training.

        Args:
            folder: run folder that the training writes.
            arguments: arguments of `python -m`.
        """
        self.folder = folder
        self._error_lines: list[str] = []
        # A file, not a pipe: nobody reads a pipe after the app has ended.
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C in the terminal then interrupts only the app
        )

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

    def stop(self) -> None:
        """Ask the training to save and end, as Ctrl-C does."""
        if self.running:
            self._process.send_signal(signal.SIGINT)

    def get_error(self) -> str | None:
        """Return the last line of the error output, or None if the training has not failed."""
        if self.running or self._process.returncode not in (1, 2):
            return None
        lines = self._error_lines or ["the training has failed"]
        return lines[-1].removeprefix("charlm: ")


def start_training(corpus: str, preset: str, minutes: float) -> Training:
    """Start a training of a character model in a new folder.

    Args:
        corpus: name of a corpus, file or folder.
        preset: name of the preset.
        minutes: greatest duration; 0 sets no limit.

    Returns:
        The training, which has started.

    Raises:
        UserError: if the folder cannot be made.
    """
    folder = RunFolder.reserve(Path(corpus).stem).path
    arguments = ["charlm.train", corpus, "--preset", preset, "--out", str(folder)]
    return Training(folder, [*arguments, "--max-minutes", f"{minutes:g}"])


def resume_training(folder: Path) -> Training:
    """Resume the training in a run folder.

    Raises:
        UserError: if the folder holds no training that can be resumed.
    """
    kind = KINDS.get(str(read_json(folder / CONFIG).get("kind")))
    if kind is None or not (folder / LAST).exists():
        raise UserError(f"{folder} cannot be resumed: it has no {LAST}")
    return Training(folder, [*kind.command, "--resume", str(folder)])


def can_generate(folder: Path) -> bool:
    """Return whether a run folder holds a character model, which can generate text."""
    try:
        found = (folder / MODEL).exists() and read_json(folder / CONFIG).get("kind")
    except UserError:
        return False
    return found == CHARACTERS
