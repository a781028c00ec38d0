"""Cleaning of the cache and of temporary files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from corpora.places import cache_dir
from corpora.temporary import Freed, remove_left_downloads, remove_left_files, remove_left_spools
from corpora.text import cache_bound


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """What `clean` has removed and kept."""

    folder: Path
    """Folder of the encoded texts."""
    temporary: Freed
    """Temporary files and folders that killed processes left."""
    texts: Freed
    """Encoded texts that were removed."""
    kept: Freed
    """Encoded texts that stay."""


def clean(*, everything: bool = False) -> Cleaned:
    """Remove what killed processes left, and encoded texts.

    Encoded texts are removed if this version cannot read them, and the least recently used ones
    beyond `cache_bound.MOST_BYTES`. Downloaded texts stay.

    Args:
        everything: whether to remove all encoded texts.

    Raises:
        UserError: CHARLM_CACHE cannot be used.
    """
    ids, texts = cache_dir() / "ids", cache_dir() / "corpora"
    temporary = remove_left_spools() + remove_left_downloads(texts)
    temporary += remove_left_files(texts) + remove_left_files(ids)
    freed = cache_bound.clean(ids, everything=everything)
    return Cleaned(folder=ids, temporary=temporary, texts=freed, kept=cache_bound.measure(ids))
