"""What a translator was trained on, as its run folder records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charlm.runs.about import read_about
from charlm.runs.place import find_again
from charlm.runs.registry import TRANSLATOR
from corpora.errors import UserError
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair
from corpora.scan.splits import is_split, load
from seq.scan.config import PairsConfig
from seq.scan.made import read_recorded, summarize
from seq.scan.own_pairs import read_pairs
from seq.scan.vocabularies import Languages


@dataclass(frozen=True, kw_only=True)
class TrainedOn:
    """What a translator was trained on."""

    split: str | None = "simple"
    """Name of the split; simple if no file records it, None for pairs of the user's own."""
    own: Mapping[str, Any] = field(default_factory=dict)
    """What was recorded of pairs of the user's own: place, number and checksum."""
    pairs: PairsConfig = field(default_factory=PairsConfig)
    """Which pairs were held out, and which were made as well."""

    @property
    def name(self) -> str:
        """Name of the split, or of the file."""
        return Path(str(self.own["spec"])).name if self.split is None else self.split

    def knows_grammar(self, languages: Languages) -> bool:
        """Return whether the grammar of SCAN says what a command of this translator asks for.

        Pairs of the user's own may give the same words another meaning.

        Args:
            languages: vocabularies of the translator.
        """
        return self.split is not None and languages.of_scan

    def require_split(self, model: str) -> str:
        """Return the name of the split, whose test commands nothing was trained on.

        Args:
            model: name of the translator, for the message.

        Raises:
            UserError: it was trained on pairs of the user's own, which have no test part.
        """
        if self.split is None:
            raise UserError(
                f"{model} was trained on pairs of your own, which have no test part: name a split, "
                "or a file of pairs to test on"
            )
        return self.split

    def load_pairs(self, notice: Notice = silent) -> tuple[Pair, ...]:
        """Return the training pairs, without those that were made.

        Args:
            notice: see `corpora.scan.splits.load`.

        Raises:
            UserError: the file of the user is gone, or is another one.
        """
        if self.split is not None:
            return load(self.split, notice=notice).train
        path = Path(find_again(self.own))
        found = read_pairs(path)
        if summarize(found)["sha256"] != self.own.get("sha256"):
            raise UserError(f"{path} has changed since the translator was trained on it")
        return found


def find_trained_on(name: str) -> TrainedOn:
    """Return what a translator was trained on.

    Args:
        name: a shipped name, a run folder or a file.

    Raises:
        UserError: the model does not exist or is damaged.
    """
    corpus = read_about(name, TRANSLATOR).get("corpus")
    if not isinstance(corpus, dict):
        return TrainedOn()
    if isinstance(corpus.get("spec"), str):
        return TrainedOn(split=None, own=corpus, pairs=read_recorded(corpus))
    if not is_split(corpus.get("split")):
        return TrainedOn()
    return TrainedOn(split=corpus["split"], pairs=read_recorded(corpus))
