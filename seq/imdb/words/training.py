"""Make a training of a word language model from texts without labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from charlm.runs.registry import WORD_MODEL
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job
from corpora.labelled import imdb
from corpora.labelled.texts import LabelledTexts
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice
from seq.imdb.config import IMDB, PretrainingConfig, ReaderConfig
from seq.imdb.data import Source, TextRequest, encode_texts, hold_out, tell_words
from seq.imdb.words.model import WordModel
from seq.imdb.words.task import WordModelling

UNSUPERVISED: Sequence[imdb.Split] = ("train", "unsupervised")
"""Parts of IMDB that are read. The test texts are not among them."""


@dataclass(frozen=True, kw_only=True)
class WordModelRequest(TextRequest):
    """A request for the training of a word model. Labels of the texts are ignored."""

    kind: ClassVar[str] = WORD_MODEL

    model: ReaderConfig
    """Shape of the word model, and of the classifier that will start from it."""
    training: PretrainingConfig
    """Settings of the training."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read and encode the texts, and return the job. It is named after its data."""
        texts = self._read_texts(hooks.notice)
        known = vocabulary and WordTokenizer.from_json(vocabulary)
        tokenizer = known or self.train_tokenizer(texts)
        ids = encode_texts(tokenizer, texts.texts)
        tell_words(tokenizer, texts.texts, ids, hooks.notice)
        # In a random order: neighbours in the data set are reviews of the same film.
        training, validation = (
            [ids[row] for row in rows] for rows in hold_out(len(texts), self.training)
        )

        def task(world: World, precision: Precision) -> WordModelling:
            made = WordModel(self.model, len(tokenizer), self.training.dropout).to(world.device)
            return WordModelling(
                made,
                tokenizer.to_json(),
                training,
                validation,
                self.training,
                precision=precision,
                world=world,
            )

        return Job(
            kind=self.kind,
            name=f"{texts.name}-words",
            training=self.training,
            model=self.model.to_json(),
            vocabulary=tokenizer.to_json(),
            about={"preset": self.preset, "corpus": self.source.record(texts)},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded, perhaps with another `source` of the texts."""
        return cls(
            model=ReaderConfig.from_json(signed["model"]),
            training=PretrainingConfig.from_json(signed["training"]),
            source=moved.get("source") or Source.from_record(signed["corpus"]),
        )

    def _read_texts(self, notice: Notice) -> LabelledTexts:
        if self.source.spec != IMDB:
            return self.source.read(labelled=False)
        parts = [self.source.read(part, notice=notice) for part in UNSUPERVISED]
        return LabelledTexts.join(IMDB, parts)
