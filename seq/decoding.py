"""What a translator writes: by the likeliest action at each step, or by beam search."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from charlm.nn.recurrent import State
from seq.batches import PAD
from seq.layers.decoder import Memory, rows
from seq.scan.model import Translator
from seq.scan.vocabularies import END, START

LIMIT = 100
"""Actions after which a translation is cut off: about twice the longest in SCAN, 48."""


@dataclass(frozen=True)
class Hypothesis:
    """What a command may mean."""

    ids: tuple[int, ...]
    """Of the actions, with the end, unless it was cut off."""
    log_prob: float
    """Of all of them, in nats."""


@torch.inference_mode()
def greedy(model: Translator, memory: Memory, *, limit: int = LIMIT) -> list[tuple[int, ...]]:
    """Return the ids of the likeliest symbol at each step, to the end, for each command."""
    written: list[list[int]] = [[] for _ in range(memory.states.shape[1])]
    going, state = torch.arange(len(written)), memory.final
    symbols = torch.full((1, len(written)), START, device=memory.states.device)
    for _ in range(limit):
        logits, state, _ = model.decode(symbols, state, memory)
        symbols = _possible(logits[0]).argmax(dim=1)[None]
        found = symbols[0].cpu()
        for row, symbol in zip(going.tolist(), found.tolist(), strict=True):
            written[row].append(symbol)
        ended = found == END
        if ended.any():  # the others go on among themselves
            left = (~ended).nonzero()[:, 0]
            going, own = going[left], left.to(symbols.device)
            symbols, state, memory = symbols[:, own], rows(state, own), memory.rows(own)
            if not len(going):
                break
    return [tuple(ids) for ids in written]


@torch.inference_mode()
def beam(
    model: Translator, memory: Memory, width: int, *, limit: int = LIMIT
) -> list[list[Hypothesis]]:
    """Return, for each command, up to `width` of its likeliest translations, the best first.

    The search keeps the `width` likeliest beginnings at each step. Their probabilities are compared
    as they are: no bonus for length.
    """
    count, device = memory.states.shape[1], memory.states.device
    memory = memory.rows(torch.arange(count, device=device).repeat_interleave(width))
    state: State = memory.final
    symbols = torch.full((1, count * width), START, device=device)
    # All hypotheses of a command begin alike: only one of them may count.
    totals = torch.full((count, width), -torch.inf, dtype=torch.float64, device=device)
    totals[:, 0] = 0
    ended = torch.zeros(count * width, dtype=torch.bool, device=device)
    first = torch.arange(count, device=device)[:, None] * width
    steps: list[tuple[Tensor, Tensor]] = []
    for _ in range(limit):
        logits, state, _ = model.decode(symbols, state, memory)
        log_probs = _possible(logits[0]).double().log_softmax(dim=1)
        log_probs = log_probs.masked_fill(ended[:, None], -torch.inf)
        log_probs[:, PAD] = torch.where(ended, 0.0, -torch.inf)  # all that can follow the end
        vocabulary = log_probs.shape[1]
        after = totals[..., None] + log_probs.view(count, width, vocabulary)
        totals, best = after.flatten(1).topk(width, dim=1)
        origins, symbols = (first + best // vocabulary).flatten(), (best % vocabulary).view(1, -1)
        steps.append((origins, symbols[0]))
        state = rows(state, origins)
        ended = ended[origins] | (symbols[0] == END)
        if (ended | (totals.flatten() == -torch.inf)).all():
            break
    return _traced(steps, totals)


def _traced(steps: list[tuple[Tensor, Tensor]], totals: Tensor) -> list[list[Hypothesis]]:
    """Follow each hypothesis back to its beginning."""
    count, width = totals.shape
    row = torch.arange(count * width, device=totals.device)
    backwards = []
    for origins, symbols in reversed(steps):
        backwards.append(symbols[row])
        row = origins[row]
    written = torch.stack(backwards[::-1]).t().view(count, width, -1).tolist()
    return [
        [
            Hypothesis(tuple(symbol for symbol in ids if symbol != PAD), total)
            for ids, total in zip(hypotheses, scores, strict=True)
            if total > -torch.inf  # fewer symbols can follow than the beam is wide
        ]
        for hypotheses, scores in zip(written, totals.tolist(), strict=True)
    ]


@torch.inference_mode()
def inspect(model: Translator, memory: Memory, ids: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return what the model thought when it wrote `ids` (T, B): the probability of every symbol at
    each step, (T, B, V), and the weights of attention, (T, B, S), if there is any.
    """
    begun = torch.cat([torch.full_like(ids[:1], START), ids[:-1]])
    logits, _, weights = model.decode(begun, memory.final, memory)
    return _possible(logits).softmax(dim=2), weights


def _possible(logits: Tensor) -> Tensor:
    """Return `logits` (…, V) without padding and start, which are no symbols to be written."""
    logits = logits.clone()
    logits[..., PAD] = -torch.inf
    logits[..., START] = -torch.inf
    return logits
