"""How well a translator does on commands that were made for its training, and on the others.

Where rules made a test command from the training pairs, a right translation shows that the network
learned what the rules found. Only the others show what the network finds by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from charlm.runs.registry import TRANSLATOR, find
from charlm.runs.run_folder import RunFolder
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair, Words
from corpora.scan.splits import SPLITS, load
from seq.scan.config import PairsConfig
from seq.scan.made import make_pairs, read_recorded


@dataclass(frozen=True, kw_only=True)
class TrainedOn:
    """What a translator was trained on, as its run folder records it."""

    split: str = "simple"
    """Name of the split; simple if no file records it."""
    pairs: PairsConfig = field(default_factory=PairsConfig)
    """Which pairs were held out, and which were made as well."""


@dataclass(frozen=True)
class Share:
    """Some test commands, by where they come from, and how many of them are right."""

    origin: str
    """`trained on`; `made`; `not made`; and those of the last that are `longer` than all pairs that
    were trained on."""
    commands: int
    """Number of commands."""
    right: int
    """Number of commands whose translation is correct."""


def find_trained_on(name: str) -> TrainedOn:
    """Return what a translator was trained on.

    Args:
        name: a shipped name, a run folder or a file.

    Raises:
        UserError: the model does not exist or is damaged.
    """
    path = find(name, TRANSLATOR)
    about = RunFolder(path).read_config(TRANSLATOR) if path.is_dir() else {}
    corpus = about.get("corpus")
    if not isinstance(corpus, dict) or corpus.get("split") not in SPLITS:
        return TrainedOn()
    return TrainedOn(split=corpus["split"], pairs=read_recorded(corpus))


def count_by_origin(
    test: Sequence[Pair], wrong: Collection[Words], trained_on: TrainedOn, notice: Notice = silent
) -> tuple[Share, ...]:
    """Return how many test commands of each origin are right, without origins that none has.

    Args:
        test: test pairs.
        wrong: commands of `test` whose translation is wrong.
        trained_on: what the translator was trained on; the pairs are made again.
        notice: see `corpora.scan.splits.load`.
    """
    train = load(trained_on.split, notice=notice).train
    made = make_pairs(train, trained_on.pairs)
    longest = max(len(pair.actions) for pair in (*train, *made))
    known, drilled = {pair.command for pair in train}, {pair.command for pair in made}
    groups: dict[str, list[Words]] = {}
    for pair in test:
        origin = "made" if pair.command in drilled else "not made"
        origin = "trained on" if pair.command in known else origin
        groups.setdefault(origin, []).append(pair.command)
        if len(pair.actions) > longest:
            groups.setdefault("longer", []).append(pair.command)
    return tuple(
        Share(origin, len(groups[origin]), sum(command not in wrong for command in groups[origin]))
        for origin in ("trained on", "made", "not made", "longer")
        if origin in groups
    )
