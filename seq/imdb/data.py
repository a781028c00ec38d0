"""Texts for classifiers and word models: where they are, how they are split and encoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Self

import numpy as np

from charlm.runs.place import FROM_PYTHON, check_lies_somewhere
from charlm.training.request import Request
from corpora.errors import UserError
from corpora.labelled import imdb
from corpora.labelled.spelling import describe_corrections
from corpora.labelled.texts import LabelledTexts, read
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice, silent
from seq.imdb.config import IMDB, TextTraining
from seq.padding import Ids


@dataclass(frozen=True)
class Source:
    """The place of labelled texts."""

    spec: str = IMDB
    """`imdb`, or a file or folder of the user; see `corpora.labelled.texts`."""
    text_column: str | None = None
    """Column with the texts; None for one of the usual names."""
    label_column: str | None = None
    """Column with the labels; None for one of the usual names."""
    encoding: str = "utf-8"
    """Character encoding of the user's files."""

    @classmethod
    def from_record(cls, corpus: Mapping[str, Any]) -> Self:
        """Return the source that a run folder recorded; see `record`."""
        # Older records have no encoding.
        return cls(**{name: corpus.get(name, usual) for name, usual in asdict(cls()).items()})

    def record(self, texts: LabelledTexts) -> dict[str, Any]:
        """Return what a run folder records about its texts, for JSON."""
        return {**asdict(self), "texts": len(texts), "sha256": texts.sha256}

    def read(
        self, split: imdb.Split = "train", *, notice: Notice = silent, **about: Any
    ) -> LabelledTexts:
        """Return the texts.

        Args:
            split: part of the IMDB reviews. Other texts are read whole.
            notice: gets a message before a download.
            about: other arguments of the function that reads a user's texts.

        Raises:
            UserError: the texts cannot be read.
        """
        check_lies_somewhere(self.spec)
        if self.spec == IMDB:
            return imdb.load(split, notice=notice)
        return read(
            self.spec,
            text_column=self.text_column,
            label_column=self.label_column,
            encoding=self.encoding,
            **about,
        )


@dataclass(frozen=True)
class GivenTexts(Source):
    """Labelled texts of a Python program. A run folder records their number and their digest."""

    spec: str = FROM_PYTHON
    texts: LabelledTexts | None = field(default=None, repr=False)
    """The texts."""

    def record(self, texts: LabelledTexts) -> dict[str, Any]:
        """Return what a run folder records about the texts; see `Source.record`."""
        return Source(FROM_PYTHON).record(texts)

    def read(
        self, split: imdb.Split = "train", *, notice: Notice = silent, **about: Any
    ) -> LabelledTexts:
        """Return the texts, whole."""
        assert self.texts is not None
        return self.texts


@dataclass(frozen=True, kw_only=True)
class TextRequest(Request):
    """A request for a training on texts of words."""

    place: ClassVar[frozenset[str]] = frozenset(asdict(Source()))

    training: TextTraining
    """Settings of the training."""
    source: Source = field(default_factory=Source)
    """Place of the texts."""
    preset: str | None = None
    """Name of the preset that the configurations come from, for the record of the run."""

    def train_tokenizer(self, texts: LabelledTexts) -> WordTokenizer:
        """Return a tokenizer with the most frequent words of the training part of the texts."""
        training, _ = hold_out(len(texts), self.training)
        return WordTokenizer.train(
            texts.select(training).texts,
            max_size=self.training.vocabulary_size,
            min_frequency=self.training.min_frequency,
            spelling=self.training.correct_spelling,
        )


def hold_out(count: int, config: TextTraining) -> tuple[Ids, Ids]:
    """Return the indices of the training and of the validation texts, in a random order.

    Args:
        count: number of texts.
        config: the share of validation texts, and the seed of the order.

    Raises:
        UserError: there are too few texts for both parts.
    """
    share = config.validation_share
    held_out = round(count * share)
    if not 0 < held_out < count:
        raise UserError(
            f"{count:,} texts are too few to hold out a share of {share:g} for "
            f"validation; give more texts, or another --validation-share"
        )
    order = np.random.default_rng(config.seed).permutation(count)
    return order[held_out:], order[:held_out]


def encode_texts(tokenizer: WordTokenizer, texts: Sequence[str]) -> list[Ids]:
    """Return the ids of each text. A text without words becomes a single <unk>."""
    nothing = np.array([WordTokenizer.UNKNOWN])
    return [ids if len(ids) else nothing for ids in tokenizer.encode(texts)]


def tell_words(
    tokenizer: WordTokenizer, texts: Sequence[str], ids: Sequence[Ids], notice: Notice
) -> None:
    """Tell which words of encoded texts are unknown, and which were corrected."""
    notice(describe_unknown(ids, len(tokenizer)))
    if tokenizer.spelling:
        notice(describe_corrections(tokenizer.corrections(texts)))


def describe_strange(texts: Sequence[Ids]) -> str | None:
    """Return a message about encoded texts without a known word; None if there are none."""
    strange = sum(bool((ids == WordTokenizer.UNKNOWN).all()) for ids in texts)
    if not strange:
        return None
    have = "has" if strange == 1 else "have"
    return f"{strange:,} of {len(texts):,} texts {have} no word of the vocabulary"


def describe_unknown(texts: Sequence[Ids], vocabulary_size: int) -> str:
    """Return a message about the words of encoded texts that are not in the vocabulary."""
    unknown = sum(int((ids == WordTokenizer.UNKNOWN).sum()) for ids in texts)
    total = sum(map(len, texts))
    return (
        f"{unknown:,} of {total:,} words ({unknown / total:.1%}) are not in the vocabulary of "
        f"{vocabulary_size:,} and read as <unk>"
    )
