"""From a split of SCAN and a configuration to the training of a translator."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.session import Job, Stop, Training, begin, never, reopen
from corpora.errors import UserError
from corpora.notice import Notice, silent
from corpora.scan import splits
from corpora.scan.grammar import ACTIONS, WORDS, Pair
from seq.imdb.data import refuse_torchrun
from seq.scan.config import TRANSLATOR, TranslatorConfig, TranslatorTraining
from seq.scan.model import Translator
from seq.scan.task import EncodedPairs, Ids, Translation
from seq.scan.vocabularies import Languages


@dataclass(frozen=True, kw_only=True)
class Request:
    """The training of a translator that is asked for."""

    model: TranslatorConfig
    training: TranslatorTraining
    split: str = "simple"
    run: Path | None = None
    """Folder to write to; by default a new one under runs/, named after split and attention."""


def start(
    request: Request, *, stop: Stop = never, notice: Notice = silent
) -> AbstractContextManager[Training]:
    """Open the training of a new translator; see `session.begin`.

    Raises:
        UserError: the data or the folder cannot be used.
    """
    refuse_torchrun()
    split = splits.load(request.split, notice=notice)
    return begin(_job(split, request.model, request.training), request.run, stop=stop)


def resume(
    folder: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    stop: Stop = never,
    notice: Notice = silent,
) -> AbstractContextManager[Training]:
    """Open the training of an existing run folder, as its last save left it.

    Args:
        folder: the run.
        changes: fields of the training configuration to change, such as `epochs`.
        stop: see `Trainer`.
        notice: told what the user should know of the data.

    Raises:
        UserError: the folder holds no such run, it is damaged, or its data has changed.
    """
    refuse_torchrun()

    def job_of(signed: Mapping[str, Any]) -> Job:
        return _job(
            splits.load(signed["corpus"]["split"], notice=notice),
            TranslatorConfig.from_json(signed["model"]),
            TranslatorTraining.from_json(signed["training"]).replace(changes or {}),
        )

    return reopen(folder, TRANSLATOR, job_of, changed=bool(changes), stop=stop)


def _job(split: splits.Split, model: TranslatorConfig, config: TranslatorTraining) -> Job:
    languages = Languages.of(WORDS, ACTIONS)
    pairs = encoded(languages, split.train)
    training, validation = map(pairs.select, _held_out(split.train, config))

    def task(world: World, precision: Precision) -> Translation:
        made = Translator(model, len(languages.source), len(languages.target))
        return Translation(
            made.to(world.device),
            languages,
            training,
            validation,
            config,
            precision=precision,
            world=world,
        )

    return Job(
        kind=TRANSLATOR,
        name=f"scan-{split.name}-{model.attention}",
        training=config,
        model=model.to_json(),
        vocabulary=languages.to_json(),
        about={"corpus": {"split": split.name, "official": split.official, **_sum_of(split)}},
        task=task,
    )


def encoded(languages: Languages, pairs: Sequence[Pair]) -> EncodedPairs:
    """Return the ids of `pairs`."""
    return EncodedPairs(
        [languages.read(pair.command) for pair in pairs],
        [languages.written(pair.actions) for pair in pairs],
    )


def _held_out(pairs: Sequence[Pair], config: TranslatorTraining) -> tuple[Ids, Ids]:
    """Return the indices of training and of validation pairs, in an order drawn by the seed.

    Pairs that stand there several times are all for training: validation sees none of those.
    """
    times = Counter(pairs)
    once = [index for index, pair in enumerate(pairs) if times[pair] == 1]
    count = round(len(pairs) * config.validation_share)
    if not 0 < count < len(once):
        raise UserError(
            f"{len(pairs):,} commands are too few to hold out a share of "
            f"{config.validation_share:g} for validation; name another --validation-share"
        )
    drawn = np.random.default_rng(config.seed).permutation(np.array(once))
    validation = drawn[:count]
    return np.setdiff1d(np.arange(len(pairs)), validation), validation


def _sum_of(split: splits.Split) -> dict[str, Any]:
    """Return what a run folder remembers of its pairs."""
    digest = hashlib.sha256()
    for pair in split.train:
        digest.update(f"{' '.join(pair.command)}\0{' '.join(pair.actions)}\n".encode())
    return {"pairs": len(split.train), "sha256": digest.hexdigest()}
