"""The Large Movie Review Dataset (Maas et al. 2011) through Hugging Face `datasets`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

import numpy as np

from corpora.errors import UserError
from corpora.fetch import CACHE_ADVICE, cache_dir, mirror_dir
from corpora.labelled import LabelledTexts

Split = Literal["train", "test", "unsupervised"]
SPLITS: tuple[Split, ...] = get_args(Split)
CLASSES = ("negative", "positive")
HUB = "stanfordnlp/imdb"

_FACTS = {"train": (25_000, {0, 1}), "test": (25_000, {0, 1}), "unsupervised": (50_000, {-1})}
"""Rows of each split, and the labels that occur in it."""


def load(split: Split) -> LabelledTexts:
    """Return the reviews of a split as they are on file, and their labels (-1: none).

    They come from imdb/SPLIT.parquet in the mirror, else from the cache, else from the hub.

    Raises:
        UserError: they cannot be had, or are not what they should be.
    """
    mirror = mirror_dir()
    file = mirror / "imdb" / f"{split}.parquet" if mirror else None
    cache = str(cache_dir() / "datasets")
    with _silent() as datasets:
        try:
            if file is not None and file.is_file():
                source = str(file)
                rows = datasets.Dataset.from_parquet(source, cache_dir=cache, keep_in_memory=True)
            else:
                source = f"{HUB} on the Hugging Face hub"
                rows = datasets.load_dataset(HUB, split=split, cache_dir=cache)
            texts, labels = list(rows["text"]), np.array(rows["label"], dtype=np.int64)
        except PermissionError as error:
            raise UserError(f"cannot write to {cache}; {CACHE_ADVICE}") from error
        # Nothing less: the library lets through what pyarrow, the hub and requests raise.
        except Exception as error:
            why = str(error).strip().partition("\n")[0] or type(error).__name__
            raise UserError(
                f"the {split} reviews cannot be had from {source} ({why}); connect to the network, "
                f"or set CHARLM_MIRROR to a folder with imdb/{split}.parquet"
            ) from error
    count, known = _FACTS[split]
    if len(texts) != count or set(labels.tolist()) != known or not all(map(_is_text, texts)):
        raise UserError(f"{source} does not hold the {count:,} {split} reviews; get them anew")
    return LabelledTexts("imdb", texts, labels, CLASSES)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@contextmanager
def _silent() -> Iterator[Any]:
    """Yield the library with its progress bars and logs switched off; put them back afterwards."""
    import datasets
    from datasets.utils import logging as log

    bars = datasets.is_progress_bar_enabled()
    levels = {name: logging.getLogger(name).level for name in ("huggingface_hub", "fsspec")}
    before = log.get_verbosity()
    datasets.disable_progress_bar()
    log.set_verbosity(logging.CRITICAL)
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield datasets
    finally:
        log.set_verbosity(before)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        if bars:
            datasets.enable_progress_bar()
