"""The Large Movie Review Dataset (Maas et al. 2011), from the mirror or the Hugging Face hub."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from corpora.errors import UserError, os_error
from corpora.hub import PATIENCE, quiet_hub, root_cause
from corpora.labelled.texts import LabelledTexts
from corpora.notice import Notice, silent
from corpora.places import CACHE_ADVICE, cache_dir, mirror_dir
from corpora.tables import READERS

Split = Literal["train", "test", "unsupervised"]
SPLITS: tuple[Split, ...] = get_args(Split)
CLASSES = ("negative", "positive")
HUB = "stanfordnlp/imdb"

Columns = tuple[list[Any], list[Any]]
"""Values of the columns of texts and labels, of any type."""

_FACTS = {"train": (25_000, {0, 1}), "test": (25_000, {0, 1}), "unsupervised": (50_000, {-1})}
"""Number of reviews of each split, and the labels that occur in it."""


def load(split: Split, *, notice: Notice = silent) -> LabelledTexts:
    """Return the reviews of a split, unchanged, and their labels (-1: no label).

    They are read from imdb/SPLIT.parquet in the mirror, otherwise from the cache, otherwise from
    the hub.

    Args:
        split: the split.
        notice: takes one line before a download.

    Raises:
        UserError: the reviews cannot be read or downloaded, or their number or labels are wrong.
    """
    mirror = mirror_dir()
    file = mirror / "imdb" / f"{split}.parquet" if mirror else None
    cache = cache_dir() / "datasets"
    try:
        if file is not None and file.is_file():
            source = file
            texts, labels = _read_mirror(file)
        else:
            source = cache
            with _silence_libraries():
                texts, labels = _read_hub(split, cache, notice)
    except OSError as error:
        raise os_error(error, error.filename or file or cache) from error
    count, expected = _FACTS[split]
    whole = len(texts) == count and {*map(type, texts)} == {str}
    if not whole or {*map(type, labels)} != {int} or set(labels) != expected:
        raise UserError(
            f"{source} does not hold the {count:,} {split} reviews; remove it, and they are "
            "downloaded"
        )
    return LabelledTexts("imdb", texts, np.array(labels, dtype=np.int64), CLASSES)


def _read_mirror(file: Path) -> Columns:
    try:
        names, column = READERS[".parquet"](file, "utf-8")
        texts, labels = (column(name) if name in names else [] for name in ("text", "label"))
    except UserError as error:
        raise UserError(f"{error}; download it again") from error
    return texts, labels


def _read_hub(split: Split, cache: Path, notice: Notice) -> Columns:
    """Read a split from the cache of `datasets`, or download it from the hub."""
    import datasets
    from huggingface_hub import HfApi

    about: dict[str, Any] = {"path": HUB, "split": split, "cache_dir": str(cache)}
    # After any error the cache is useless, and the reviews are downloaded.
    with suppress(Exception), _offline():
        return _columns(datasets.load_dataset(**about))
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # `datasets` itself would wait 24 s for a hub that does not answer.
        HfApi().dataset_info(HUB, timeout=PATIENCE)
        notice(f"downloading the reviews of {HUB} to {cache}")
        return _columns(datasets.load_dataset(**about, download_mode="reuse_cache_if_exists"))
    # `datasets` also raises the exceptions of pyarrow, huggingface_hub and httpx.
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise os_error(error, error.filename, "write", CACHE_ADVICE) from error
        raise UserError(
            f"the {split} reviews cannot be downloaded from {HUB} on the Hugging Face hub "
            f"({root_cause(error)}); connect to the network, or set CHARLM_MIRROR to a folder "
            f"with imdb/{split}.parquet"
        ) from error


def _columns(rows: Any) -> Columns:
    known = set(rows.column_names)
    texts, labels = (list(rows[name]) if name in known else [] for name in ("text", "label"))
    return texts, labels


@contextmanager
def _offline() -> Iterator[None]:
    """Keep `datasets` from using the network."""
    import datasets

    before = datasets.config.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE = before


@contextmanager
def _silence_libraries() -> Iterator[None]:
    """Turn progress bars, logs and warnings of the libraries off, and restore them afterwards."""
    import datasets
    from datasets.utils import logging as log

    bars, before = datasets.is_progress_bar_enabled(), log.get_verbosity()
    with quiet_hub("fsspec"):
        datasets.disable_progress_bar()
        log.set_verbosity(logging.CRITICAL)
        try:
            yield
        finally:
            log.set_verbosity(before)
            if bars:
                datasets.enable_progress_bar()
