"""The reviews of a file or folder, in pieces, from the process that reads it.

This module uses no screen.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import IO, Self

from corpora.errors import UserError, os_error
from tui.classify.table_process import Head, Review, Unreadable

# With -m, the classes of the pickled objects would be those of a module `__main__`.
PROGRAM = "from tui.classify.table_process import main; main()"


class OpenReviews:
    """A file or folder of reviews that a process reads; leaving the context ends the process."""

    def __init__(self, path: str, classes: Sequence[str]) -> None:
        """Begin to read.

        Args:
            path: path of the file or folder.
            classes: names of the classes that the reviews may have.

        Raises:
            UserError: the file cannot be read.
        """
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, path, *classes],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal then interrupts only the app
            )
        except OSError as error:
            raise os_error(error, "a reader", "start") from error
        assert self._process.stdout is not None
        self._pipe: IO[bytes] = self._process.stdout
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._pipe.close()
        self._process.wait()

    def read_head(self) -> Head:
        """Return what the file holds; this waits until it is read.

        Raises:
            UserError: the file cannot be read.
        """
        found = self._load()
        if isinstance(found, Unreadable):
            raise UserError(found.why)
        assert isinstance(found, Head)
        return found

    def read_pieces(self) -> Iterator[list[Review]]:
        """Yield the reviews, some at a time."""
        while True:
            try:
                piece = pickle.load(self._pipe)
            except EOFError:
                return
            yield piece

    def _load(self) -> object:
        try:
            return pickle.load(self._pipe)
        except (EOFError, pickle.UnpicklingError) as error:
            code = self._process.wait()
            raise UserError(
                f"{self._path}: the process that reads it ended with code {code}"
            ) from error
