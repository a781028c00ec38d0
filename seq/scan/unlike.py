"""Validation commands that are unlike the training commands, chosen from the training part alone.

Commands drawn by lot are like those that are trained on, so every model is perfect on them, and
they cannot choose one that generalises.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corpora.errors import UserError
from corpora.scan.grammar import Pair
from seq.padding import Ids
from seq.scan.augment.known import collect
from seq.scan.augment.lexicon import align
from seq.scan.augment.swaps import Exchanges, find_types


def hold_out_longest(pairs: Sequence[Pair], count: int) -> tuple[Ids, Ids]:
    """Return the indices of the training pairs, and of the longest ones: some `count` of them.

    Every held-out command has more actions than every one that is left.

    Raises:
        UserError: all commands are of one length.
    """
    lengths = np.array([len(pair.actions) for pair in pairs])
    limit = np.sort(lengths)[::-1][min(count, len(pairs)) - 1]
    longer = lengths > limit
    held_out = longer if longer.any() else lengths >= limit
    if held_out.all():
        raise UserError("the commands are all of one length; take --validation random")
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def hold_out_primitive(pairs: Sequence[Pair], count: int, seed: int) -> tuple[Ids, Ids]:
    """Return the indices of the training pairs, and of `count` pairs with a word in company.

    The seed draws the word among those that others stand for. The shortest commands with it are
    trained on, all others are not: `count` of these are drawn, and the rest is in neither part.

    Raises:
        UserError: no word stands for another one and is in more than `count` longer commands.
    """
    known = collect(pairs)
    types = find_types(Exchanges(known, align(known)))
    random = np.random.default_rng([seed, count])
    for word in random.permutation([word for group in types for word in group]):
        sizes = np.array([len(p.command) if word in p.command else 0 for p in pairs])
        held_out = sizes > sizes[sizes > 0].min()
        if held_out.sum() > count:
            chosen = random.permutation(np.flatnonzero(held_out))[:count]
            return np.flatnonzero(~held_out), np.sort(chosen)
    raise UserError(
        f"no word that another one stands for is in more than {count:,} commands in company; "
        "take --validation random, or a smaller --validation-share"
    )
