"""Make a training of a translator from a split of SCAN, or own pairs, and a configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from charlm.runs.place import FROM_PYTHON, PLACE, find_again, record_place
from charlm.runs.registry import TRANSLATOR
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job, Request
from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.grammar import ACTIONS, WORDS, Pair
from seq.padding import Ids
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining, Validation
from seq.scan.made import make_pairs, read_recorded, record_made, summarize
from seq.scan.model import Translator
from seq.scan.own_pairs import read_pairs
from seq.scan.task import EncodedPairs, Translation
from seq.scan.unlike import hold_out_longest, hold_out_primitive
from seq.scan.vocabularies import Languages


@dataclass(frozen=True, kw_only=True)
class TranslatorRequest(Request):
    """A request for the training of a translator."""

    kind: ClassVar[str] = TRANSLATOR
    place: ClassVar[frozenset[str]] = PLACE

    model: TranslatorConfig
    """Shape of the translator."""
    training: TranslatorTraining
    """Settings of the training."""
    split: str = "simple"
    """Name of a split of SCAN."""
    own: str | None = None
    """File of pairs to train on instead of a split; see `seq.scan.own_pairs`."""
    given: tuple[Pair, ...] | None = None
    """Pairs of a Python program, to train on instead of a split."""
    pairs: PairsConfig = field(default_factory=PairsConfig)
    """Which pairs are held out, and which are made and trained on as well."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read, make and encode the pairs, and return the job.

        Split or file, attention and ideas make its name.
        """
        train, name, corpus = self._read(hooks)
        known = vocabulary and Languages.from_json(vocabulary)
        languages = known or find_languages(train)
        pairs = encode_pairs(languages, train)
        parts = _hold_out(train, self.training, self.pairs.validation)
        training, validation = map(pairs.select, parts)
        made = make_pairs(train, self.pairs)
        model = fit_limit(self.model, (*train, *made))

        def task(world: World, precision: Precision) -> Translation:
            network = Translator(model, len(languages.source), len(languages.target))
            return Translation(
                network.to(world.device),
                languages,
                training,
                validation,
                self.training,
                made=encode_pairs(languages, made) if made else None,
                made_share=self.pairs.made_share,
                precision=precision,
                world=world,
            )

        plain = self.pairs.ideas == "plain"
        if not plain:
            hooks.notice(f"made {len(made):,} pairs from the {len(train):,} of {name}")
        return Job(
            kind=self.kind,
            name=f"scan-{name}-{self.model.attention}" + ("" if plain else f"-{self.pairs.ideas}"),
            training=self.training,
            model=model.to_json(),
            vocabulary=languages.to_json(),
            about={"corpus": corpus | record_made(self.pairs, made)},
            task=task,
        )

    def _read(self, hooks: Hooks) -> tuple[tuple[Pair, ...], str, dict[str, Any]]:
        """Return the training pairs, their name, and what a run folder records of them."""
        if self.given is not None:
            about = {**record_place(FROM_PYTHON), **summarize(self.given)}
            return self.given, "pairs", about
        if self.own is not None:
            train = read_pairs(Path(self.own))
            return train, Path(self.own).stem, {**record_place(self.own), **summarize(train)}
        split = splits.load(self.split, notice=hooks.notice)
        about = {"split": split.name, "official": split.official}
        return split.train, split.name, {**about, **summarize(split.train)}

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded.

        Args:
            signed: what the last checkpoint says of the run.
            moved: `own`, if the file of pairs is somewhere else, or `given`, if Python has them.

        Raises:
            UserError: the record is damaged, or pairs are given for a run of a split.
        """
        corpus, own, given = signed["corpus"], moved.get("own"), moved.get("given")
        if moved and "split" in corpus:
            raise UserError(f"this run was trained on the split {corpus['split']}, not on a file")
        if "split" not in corpus and given is None:
            own = own or find_again(corpus)
        return cls(
            model=TranslatorConfig.from_json(signed["model"]),
            training=TranslatorTraining.from_json(signed["training"]),
            split=corpus.get("split", "simple"),
            own=own,
            given=given,
            pairs=read_recorded(corpus),
        )


def fit_limit(model: TranslatorConfig, pairs: Sequence[Pair]) -> TranslatorConfig:
    """Return a model that can write translations twice as long as those of the pairs.

    Those of SCAN are short enough for every model: nothing changes.
    """
    longest = max(len(pair.actions) for pair in pairs)
    return replace(model, limit=max(model.limit, 2 * longest))


def find_languages(pairs: Sequence[Pair]) -> Languages:
    """Return the vocabularies of SCAN, or those of the pairs if they have other symbols.

    Raises:
        UserError: a symbol is one that has a meaning of its own, such as the padding.
    """
    words = dict.fromkeys(word for pair in pairs for word in pair.command)
    actions = dict.fromkeys(action for pair in pairs for action in pair.actions)
    if words.keys() <= set(WORDS) and actions.keys() <= set(ACTIONS):
        return Languages.from_symbols(WORDS, ACTIONS)
    return Languages.from_symbols(words, actions)


def encode_pairs(languages: Languages, pairs: Sequence[Pair]) -> EncodedPairs:
    """Return the ids of commands and actions."""
    return EncodedPairs(
        [languages.encode_command(pair.command) for pair in pairs],
        [languages.encode_actions(pair.actions) for pair in pairs],
    )


def _hold_out(
    pairs: Sequence[Pair], config: TranslatorTraining, validation: Validation = "random"
) -> tuple[Ids, Ids]:
    """Return the indices of the training and of the validation pairs.

    By default, validation pairs are drawn at random from the pairs that occur once. All others are
    for training, so no validation pair is seen in training.

    Raises:
        UserError: there are too few pairs for both parts.
    """
    times = Counter(pairs)
    once = [index for index, pair in enumerate(pairs) if times[pair] == 1]
    count = round(len(pairs) * config.validation_share)
    if not 0 < count < len(once):
        raise UserError(
            f"{len(pairs):,} commands are too few to hold out a share of "
            f"{config.validation_share:g} for validation; name another --validation-share"
        )
    if validation == "longest":
        return hold_out_longest(pairs, count)
    if validation == "primitive":
        return hold_out_primitive(pairs, count, config.seed)
    drawn = np.random.default_rng(config.seed).permutation(np.array(once))
    chosen = drawn[:count]
    return np.setdiff1d(np.arange(len(pairs)), chosen), chosen
