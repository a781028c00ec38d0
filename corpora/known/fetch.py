"""Texts of the catalogue as files, from the cache, the mirror or the network."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

from corpora.atomic import make_folder, write_atomic
from corpora.errors import UserError, os_error
from corpora.known import catalog
from corpora.known.catalog import Entry, Source
from corpora.known.download import DownloadFailed, Progress, download
from corpora.known.verify import Check
from corpora.notice import Notice, silent
from corpora.places import CACHE_ADVICE, cache_dir, mirror_dir
from corpora.temporary import open_download_folder
from corpora.text.normalize import iter_text


class Unavailable(UserError):
    """A text that is neither in the mirror nor in the cache and could not be downloaded."""


def fetch(name: str, *, progress: Progress | None = None, notice: Notice = silent) -> Path:
    """Return the file with the normalised text of the corpus called `name`; see `fetch_entry`.

    Raises:
        UserError: there is no such corpus, or `fetch_entry` raises it.
    """
    return fetch_entry(catalog.lookup(name), progress=progress, notice=notice)


def fetch_entry(entry: Entry, *, progress: Progress | None = None, notice: Notice = silent) -> Path:
    """Return the file with the normalised text of `entry`. Callers must not change the file.

    A cached text of the catalogue's edition is used as it is. Otherwise the mirror, a cached text
    of another edition, and the network are tried in this order.

    Args:
        entry: the corpus.
        progress: shows the download, and is closed at its end.
        notice: takes one line if the text is of another edition.

    Raises:
        UserError: the text is not the expected one; no file is written then.
        Unavailable: the text is in none of these places.
    """
    for source in entry.sources:
        if source.packaged is not None:
            return Path(__file__).parents[1] / source.packaged
    placement = _Placement(entry, notice)
    found = (
        placement.holds_catalogued_edition()
        or _install_from_mirror(placement)
        or placement.holds_other_edition()
    )
    if not found:
        _install_from_network(placement, progress)
    return placement.target


def place(
    name: str, path: Path, *, progress: Progress | None = None, notice: Notice = silent
) -> Path:
    """Write the text of the corpus called `name` to a file, atomically, and return its path.

    A file that holds this text already, with any line ends, stays as it is.

    Args:
        name: the corpus.
        path: the file, or a folder, in which the file is called NAME.txt.
        progress: shows a download.
        notice: takes one line if the text is of another edition.

    Raises:
        UserError: `fetch` raises it, `path` holds something else, or the file cannot be written.
    """
    text = fetch(name, progress=progress, notice=notice)
    # Unlike the methods of Path, these functions answer False for a name that is too long.
    if os.path.isdir(path):  # noqa: PTH112
        path = path / f"{name}.txt"
    if os.path.lexists(path):
        digest = _compute_digest(path) if os.path.isfile(path) else None  # noqa: PTH113
        if digest is not None and digest == _compute_digest(text):
            return path
        raise UserError(f"{path} exists already; remove it, or name another")
    try:
        data = text.read_bytes()
    except OSError as error:
        raise os_error(error, text) from error
    write_atomic(path, data)
    return path


class _Placement:
    """The file of one corpus in the cache."""

    def __init__(self, entry: Entry, notice: Notice) -> None:
        self.entry = entry
        self.notice = notice
        self.target = cache_dir() / "corpora" / f"{entry.name}.txt"
        self._record = self.target.with_suffix(".json")
        self._digest = _compute_digest(self.target)

    def holds_catalogued_edition(self) -> bool:
        """Return whether the cache holds an edition whose digest is in the catalogue."""
        known = {source.sha256 for source in self.entry.sources}
        return self._digest is not None and self._digest in known

    def holds_other_edition(self) -> bool:
        """Return whether the cache holds an undamaged text of another edition, and announce it.

        The digest of such a text was recorded when it was installed.
        """
        try:
            record = json.loads(self._record.read_bytes())
        except (OSError, ValueError, RecursionError):
            return False
        if self._digest is None or not isinstance(record, dict):
            return False
        edition = record.get("edition")
        if record.get("sha256") != self._digest or not isinstance(edition, str):
            return False
        self.notice(edition)
        return True

    def install(self, source: Source, raw: Path, origin: str) -> None:
        """Normalise the file `raw`, verify it and write it to the cache."""
        check = Check(source, self.entry.name, origin)
        write_atomic(self.target, check.pass_on(iter_text(raw)), advice=CACHE_ADVICE)
        known = {source.sha256 for source in self.entry.sources}
        if source.edition is not None and check.digest not in known:
            record = json.dumps({"sha256": check.digest, "edition": source.edition})
            write_atomic(self._record, record.encode(), advice=CACHE_ADVICE)
            self.notice(source.edition)


def _install_from_mirror(placement: _Placement) -> bool:
    mirror = mirror_dir()
    if mirror is None:
        return False
    for source in placement.entry.sources:
        if source.mirror is not None and (mirror / source.mirror).is_file():
            placement.install(source, mirror / source.mirror, f"{mirror / source.mirror}")
            return True
    return False


def _install_from_network(placement: _Placement, progress: Progress | None) -> None:
    folder = placement.target.parent
    failures: list[str] = []
    try:
        make_folder(folder)
        for source in placement.entry.sources:
            if source.url is None:
                continue
            with open_download_folder(folder) as temporary:
                try:
                    raw = download(source.url, temporary, progress)
                except DownloadFailed as error:
                    failures.append(f"{source.url}: {error}")
                    continue
                placement.install(source, raw, source.url)
                return
    except OSError as error:
        raise os_error(error, folder, "write", CACHE_ADVICE) from error
    finally:
        if progress is not None:
            progress.close()
    raise Unavailable(
        f"{placement.entry.name} is not in the mirror or the cache and could not be downloaded "
        f"(offline?): {', '.join(failures)}; put the file at {placement.target} or set "
        "CHARLM_MIRROR"
    )


def _compute_digest(path: Path) -> str | None:
    """Return the sha256 of the normalised text of a file; None if the file cannot be read."""
    digest = sha256()
    try:
        for piece in iter_text(path):
            digest.update(piece.encode())
    except UserError:
        return None
    return digest.hexdigest()
