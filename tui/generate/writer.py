"""A thread that writes, and a queue from which the screen reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue

LONGEST_WAIT = 0.1
"""Seconds that the thread waits for the screen, at most: one that is slow does not stop it."""


class Writer:
    """A thread that takes characters and their levels from an iterator and puts them into a queue.

    It is a daemon thread: a program that ends does not wait for it. While the screen draws what it
    has written, it waits: two threads that compute share one interpreter, and each would take twice
    as long.
    """

    def __init__(self) -> None:
        self.pace: float | None = None
        """Characters per second that are written, at most; it may change while the thread runs."""
        self._written: SimpleQueue[tuple[str, int]] = SimpleQueue()
        self._stopping = threading.Event()
        self._free = threading.Event()
        """Set unless the screen is being drawn."""
        self._free.set()
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None
        self._began = self._ended = 0.0
        self._count = 0

    @property
    def busy(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, written: Iterable[tuple[str, int]], *, read: int = 0) -> None:
        """Start a thread that takes characters from `written`; stop the previous thread.

        Args:
            written: characters and their levels.
            read: how many of them, at the beginning, are not held back to the pace.
        """
        self.stop()
        self._stopping = threading.Event()
        self._began, self._count = time.perf_counter(), 0
        arguments = (written, self._stopping, read)
        self._thread = threading.Thread(target=self._run, args=arguments, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait until it has written its last character."""
        self._stopping.set()
        self._free.set()
        if self._thread is not None:
            self._thread.join()

    def wait_for_screen(self, drawn: Callable[[Callable[[], object]], object]) -> None:
        """Let the thread wait until the screen is drawn, but not for ever.

        Args:
            drawn: takes a function, and calls it once the screen is drawn; `call_after_refresh`.
        """
        self._free.clear()
        drawn(self._free.set)

    @property
    def speed(self) -> float:
        """Characters per second since the last start, up to now or to the end of the thread."""
        now = time.perf_counter() if self.busy else self._ended
        return self._count / max(now - self._began, 1e-3)

    def drain(self) -> tuple[str, list[int]]:
        """Return the characters written since the last call, and the level of each."""
        characters: list[str] = []
        levels: list[int] = []
        while True:
            try:
                character, level = self._written.get_nowait()
            except Empty:
                return "".join(characters), levels
            characters.append(character)
            levels.append(level)

    def take_error(self) -> Exception | None:
        """Return what ended the thread, once; None if nothing went wrong."""
        error, self._error = self._error, None
        return error

    def _run(
        self, written: Iterable[tuple[str, int]], stopping: threading.Event, read: int
    ) -> None:
        due = self._began
        try:
            for one in written:
                self._written.put(one)
                self._count += 1
                self._free.wait(LONGEST_WAIT)
                if self.pace is not None and self._count >= read:
                    now = time.perf_counter()
                    due = max(due, now - 1 / self.pace) + 1 / self.pace
                    stopping.wait(max(0.0, due - now))
                if stopping.is_set():
                    break
        except Exception as error:
            self._error = error
        self._ended = time.perf_counter()
