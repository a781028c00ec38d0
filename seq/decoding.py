"""What a decoder writes: the likeliest symbol at each step, or by beam search."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from charlm.nn.recurrent import State
from seq.layers.decoder import Decoder, Memory, select_rows
from seq.padding import PAD


@dataclass(frozen=True, kw_only=True)
class Writing:
    """How a sequence is written: where it starts, where it ends, how long it may become."""

    start: int
    """Id of the symbol that every sequence begins after. It is never written."""
    end: int
    """Id of the symbol that ends a sequence."""
    limit: int
    """Symbols after which a sequence is cut off, the end included."""


@dataclass(frozen=True)
class Hypothesis:
    """A sequence that may follow from a memory."""

    ids: tuple[int, ...]
    """Its symbols, with the end, unless it was cut off."""
    log_prob: float
    """Log-probability of the whole sequence, in nats."""


@torch.inference_mode()
def greedy(decoder: Decoder, memory: Memory, writing: Writing) -> list[tuple[int, ...]]:
    """Return the ids of the likeliest symbol at each step, to the end, for each row of `memory`."""
    written: list[list[int]] = [[] for _ in range(memory.padding.shape[1])]
    device = memory.states.device
    going, state = torch.arange(len(written)), memory.final
    symbols = torch.full((1, len(written)), writing.start, device=device)
    for _ in range(writing.limit):
        logits, state, _ = decoder(symbols, state, memory)
        symbols = _mask_impossible(logits[0], writing).argmax(dim=1)[None]
        found = symbols[0].cpu()
        for row, symbol in zip(going.tolist(), found.tolist(), strict=True):
            written[row].append(symbol)
        ended = found == writing.end
        if ended.any():  # the others go on among themselves
            left = (~ended).nonzero()[:, 0]
            going, own = going[left], left.to(device)
            symbols, state, memory = symbols[:, own], select_rows(state, own), memory.rows(own)
            if not len(going):
                break
    return [tuple(ids) for ids in written]


@torch.inference_mode()
def beam(decoder: Decoder, memory: Memory, writing: Writing, width: int) -> list[list[Hypothesis]]:
    """Return, for each row of `memory`, up to `width` of its likeliest sequences, the best first.

    The search keeps the `width` likeliest beginnings at each step. Their probabilities are compared
    as they are: no bonus for length.
    """
    count, device = memory.padding.shape[1], memory.states.device
    memory = memory.rows(torch.arange(count, device=device).repeat_interleave(width))
    state: State = memory.final
    symbols = torch.full((1, count * width), writing.start, device=device)
    # All hypotheses of a row begin alike: only one of them may count.
    totals = torch.full((count, width), -torch.inf, dtype=torch.float64, device=device)
    totals[:, 0] = 0
    ended = torch.zeros(count * width, dtype=torch.bool, device=device)
    first = torch.arange(count, device=device)[:, None] * width
    steps: list[tuple[Tensor, Tensor]] = []
    for _ in range(writing.limit):
        logits, state, _ = decoder(symbols, state, memory)
        log_probs = _mask_impossible(logits[0], writing).double().log_softmax(dim=1)
        log_probs = log_probs.masked_fill(ended[:, None], -torch.inf)
        log_probs[:, PAD] = torch.where(ended, 0.0, -torch.inf)  # all that can follow the end
        vocabulary = log_probs.shape[1]
        after = totals[..., None] + log_probs.view(count, width, vocabulary)
        totals, best = after.flatten(1).topk(width, dim=1)
        origins, symbols = (first + best // vocabulary).flatten(), (best % vocabulary).view(1, -1)
        steps.append((origins, symbols[0]))
        state = select_rows(state, origins)
        ended = ended[origins] | (symbols[0] == writing.end)
        if (ended | (totals.flatten() == -torch.inf)).all():
            break
    return _trace(steps, totals)


def _trace(steps: list[tuple[Tensor, Tensor]], totals: Tensor) -> list[list[Hypothesis]]:
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
def inspect(
    decoder: Decoder, memory: Memory, writing: Writing, ids: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return what the decoder computed when it wrote `ids` (T, B).

    Returns:
        The probability of every symbol at each step, (T, B, V), and the weights of attention,
        (T, B, S), None without attention.
    """
    begun = torch.cat([torch.full_like(ids[:1], writing.start), ids[:-1]])
    logits, _, weights = decoder(begun, memory.final, memory)
    return _mask_impossible(logits, writing).softmax(dim=2), weights


def _mask_impossible(logits: Tensor, writing: Writing) -> Tensor:
    """Return `logits` (…, V) with -inf for padding and start, which are never written."""
    logits = logits.clone()
    logits[..., PAD] = -torch.inf
    logits[..., writing.start] = -torch.inf
    return logits
