"""The lexicon of a translator: which word brings which action, and which words are of one kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from corpora.scan.grammar import Pair
from seq.scan.augment.known import collect
from seq.scan.augment.lexicon import align
from seq.scan.augment.swaps import Exchanges, find_types
from seq.scan.vocabularies import Languages


@dataclass(frozen=True)
class Lexicon:
    """What training pairs say of words, as ids."""

    translations: dict[int, int]
    """Id of the action of each word that brings one."""
    kinds: dict[int, int]
    """Number, from 1, of the kind of each word that others stand for."""


def find_lexicon(languages: Languages, pairs: Iterable[Pair]) -> Lexicon:
    """Find the actions and the kinds of words in training pairs, and look at nothing else.

    See `seq.scan.augment.lexicon` and `seq.scan.augment.swaps`.
    """
    words, actions = languages.source.symbols, languages.target.symbols
    known = collect(pairs)
    exchanges = Exchanges(known, align(known))
    kinds = enumerate(find_types(exchanges), 1)
    return Lexicon(
        {words.index(word): actions.index(said) for word, said in exchanges.lexicon.items()},
        {words.index(word): number for number, group in kinds for word in group},
    )


def read_alike(kinds: Tensor) -> Tensor:
    """Return the id that each symbol is read as: the first one of its kind.

    Args:
        kinds: number of the kind of each of N symbols, (N,); 0 for a symbol that is read as itself.
    """
    own = torch.arange(len(kinds), device=kinds.device)
    kinds = kinds.long().clamp(0, len(kinds) - 1)  # a file can hold any number
    first = torch.full_like(own, len(kinds)).scatter_reduce(0, kinds, own, "amin")
    return torch.where(kinds > 0, first[kinds], own)
