"""From a split of SCAN and a configuration to the training of a translator."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from charlm.runs.registry import TRANSLATOR
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job, Request
from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.grammar import ACTIONS, WORDS, Pair
from seq.scan.config import TranslatorConfig, TranslatorTraining
from seq.scan.model import Translator
from seq.scan.task import EncodedPairs, Ids, Translation
from seq.scan.vocabularies import Languages


@dataclass(frozen=True, kw_only=True)
class TranslatorRequest(Request):
    """The training of a translator that is asked for."""

    kind: ClassVar[str] = TRANSLATOR
    what: ClassVar[str] = "a translator"

    model: TranslatorConfig
    training: TranslatorTraining
    split: str = "simple"
    """Name of a split of SCAN."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read the pairs; see `Request.job`. The run is named after split and attention."""
        split = splits.load(self.split, notice=hooks.notice)
        known = vocabulary and Languages.from_json(vocabulary)
        languages = known or Languages.of(WORDS, ACTIONS)
        pairs = encode_pairs(languages, split.train)
        training, validation = map(pairs.select, _hold_out(split.train, self.training))

        def task(world: World, precision: Precision) -> Translation:
            made = Translator(self.model, len(languages.source), len(languages.target))
            return Translation(
                made.to(world.device),
                languages,
                training,
                validation,
                self.training,
                precision=precision,
                world=world,
            )

        about = {"split": split.name, "official": split.official, **_summarize(split)}
        return Job(
            kind=self.kind,
            name=f"scan-{split.name}-{self.model.attention}",
            training=self.training,
            model=self.model.to_json(),
            vocabulary=languages.to_json(),
            about={"corpus": about},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded. Its data is a split, which has no other place."""
        return cls(
            model=TranslatorConfig.from_json(signed["model"]),
            training=TranslatorTraining.from_json(signed["training"]),
            split=signed["corpus"]["split"],
        )


def encode_pairs(languages: Languages, pairs: Sequence[Pair]) -> EncodedPairs:
    """Return the ids of `pairs`."""
    return EncodedPairs(
        [languages.read(pair.command) for pair in pairs],
        [languages.written(pair.actions) for pair in pairs],
    )


def _hold_out(pairs: Sequence[Pair], config: TranslatorTraining) -> tuple[Ids, Ids]:
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


def _summarize(split: splits.Split) -> dict[str, Any]:
    """Return what a run folder remembers of its pairs."""
    digest = hashlib.sha256()
    for pair in split.train:
        digest.update(f"{' '.join(pair.command)}\0{' '.join(pair.actions)}\n".encode())
    return {"pairs": len(split.train), "sha256": digest.hexdigest()}
