"""Pairs that a translator is trained on besides those of its split, and the record of them."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from corpora.scan.grammar import Pair
from seq.scan.augment.ideas import Ideas, explore
from seq.scan.config import PairsConfig


def make_pairs(pairs: Iterable[Pair], config: PairsConfig) -> tuple[Pair, ...]:
    """Return the pairs that `config` asks to make from training pairs.

    They are kept for a while: a comparison asks for the same ones with every seed.
    """
    return _make(tuple(pairs), config.ideas, config.longest_made)


@lru_cache(maxsize=2)
def _make(pairs: tuple[Pair, ...], ideas: Ideas, longest: int) -> tuple[Pair, ...]:
    return explore(pairs, ideas, longest).made


def record_made(config: PairsConfig, made: Sequence[Pair]) -> dict[str, Any]:
    """Return what a run folder records about the choice of pairs, for JSON; nothing by default.

    So the record of a plain training is what it was before there was a choice.
    """
    if config == PairsConfig():
        return {}
    counts = summarize(made)
    return {**config.to_json(), "made": counts["pairs"], "made_sha256": counts["sha256"]}


def read_recorded(corpus: Mapping[str, Any]) -> PairsConfig:
    """Return what a run folder recorded of its choice of pairs.

    Args:
        corpus: the part `corpus` of `config.json`.

    Raises:
        UserError: a value cannot be.
    """
    names = {field.name for field in dataclasses.fields(PairsConfig)}
    return PairsConfig(**{name: value for name, value in corpus.items() if name in names})


def summarize(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the number of pairs and their checksum, for JSON."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{' '.join(pair.command)}\0{' '.join(pair.actions)}\n".encode())
    return {"pairs": len(pairs), "sha256": digest.hexdigest()}
