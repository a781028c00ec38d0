"""Run folders: all that belongs to one training, in one place on disk. No torch here."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import Any, Self

import numpy as np

from charlm.runs.files import (
    CONFIG,
    LAST,
    METRICS,
    MODEL,
    PREVIOUS,
    VOCABULARY,
    exists,
    locate,
    parse_json,
    read_json,
    write_json,
)
from charlm.runs.model_file import FORMAT, ModelFile, check_header, write_model
from charlm.runs.tensors import Arrays, read_tensors, write_tensors
from charlm.system import join_words
from corpora.atomic import make_folder, remove_left_behind, sync_folder, write_atomic
from corpora.errors import UserError, os_error

LOCK = ".lock"
LONGEST_NAME = 60
"""Characters of a run's name: 60 of any script fit into the 255 bytes that file systems allow."""


class RunFolder:
    """A folder with all that belongs to one training."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.signed: dict[str, Any] = {}
        """What every save repeats under its checksum, so that damage elsewhere is noticed."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    @classmethod
    def reserve(cls, name: str, parent: Path = Path("runs")) -> Self:
        """Make the first folder PARENT/NAME, PARENT/NAME-2, … that is not there yet.

        Two trainings that start together get two folders.

        Args:
            name: characters that file systems or shells treat specially become hyphens.
            parent: made if it is missing.

        Raises:
            UserError: the folder cannot be made.
        """
        for path in _name_in_turn(name, parent):
            try:
                make_folder(parent)
                path.mkdir()
                sync_folder(parent)
            except FileExistsError:
                continue
            except OSError as error:
                raise os_error(error, path, "make") from error
            return cls(path)
        raise AssertionError("unreachable: the names have no end")

    @staticmethod
    def propose(name: str, parent: Path = Path("runs")) -> Path:
        """Return the folder that `reserve` would make now.

        Raises:
            UserError: the system does not tell which folders are there.
        """
        return next(path for path in _name_in_turn(name, parent) if not exists(path))

    def give_up(self, *, created: bool) -> None:
        """Remove the folder again if no training has logged anything in it.

        So what is interrupted before its first step can simply be repeated.

        Args:
            created: whether `create` made the files in it; others are never removed.
        """
        if any((self.path / name).exists() for name in (METRICS, MODEL, LAST)):
            return
        with suppress(OSError):
            for name in (CONFIG, VOCABULARY) if created else ():
                (self.path / name).unlink(missing_ok=True)
            if not (self.path / CONFIG).exists():
                (self.path / LOCK).unlink(missing_ok=True)
            self.path.rmdir()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training in this folder; raise `UserError` if one does."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.path / LOCK, timeout=0)
        try:
            make_folder(self.path)
            if (self.path / LOCK).is_symlink():
                raise UserError(f"{self.path / LOCK} is a symbolic link; remove it")
            lock.acquire()
        except Timeout as error:
            raise UserError(f"another process is training in {self.path}") from error
        except OSError as error:
            raise os_error(error, self.path, "make") from error
        with suppress(OSError):  # Windows lets nobody write to a file that is locked
            (self.path / LOCK).write_text(f"{os.getpid()}\n")
        try:
            yield
        finally:
            lock.release()

    def find_training(self) -> int | None:
        """Return the process that trains in this folder, None if none does.

        The lock tells whether one does, and on Linux the process must have it open: what a file
        says is not believed.

        Raises:
            UserError: one does, but which one cannot be told.
        """
        from filelock import FileLock, Timeout

        path = self.path / LOCK
        if path.is_symlink() or not path.exists():
            return None
        for pause in (0.05,) * 10:  # one that ends meanwhile has the lock, then not the file open
            try:
                with FileLock(path, timeout=0):
                    return None
            except Timeout:
                pass
            except OSError as error:
                raise os_error(error, path) from error
            with suppress(ValueError, OSError):
                number = int(path.read_text()[:20])
                opened = Path(f"/proc/{number}/fd")
                if not opened.exists() or any(_is_same(one, path) for one in opened.iterdir()):
                    return number
            sleep(pause)
        raise UserError(f"a process trains in {self.path}, but its number is not known")

    @property
    def exists(self) -> bool:
        """Whether a training was begun here."""
        return exists(self.path / CONFIG)

    def create(self, kind: str, vocabulary: str, about: dict[str, Any]) -> None:
        """Make the folder, with its vocabulary (JSON) and `config.json`, made of `about`."""
        if self.exists:
            advice = "--resume" if (self.path / LAST).exists() else "remove"
            raise UserError(f"{self.path} holds a run already; {advice} it, or name another --out")
        try:
            make_folder(self.path)
        except OSError as error:
            raise os_error(error, self.path, "make") from error
        write_atomic(self.path / VOCABULARY, vocabulary.encode())
        self.write_config({"kind": kind, "format": FORMAT, **about})

    def write_config(self, config: dict[str, Any]) -> None:
        """Replace `config.json`."""
        write_json(self.path / CONFIG, config)

    def read_config(self, *kinds: str) -> dict[str, Any]:
        """Return `config.json`; raise `UserError` if it is of none of `kinds`, if any are given."""
        path = self.path / CONFIG
        if not exists(path):
            raise UserError(f"{self.path} is not a run folder: it has no {CONFIG}")
        config = read_json(path)
        if not isinstance(config, dict):
            raise UserError(f"{path} is damaged: an object is expected")
        check_header(config, kinds, path)
        return config

    def save_model(self, model: ModelFile) -> None:
        """Write the model file."""
        write_model(self.path / MODEL, model)

    def save_last(self, arrays: Arrays, state: dict[str, Any]) -> Path:
        """Write what training goes on from: one file, which is whole, or the one before.

        That one is kept as `PREVIOUS`: if the disk damages the last save, see `go_back`.
        """
        path = locate(self.path, LAST)
        metadata = {"state": json.dumps(state), "signed": json.dumps(self.signed)}
        write_tensors(path, arrays, metadata, keep=locate(self.path, PREVIOUS))
        return path

    def go_back(self) -> None:
        """Replace the last save by the one before it; what was trained between them is lost.

        Raises:
            UserError: there is none, or it is damaged as well.
        """
        self.load_last(PREVIOUS)
        path = locate(self.path, PREVIOUS)
        try:
            path.replace(locate(self.path, LAST))
            sync_folder(path.parent)
        except OSError as error:
            raise os_error(error, path, "write") from error

    def clean(self) -> None:
        """Remove what killed processes have left while they wrote."""
        remove_left_behind(self.path, (CONFIG, VOCABULARY, MODEL, METRICS))
        last = locate(self.path, LAST)
        remove_left_behind(last.parent, [last.name, Path(PREVIOUS).name])

    def load_last(self, name: str = LAST) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Return what `save_last` wrote, and set `signed`; `name` is `LAST` or `PREVIOUS`.

        Raises:
            UserError: it is missing or damaged.
        """
        path = locate(self.path, name)
        if not exists(path):
            raise UserError(
                f"{self.path} has no {name} to resume from: it ended before its "
                f"{'first' if name == LAST else 'second'} save; remove it and train anew"
            )
        try:
            arrays, metadata = read_tensors(path)
        except UserError as error:
            if name == LAST and exists(locate(self.path, PREVIOUS)):
                again = f"charlm check {join_words([str(self.path)])} --repair"
                raise UserError(f"{error}; the save before it is kept: {again}") from error
            raise
        state, signed = (parse_json(metadata.get(key, ""), path) for key in ("state", "signed"))
        if not isinstance(state, dict) or not isinstance(signed, dict):
            raise UserError(f"{path} is damaged: it has no training state")
        self.signed = signed
        return arrays, state


def _name_in_turn(name: str, parent: Path) -> Iterator[Path]:
    """Yield PARENT/NAME, PARENT/NAME-2, … without end."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:LONGEST_NAME] or "run"
    yield parent / stem
    yield from (parent / f"{stem}-{number}" for number in itertools.count(2))


def _is_same(one: Path, other: Path) -> bool:
    """Return whether both are one file; not if a descriptor was closed while it was looked at."""
    try:
        return one.samefile(other)
    except OSError:
        return False
