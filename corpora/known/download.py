"""Downloads of single files through pooch."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_ATTEMPTS = 2
_TIMEOUT = (10.0, 30.0)  # seconds: to connect, and between two bytes
_CHUNK_BYTES = 1 << 16
_HEADERS = {"User-Agent": "charlm (character-level language models)"}


class Progress(Protocol):
    """A progress bar for downloads: the protocol of pooch, which tqdm follows."""

    total: int
    """Size of the download in bytes, set when it is known; 0 if the server does not say."""

    def update(self, n: int, /) -> object:
        """Advance by `n` bytes."""

    def reset(self) -> object:
        """Go back to zero, for a new attempt or to correct the count at the end."""

    def close(self) -> object:
        """Finish, after a success or a failure."""


class DownloadFailed(Exception):
    """A download that failed; the message gives the reason in a few words."""


def download(url: str, folder: Path, progress: Progress | None = None) -> Path:
    """Download `url` to a file in `folder`, with a second attempt after a broken connection.

    Args:
        url: the address.
        folder: the folder for the file.
        progress: reset at each attempt, and not closed.

    Returns:
        The file.

    Raises:
        DownloadFailed: the network fails, for any reason.
        OSError: the file cannot be written.
    """
    # These two imports take 0.3 s, so only a download pays for them.
    import pooch
    import requests

    bar = None if progress is None else _KeptOpen(progress)
    downloader = pooch.HTTPDownloader(
        progressbar=bar or False, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT, headers=_HEADERS
    )
    reason = ""
    for _ in range(_ATTEMPTS):
        if progress is not None:
            progress.reset()
        try:
            with _silence(pooch.get_logger()):
                return Path(pooch.retrieve(url, None, "raw", folder, downloader=downloader))
        except requests.HTTPError as error:
            status = "error" if error.response is None else error.response.status_code
            raise DownloadFailed(f"HTTP status {status}") from error
        except requests.Timeout as error:
            raise DownloadFailed("no answer in time") from error
        except requests.ConnectionError as error:
            kind = type(error).__name__  # SSLError and ProxyError are worth naming
            reason = "no connection" if kind == "ConnectionError" else kind
        except requests.exceptions.ChunkedEncodingError:
            reason = "the connection broke off"
        except requests.RequestException as error:
            raise DownloadFailed(type(error).__name__) from error
    raise DownloadFailed(reason)


class _KeptOpen:
    """A progress bar that stays open: pooch would close it after the first file."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.update = progress.update
        self.reset = progress.reset

    @property
    def total(self) -> int:
        return self._progress.total

    @total.setter
    def total(self, total: int) -> None:
        self._progress.total = total

    def close(self) -> None:
        pass


@contextmanager
def _silence(logger: logging.Logger) -> Iterator[None]:
    """Hide what pooch logs to the terminal: each download, and the hash of each file."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
