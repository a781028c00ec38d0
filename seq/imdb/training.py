"""From labelled texts and a configuration to the training of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch

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
from seq.imdb.data import Source, TextRequest, describe_unknown, encode_texts, hold_out
from seq.imdb.library import read_beginning
from seq.imdb.model import Classifier
from seq.imdb.task import Classification, Examples
from seq.imdb.vectors import read_vectors

Beginning = tuple[WordTokenizer, ClassifierConfig, Arrays]
"""What a new classifier starts from: its tokenizer, its shape, and weights by name."""


@dataclass(frozen=True, kw_only=True)
class ClassifierRequest(TextRequest):
    """The training of a classifier that is asked for."""

    kind: ClassVar[str] = CLASSIFIER

    model: ClassifierConfig
    training: ClassifierTraining
    init_from: str | None = None
    """A word model or classifier whose vocabulary, embedding and recurrent layers it starts from.
    Their shape then replaces that in `model`."""
    vectors: Path | None = None
    """A text file of word vectors that the embedding starts from; see `read_vectors`."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read and encode the texts; see `Request.job`. The run is named after data and preset."""
        texts = self.source.read(notice=hooks.notice)
        if (texts.labels < 0).any():
            raise UserError(f"some texts of {self.source.spec} have no label to learn from")
        if vocabulary is None:
            tokenizer, model, weights = self._beginning(texts, hooks.notice)
        else:
            tokenizer, model, weights = WordTokenizer.from_json(vocabulary), self.model, {}
        ids = encode_texts(tokenizer, texts.texts)
        hooks.notice(describe_unknown(ids, len(tokenizer)))
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

        about = {"init_from": self.init_from, "vectors": self.vectors and str(self.vectors)}
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
        """Return the request that a run recorded; `moved` may hold `source`."""
        return cls(
            model=read_shape(signed["model"])[0],
            training=ClassifierTraining.from_json(signed["training"]),
            source=moved.get("source") or Source.recorded(signed["corpus"]),
        )

    def _beginning(self, texts: LabelledTexts, notice: Notice) -> Beginning:
        """Return what the classifier starts from: nothing, another model, or word vectors."""
        if self.init_from is not None:
            if self.vectors is not None:
                raise UserError(
                    "word vectors cannot replace what a model to start from has learned"
                )
            return read_beginning(self.init_from, self.model)
        tokenizer = self.train_tokenizer(texts)
        if self.vectors is None:
            return tokenizer, self.model, {}
        if self.model.embedding == "one-hot":
            raise UserError("word vectors are for a learned embedding, not for one-hot words")
        vectors = read_vectors(self.vectors, tokenizer.words)
        notice(f"{self.vectors} has {vectors.coverage:.1%} of the {len(tokenizer):,} words")
        model = self.model.replace({"embedding_size": vectors.matrix.shape[1]})
        return tokenizer, model, {"embedding.weight": vectors.filled(self.training.seed)}
