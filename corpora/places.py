"""Folders with data: the mirror and the cache."""

from __future__ import annotations

import os
from pathlib import Path

from corpora.errors import UserError

CACHE_ADVICE = "set CHARLM_CACHE to a folder that can be written"


def mirror_dir() -> Path | None:
    """Return the folder with copies of the data sets.

    It is CHARLM_MIRROR if that is set, otherwise ../shared/data of the checkout.

    Returns:
        The folder; None if CHARLM_MIRROR is not set and ../shared/data does not exist.

    Raises:
        UserError: CHARLM_MIRROR does not name a folder, or names the home folder of a user that
            does not exist.
    """
    if named := os.environ.get("CHARLM_MIRROR"):
        folder = _expand(named, "CHARLM_MIRROR")
        if not folder.is_dir():
            raise UserError(
                f"CHARLM_MIRROR names {named}, which is not a folder; correct or unset it"
            )
        return folder
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return beside if beside.is_dir() else None


def cache_dir() -> Path:
    """Return the folder for files that can be made again.

    It is CHARLM_CACHE if that is set, otherwise the folder "charlm" among the user's caches.

    Raises:
        UserError: CHARLM_CACHE names the home folder of a user that does not exist.
    """
    if named := os.environ.get("CHARLM_CACHE"):
        return _expand(named, "CHARLM_CACHE")
    import platformdirs  # reads the environment when it is imported

    return Path(platformdirs.user_cache_dir("charlm"))


def _expand(named: str, variable: str) -> Path:
    """Return the path that the environment variable names, with ~ replaced by the home folder."""
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise UserError(
            f"{variable} names {named}, and there is no such home folder; correct or unset it"
        ) from error
