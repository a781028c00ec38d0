"""One file from the network, through pooch, with its failures in a few words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_ATTEMPTS = 2
_TIMEOUT = (10.0, 30.0)  # seconds to connect, and without a byte while reading
_CHUNK_BYTES = 1 << 16
_HEADERS = {"User-Agent": "charlm (character-level language models)"}


class Progress(Protocol):
    """What shows how far a download is; the protocol of pooch, so a tqdm bar is one, too."""

    total: int
    """Bytes to come, set when they are known; 0 if the server does not say."""

    def update(self, n: int, /) -> object:
        """Advance by `n` bytes."""

    def reset(self) -> object:
        """Go back to zero: a new attempt, or a correction at the end."""

    def close(self) -> object:
        """No more will come, whether it went well or not."""


class DownloadFailed(Exception):
    """The network did not deliver; the message says why in a few words."""


def download(url: str, folder: Path, progress: Progress | None = None) -> Path:
    """The content of `url`, as a file in `folder`; a second attempt follows a broken connection.

    `progress` is reset at each attempt and not closed. Raises DownloadFailed for whatever the
    network does, and OSError if `folder` cannot be written.
    """
    # 0.3 s together, which only those who download should pay.
    import pooch
    import requests

    bar = None if progress is None else _Unclosed(progress)
    downloader = pooch.HTTPDownloader(
        progressbar=bar or False, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT, headers=_HEADERS
    )
    reason = ""
    for _ in range(_ATTEMPTS):
        if progress is not None:
            progress.reset()
        try:
            with _silent(pooch.get_logger()):
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


class _Unclosed:
    """Pooch closes a bar after each file that arrived; the bar here outlives several."""

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
def _silent(logger: logging.Logger) -> Iterator[None]:
    """Pooch logs each download, and the hash of each file without a known one, to the terminal."""
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
