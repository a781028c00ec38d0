"""From labelled texts and a configuration to the training of a classifier."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from charlm.runs.tensors import Arrays
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.session import Job, Stop, Training, begin, never, reopen
from corpora.errors import UserError
from corpora.labelled.texts import LabelledTexts
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice, silent
from seq.imdb.config import CLASSIFIER, ClassifierConfig, ClassifierTraining
from seq.imdb.data import Source, encoded, refuse_torchrun, split, unknown_words
from seq.imdb.library import beginning, shape_of
from seq.imdb.model import Classifier
from seq.imdb.task import Classification, Examples
from seq.imdb.vectors import read_vectors


@dataclass(frozen=True, kw_only=True)
class Request:
    """The training of a classifier that is asked for."""

    model: ClassifierConfig
    training: ClassifierTraining
    source: Source = field(default_factory=Source)
    preset: str | None = None
    """Name of the preset that the configurations come from, for the record."""
    init_from: str | None = None
    """A word model or classifier whose vocabulary, embedding and recurrent layers it starts from;
    their shape then stands instead of that in `model`."""
    vectors: Path | None = None
    """A text file of word vectors that the embedding starts from; see `read_vectors`."""
    run: Path | None = None
    """Folder to write to; by default a new one under runs/, named after data and preset."""


def start(
    request: Request, *, stop: Stop = never, notice: Notice = silent
) -> AbstractContextManager[Training]:
    """Open the training of a new classifier; see `session.begin`.

    Args:
        request: what to train, on what.
        stop: see `Trainer`.
        notice: told what the user should know of the data.

    Raises:
        UserError: the data, the model to start from, the vectors or the folder cannot be used.
    """
    refuse_torchrun()
    texts, config, model = request.source.read(notice=notice), request.training, request.model
    if (texts.labels < 0).any():
        raise UserError(f"some texts of {request.source.spec} have no label to learn from")
    weights: Arrays = {}
    if request.init_from is None:
        training, _ = split(len(texts), config.validation_share, config.seed)
        tokenizer = WordTokenizer.train(
            texts.select(training).texts,
            max_size=config.vocabulary_size,
            min_frequency=config.min_frequency,
        )
    else:
        tokenizer, model, weights = beginning(request.init_from, model)
    if request.vectors is not None:
        if model.embedding == "one-hot" or request.init_from is not None:
            raise UserError(
                "word vectors are for a learned embedding that starts from nothing else"
            )
        vectors = read_vectors(request.vectors, tokenizer.words)
        model = model.replace({"embedding_size": vectors.matrix.shape[1]})
        weights = {**weights, "embedding.weight": vectors.filled(config.seed)}
        notice(f"{request.vectors} has {vectors.coverage:.1%} of the {len(tokenizer):,} words")
    about = {
        "preset": request.preset,
        "init_from": request.init_from,
        "vectors": str(request.vectors) if request.vectors else None,
        "corpus": request.source.record(texts),
    }
    job = _job(texts, tokenizer, model, config, about, weights=weights, notice=notice)
    return begin(job, request.run, stop=stop)


def resume(
    folder: Path,
    *,
    source: Source | None = None,
    changes: Mapping[str, Any] | None = None,
    stop: Stop = never,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open the training of an existing run folder, as its last save left it.

    Args:
        folder: the run.
        source: where its texts are now, if not where they were.
        changes: fields of the training configuration to change, such as `epochs`.
        stop: see `Trainer`.
        notice: told what the user should know of the data.

    Raises:
        UserError: the folder holds no such run, it is damaged, or its texts have changed.
    """
    refuse_torchrun()

    def job_of(signed: Mapping[str, Any]) -> Job:
        recorded = Source.recorded(signed["corpus"])
        texts = (source or recorded).read(notice=notice)
        return _job(
            texts,
            WordTokenizer.from_json(signed["vocabulary"]),
            shape_of(signed["model"])[0],
            ClassifierTraining.from_json(signed["training"]).replace(changes or {}),
            {"corpus": recorded.record(texts)},
            notice=notice,
        )

    return reopen(folder, CLASSIFIER, job_of, changed=bool(changes), stop=stop)


def _job(
    texts: LabelledTexts,
    tokenizer: WordTokenizer,
    model: ClassifierConfig,
    config: ClassifierTraining,
    about: Mapping[str, Any],
    *,
    weights: Arrays | None = None,
    notice: Notice,
) -> Job:
    """Return the job of training `model` on `texts`; `weights` replace random ones by name."""
    ids = encoded(tokenizer, texts.texts)
    notice(unknown_words(ids, len(tokenizer)))
    training, validation = (
        Examples([ids[row] for row in rows], texts.labels[rows])
        for rows in split(len(texts), config.validation_share, config.seed)
    )

    def task(world: World, precision: Precision) -> Classification:
        made = Classifier(model, len(tokenizer), len(texts.classes))
        given = {name: torch.from_numpy(array) for name, array in (weights or {}).items()}
        made.load_state_dict({**made.state_dict(), **given})
        return Classification(
            made.to(world.device),
            tokenizer.to_json(),
            texts.classes,
            training,
            validation,
            config,
            precision=precision,
            world=world,
        )

    preset = about.get("preset")
    return Job(
        kind=CLASSIFIER,
        name=f"{texts.name}-{preset}" if preset else texts.name,
        training=config,
        model={**model.to_json(), "classes": list(texts.classes)},
        vocabulary=tokenizer.to_json(),
        about=about,
        task=task,
    )
