"""Texts as the two reviews' jobs read them: named, split, encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from charlm.training.distributed import under_torchrun
from corpora.errors import UserError
from corpora.labelled import imdb
from corpora.labelled.texts import LabelledTexts, read
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice, silent

Ids = npt.NDArray[np.integer[Any]]

IMDB = "imdb"


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where labelled texts are."""

    spec: str = IMDB
    """`imdb`, or a file or folder of one's own; see `corpora.labelled.texts.read`."""
    text_column: str | None = None
    label_column: str | None = None

    @classmethod
    def recorded(cls, corpus: Mapping[str, Any]) -> Self:
        """Return the source that `record` describes."""
        return cls(**{name: corpus[name] for name in asdict(cls())})

    def record(self, texts: LabelledTexts) -> dict[str, Any]:
        """Return what a run folder remembers of its texts."""
        return {**asdict(self), "texts": len(texts), "sha256": texts.sha256}

    def read(
        self, split: imdb.Split = "train", *, notice: Notice = silent, **about: Any
    ) -> LabelledTexts:
        """Return the texts; of IMDB those of `split`. For `about` see `texts.read`.

        `notice` is told before a download.

        Raises:
            UserError: they cannot be had.
        """
        if self.spec == IMDB:
            return imdb.load(split, notice=notice)
        return read(
            self.spec, text_column=self.text_column, label_column=self.label_column, **about
        )


def refuse_torchrun() -> None:
    """Raise `UserError` where several processes were started."""
    if under_torchrun():
        raise UserError("a classifier is trained by one process; start it without torchrun")


def split(count: int, validation_share: float, seed: int) -> tuple[Ids, Ids]:
    """Return the indices of training and of validation texts, in an order drawn by `seed`.

    Raises:
        UserError: there are too few texts for both.
    """
    held_out = round(count * validation_share)
    if not 0 < held_out < count:
        raise UserError(
            f"{count:,} texts are too few to hold out a share of {validation_share:g} for "
            f"validation; give more texts, or another --validation-share"
        )
    order = np.random.default_rng(seed).permutation(count)
    return order[held_out:], order[:held_out]


def encoded(tokenizer: WordTokenizer, texts: Sequence[str]) -> list[Ids]:
    """Return the ids of each text; one without any word reads as a single <unk>."""
    nothing = np.array([WordTokenizer.UNKNOWN])
    return [ids if len(ids) else nothing for ids in tokenizer.encode(texts)]


def unknown_words(texts: Sequence[Ids], vocabulary_size: int) -> str:
    """Return a line about the words that are not in the vocabulary."""
    unknown = sum(int((ids == WordTokenizer.UNKNOWN).sum()) for ids in texts)
    total = sum(len(ids) for ids in texts)
    return (
        f"{unknown:,} of {total:,} words ({unknown / total:.1%}) are not in the vocabulary of "
        f"{vocabulary_size:,} and read as <unk>"
    )
