"""A catalogued text as a file: from the mirror, else from the cache, else from the network."""

import json
import tempfile
from hashlib import sha256
from pathlib import Path

from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error
from corpora.known import catalog
from corpora.known.catalog import Entry, Source
from corpora.known.download import DownloadFailed, Progress, download
from corpora.known.verify import Check
from corpora.notice import Notice, silent
from corpora.places import CACHE_ADVICE, cache_dir, mirror_dir
from corpora.text.normalize import iter_text


class Unavailable(UserError):
    """A text is neither in the mirror nor in the cache, and the network did not deliver it."""


def fetch(name: str, *, progress: Progress | None = None, notice: Notice = silent) -> Path:
    """The file with the normalised text of the corpus called `name`; see `fetch_entry`.

    Raises UserError for an unknown name, too.
    """
    return fetch_entry(catalog.lookup(name), progress=progress, notice=notice)


def fetch_entry(entry: Entry, *, progress: Progress | None = None, notice: Notice = silent) -> Path:
    """The file with the normalised text of `entry`; not to be changed.

    A text in the cache whose checksum is right is taken as it is; otherwise the mirror, a text of
    another edition in the cache, and the network are tried in turn. `notice` gets one line if
    the text is of another edition. `progress` is closed at the end of a download.

    Raises UserError for a text that is not the expected one (nothing is placed then), and
    Unavailable for one that cannot be had.
    """
    for source in entry.sources:
        if source.packaged is not None:
            return Path(__file__).parents[1] / source.packaged
    placement = _Placement(entry, notice)
    held = placement.cached_exactly() or _from_mirror(placement) or placement.cached_otherwise()
    if not held:
        _from_network(placement, progress)
    return placement.target


def place(
    name: str, path: Path, *, progress: Progress | None = None, notice: Notice = silent
) -> Path:
    """Put the text of the corpus called `name` at `path`, atomically. Errors as `fetch`."""
    text = fetch(name, progress=progress, notice=notice)
    try:
        data = text.read_bytes()
    except OSError as error:
        raise os_error(error, text) from error
    write_atomic(path, data)
    return path


class _Placement:
    """The place of one corpus in the cache, and what may be put there."""

    def __init__(self, entry: Entry, notice: Notice) -> None:
        self.entry = entry
        self.notice = notice
        self.target = cache_dir() / "corpora" / f"{entry.name}.txt"
        self._record = self.target.with_suffix(".json")
        self._digest = _digest(self.target)

    def cached_exactly(self) -> bool:
        """Whether the cache holds the edition that the catalogue knows."""
        known = {source.sha256 for source in self.entry.sources}
        return self._digest is not None and self._digest in known

    def cached_otherwise(self) -> bool:
        """Whether the cache holds, unharmed, another edition that was put there and recorded."""
        try:
            record = json.loads(self._record.read_bytes())
        except (OSError, ValueError):
            return False
        if self._digest is None or not isinstance(record, dict):
            return False
        edition = record.get("edition")
        if record.get("sha256") != self._digest or not isinstance(edition, str):
            return False
        self.notice(edition)
        return True

    def install(self, source: Source, raw: Path, origin: str) -> None:
        """Normalise the file `raw`, verify it and put it in its place."""
        check = Check(source, self.entry.name, origin)
        write_atomic(self.target, check.passed(iter_text(raw)), advice=CACHE_ADVICE)
        known = {source.sha256 for source in self.entry.sources}
        if source.edition is not None and check.digest not in known:
            record = json.dumps({"sha256": check.digest, "edition": source.edition})
            write_atomic(self._record, record.encode(), advice=CACHE_ADVICE)
            self.notice(source.edition)


def _from_mirror(placement: _Placement) -> bool:
    mirror = mirror_dir()
    if mirror is None:
        return False
    for source in placement.entry.sources:
        if source.mirror is not None and (mirror / source.mirror).is_file():
            placement.install(source, mirror / source.mirror, f"{mirror / source.mirror}")
            return True
    return False


def _from_network(placement: _Placement, progress: Progress | None) -> None:
    folder = placement.target.parent
    failures: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in placement.entry.sources:
            if source.url is None:
                continue
            with tempfile.TemporaryDirectory(prefix=".download-", dir=folder) as temporary:
                try:
                    raw = download(source.url, Path(temporary), progress)
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


def _digest(path: Path) -> str | None:
    """The sha256 of the normalised text of a file; None if it has none, for whatever reason."""
    digest = sha256()
    try:
        for piece in iter_text(path):
            digest.update(piece.encode())
    except UserError:
        return None
    return digest.hexdigest()
