"""From texts without labels to the training of a word language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.session import Job, Stop, Training, begin, never, reopen
from corpora.labelled import imdb
from corpora.labelled.texts import LabelledTexts
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice, silent
from seq.imdb.config import WORD_MODEL, PretrainingConfig, ReaderConfig
from seq.imdb.data import IMDB, Source, encoded, refuse_torchrun, split, unknown_words
from seq.imdb.words.model import WordModel
from seq.imdb.words.task import WordModelling

UNSUPERVISED: Sequence[imdb.Split] = ("train", "unsupervised")
"""Parts of IMDB that are read: never the test texts."""


def start(
    model: ReaderConfig,
    config: PretrainingConfig,
    source: Source,
    *,
    preset: str | None = None,
    run: Path | None = None,
    stop: Stop = never,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open the training of a new word model; see `session.begin`.

    Args:
        model: the shape of the classifier that will start from it.
        config: how to train it.
        source: where the texts are; labels are not looked at.
        preset: name of the preset that the configurations come from, for the record.
        run: folder to write to.
        stop: see `Trainer`.
        notice: told what the user should know of the data.

    Raises:
        UserError: the data or the folder cannot be used.
    """
    refuse_torchrun()
    texts = _texts(source, notice)
    training, _ = split(len(texts), config.validation_share, config.seed)
    tokenizer = WordTokenizer.train(
        texts.select(training).texts,
        max_size=config.vocabulary_size,
        min_frequency=config.min_frequency,
    )
    about = {"preset": preset, "corpus": source.record(texts)}
    job = _job(texts, tokenizer, model, config, about, notice)
    return begin(job, run, stop=stop)


def resume(
    folder: Path,
    *,
    source: Source | None = None,
    changes: Mapping[str, Any] | None = None,
    stop: Stop = never,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open the training of an existing run folder, as its last save left it.

    Args and errors are those of `seq.imdb.training.resume`.
    """
    refuse_torchrun()

    def job_of(signed: Mapping[str, Any]) -> Job:
        recorded = Source.recorded(signed["corpus"])
        texts = _texts(source or recorded, notice)
        return _job(
            texts,
            WordTokenizer.from_json(signed["vocabulary"]),
            ReaderConfig.from_json(signed["model"]),
            PretrainingConfig.from_json(signed["training"]).replace(changes or {}),
            {"corpus": recorded.record(texts)},
            notice,
        )

    return reopen(folder, WORD_MODEL, job_of, changed=bool(changes), stop=stop)


def _texts(source: Source, notice: Notice) -> LabelledTexts:
    if source.spec != IMDB:
        return source.read(labelled=False)
    parts = [source.read(part, notice=notice) for part in UNSUPERVISED]
    return LabelledTexts.joined(IMDB, parts)


def _job(
    texts: LabelledTexts,
    tokenizer: WordTokenizer,
    model: ReaderConfig,
    config: PretrainingConfig,
    about: Mapping[str, Any],
    notice: Notice,
) -> Job:
    ids = encoded(tokenizer, texts.texts)
    notice(unknown_words(ids, len(tokenizer)))
    # In the order that the seed draws: neighbours on file are reviews of one film.
    training, validation = (
        [ids[row] for row in rows]
        for rows in split(len(texts), config.validation_share, config.seed)
    )

    def task(world: World, precision: Precision) -> WordModelling:
        made = WordModel(model, len(tokenizer), config.dropout).to(world.device)
        return WordModelling(
            made,
            tokenizer.to_json(),
            training,
            validation,
            config,
            precision=precision,
            world=world,
        )

    return Job(
        kind=WORD_MODEL,
        name=f"{texts.name}-words",
        training=config,
        model=model.to_json(),
        vocabulary=tokenizer.to_json(),
        about=about,
        task=task,
    )
