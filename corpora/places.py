"""Where data lies: the mirror, and the cache."""

from __future__ import annotations

import os
from pathlib import Path

from corpora.errors import UserError

CACHE_ADVICE = "set CHARLM_CACHE to a folder that can be written"


def mirror_dir() -> Path | None:
    """The folder with copies of the data sets: CHARLM_MIRROR, or ../shared/data of the checkout.

    None if CHARLM_MIRROR is unset and that folder is missing. Raises UserError if CHARLM_MIRROR
    does not name a folder.
    """
    if named := os.environ.get("CHARLM_MIRROR"):
        folder = Path(named).expanduser()
        if not folder.is_dir():
            raise UserError(
                f"CHARLM_MIRROR names {named}, which is not a folder; correct or unset it"
            )
        return folder
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return beside if beside.is_dir() else None


def cache_dir() -> Path:
    """The folder for what can be made again: CHARLM_CACHE, or charlm's among the user's caches."""
    if named := os.environ.get("CHARLM_CACHE"):
        return Path(named).expanduser()
    import platformdirs  # it looks at the environment when imported

    return Path(platformdirs.user_cache_dir("charlm"))
