"""Pairs that a translator is trained on besides those of its split, and their record in its run."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from corpora.scan.grammar import Pair
from seq.scan.augment.ideas import explore
from seq.scan.config import AugmentConfig


def make_pairs(pairs: Iterable[Pair], config: AugmentConfig) -> tuple[Pair, ...]:
    """Return the pairs that `config` asks to make from training pairs."""
    return explore(pairs, config.ideas, config.longest_made).made


def record_made(config: AugmentConfig, made: Sequence[Pair]) -> dict[str, Any]:
    """Return what a run folder records about made pairs, for JSON; nothing if none are asked for.

    So the record of a plain training is what it was before there were ideas.
    """
    if config.ideas == "plain":
        return {}
    counts = summarize(made)
    return {**config.to_json(), "made": counts["pairs"], "made_sha256": counts["sha256"]}


def read_recorded(corpus: Mapping[str, Any]) -> AugmentConfig:
    """Return what a run folder recorded of its ideas.

    Args:
        corpus: the part `corpus` of `config.json`.

    Raises:
        UserError: a value cannot be.
    """
    names = {field.name for field in dataclasses.fields(AugmentConfig)}
    return AugmentConfig(**{name: value for name, value in corpus.items() if name in names})


def summarize(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the number of pairs and their checksum, for JSON."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(f"{' '.join(pair.command)}\0{' '.join(pair.actions)}\n".encode())
    return {"pairs": len(pairs), "sha256": digest.hexdigest()}
