"""The Large Movie Review Dataset (Maas et al. 2011) through Hugging Face `datasets`."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

import numpy as np

from corpora.errors import UserError, os_error
from corpora.labelled.texts import LabelledTexts
from corpora.notice import Notice, silent
from corpora.places import CACHE_ADVICE, cache_dir, mirror_dir

Split = Literal["train", "test", "unsupervised"]
SPLITS: tuple[Split, ...] = get_args(Split)
CLASSES = ("negative", "positive")
HUB = "stanfordnlp/imdb"

Columns = tuple[list[Any], list[Any]]
"""Texts and labels, whatever they may be."""

_FACTS = {"train": (25_000, {0, 1}), "test": (25_000, {0, 1}), "unsupervised": (50_000, {-1})}
"""Rows of each split, and the labels that occur in it."""

_PATIENCE = 5.0
"""Seconds to wait for the hub's first answer."""


def load(split: Split, *, notice: Notice = silent) -> LabelledTexts:
    """Return the reviews of a split as they are on file, and their labels (-1: none).

    They come from imdb/SPLIT.parquet in the mirror, else from the cache, else from the hub.
    `notice` gets one line before a download.

    Raises:
        UserError: they cannot be had, or are not what they should be.
    """
    mirror = mirror_dir()
    file = mirror / "imdb" / f"{split}.parquet" if mirror else None
    cache = cache_dir() / "datasets"
    with _silent():
        try:
            source = file if file is not None and file.is_file() else cache
            if source is cache:
                texts, labels = _from_hub(split, cache, notice)
            else:
                texts, labels = _from_mirror(source)
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


def _from_mirror(file: Path) -> Columns:
    import datasets

    file.open("rb").close()
    # The library's cache knows a file by path and time of change, which a copy may share; and it
    # reads [, * and ? in a path as a pattern. An empty cache takes 0.2 s longer than a full one.
    with TemporaryDirectory(prefix="charlm-") as temporary:
        link = Path(temporary, file.name)
        try:
            link.symlink_to(file.resolve())
        except OSError:  # where links are for administrators
            shutil.copyfile(file, link)
        try:
            return _columns(
                datasets.Dataset.from_parquet(str(link), cache_dir=temporary, keep_in_memory=True)
            )
        # Nothing less: the library lets through what pyarrow raises.
        except Exception as error:
            raise UserError(f"{file} cannot be read ({_why(error)}); get it anew") from error


def _from_hub(split: Split, cache: Path, notice: Notice) -> Columns:
    import datasets
    from huggingface_hub import HfApi

    about: dict[str, Any] = {"path": HUB, "split": split, "cache_dir": str(cache)}
    # Whatever the reason, there is nothing to use in the cache.
    with suppress(Exception), _offline():
        return _columns(datasets.load_dataset(**about))
    try:
        cache.mkdir(parents=True, exist_ok=True)
        # Without an answer the library would try again for 24 s.
        HfApi().dataset_info(HUB, timeout=_PATIENCE)
        notice(f"downloading the reviews of {HUB} to {cache}")
        return _columns(datasets.load_dataset(**about, download_mode="reuse_cache_if_exists"))
    # Nothing less: it lets through what pyarrow, the hub and httpx raise.
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise os_error(error, error.filename, "write", CACHE_ADVICE) from error
        raise UserError(
            f"the {split} reviews cannot be had from {HUB} on the Hugging Face hub "
            f"({_why(error)}); connect to the network, or set CHARLM_MIRROR to a folder with "
            f"imdb/{split}.parquet"
        ) from error


def _columns(rows: Any) -> Columns:
    known = set(rows.column_names)
    texts, labels = (list(rows[name]) if name in known else [] for name in ("text", "label"))
    return texts, labels


def _why(error: BaseException) -> str:
    """Return a line that says what came before all else that was raised."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


@contextmanager
def _offline() -> Iterator[None]:
    import datasets

    before = datasets.config.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE = before


@contextmanager
def _silent() -> Iterator[None]:
    """Switch the library's progress bars, logs and warnings off; put them back afterwards."""
    import datasets
    from datasets.utils import logging as log
    from huggingface_hub import utils

    hub: Any = utils  # which imports lazily what is used here
    bars, hub_bars = datasets.is_progress_bar_enabled(), not hub.are_progress_bars_disabled()
    levels = {name: logging.getLogger(name).level for name in ("huggingface_hub", "fsspec")}
    before = log.get_verbosity()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        datasets.disable_progress_bar()
        hub.disable_progress_bars()
        log.set_verbosity(logging.CRITICAL)
        for name in levels:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            log.set_verbosity(before)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if bars:
                datasets.enable_progress_bar()
            if hub_bars:
                hub.enable_progress_bars()
