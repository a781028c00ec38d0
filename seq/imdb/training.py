"""Make a training of a classifier from labelled texts and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch

from charlm.runs.hub import pin
from charlm.runs.registry import CLASSIFIER
from charlm.runs.tensors import Arrays
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job
from corpora.errors import UserError
from corpora.labelled.texts import LabelledTexts
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice
from seq.imdb.config import ClassifierConfig, ClassifierTraining, read_shape
from seq.imdb.data import (
    Source,
    TextRequest,
    describe_strange,
    encode_texts,
    hold_out,
    tell_words,
)
from seq.imdb.library import read_initialization
from seq.imdb.model import Classifier
from seq.imdb.task import Classification, Examples
from seq.imdb.vectors import read_vectors

Initialization = tuple[WordTokenizer, ClassifierConfig, Arrays]
"""Tokenizer, shape and initial weights (by name) of a new classifier."""


@dataclass(frozen=True, kw_only=True)
class ClassifierRequest(TextRequest):
    """A request for the training of a classifier."""

    kind: ClassVar[str] = CLASSIFIER

    model: ClassifierConfig
    """Shape of the classifier."""
    training: ClassifierTraining
    """Settings of the training."""
    init_from: str | None = None
    """Name, folder or file of a word model or classifier. The new classifier starts from its
    vocabulary, embedding and recurrent layers. Their shape replaces the shape in `model`."""
    vectors: Path | None = None
    """File of word vectors that the embedding starts from; see `read_vectors`."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read and encode the texts, and return the job. It is named after its data and preset."""
        texts = self.source.read(notice=hooks.notice)
        if (texts.labels < 0).any():
            raise UserError(f"some texts of {self.source.spec} have no label to learn from")
        if vocabulary is None:
            tokenizer, model, weights = self._initialize(texts, hooks.notice)
        else:
            tokenizer, model, weights = WordTokenizer.from_json(vocabulary), self.model, {}
        ids = encode_texts(tokenizer, texts.texts)
        tell_words(tokenizer, texts.texts, ids, hooks.notice)
        if strange := describe_strange(ids):
            hooks.notice(strange)
        training, validation = (
            Examples([ids[row] for row in rows], texts.labels[rows])
            for rows in hold_out(len(texts), self.training)
        )

        def task(world: World, precision: Precision) -> Classification:
            made = Classifier(model, len(tokenizer), len(texts.classes))
            given = {name: torch.from_numpy(array) for name, array in weights.items()}
            made.load_state_dict({**made.state_dict(), **given})
            return Classification(
                made.to(world.device),
                tokenizer.to_json(),
                texts.classes,
                training,
                validation,
                self.training,
                precision=precision,
                world=world,
            )

        about = {"init_from": pin(self.init_from), "vectors": self.vectors and str(self.vectors)}
        return Job(
            kind=self.kind,
            name=f"{texts.name}-{self.preset}" if self.preset else texts.name,
            training=self.training,
            model={**model.to_json(), "classes": list(texts.classes)},
            vocabulary=tokenizer.to_json(),
            about={"preset": self.preset, **about, "corpus": self.source.record(texts)},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded, perhaps with another `source` of the texts."""
        return cls(
            model=read_shape(signed["model"])[0],
            training=ClassifierTraining.from_json(signed["training"]),
            source=moved.get("source") or Source.from_record(signed["corpus"]),
        )

    def _initialize(self, texts: LabelledTexts, notice: Notice) -> Initialization:
        """Return tokenizer, shape and weights from another model, from word vectors, or new."""
        if self.init_from is not None:
            if self.vectors is not None:
                raise UserError(
                    "word vectors cannot replace what a model to start from has learned"
                )
            return read_initialization(self.init_from, self.model)
        tokenizer = self.train_tokenizer(texts)
        if self.vectors is None:
            return tokenizer, self.model, {}
        if self.model.embedding == "one-hot":
            raise UserError("word vectors are for a learned embedding, not for one-hot words")
        vectors = read_vectors(self.vectors, tokenizer.words)
        notice(f"{self.vectors} has {vectors.coverage:.1%} of the {len(tokenizer):,} words")
        model = self.model.replace({"embedding_size": vectors.matrix.shape[1]})
        return tokenizer, model, {"embedding.weight": vectors.fill(self.training.seed)}
