"""Decoding: the most probable symbol at each step (greedy), or beam search."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from charlm.nn.recurrent import State
from charlm.nn.transfer import move
from seq.layers.decoder import Decoder
from seq.layers.memory import Memory, select_rows
from seq.padding import PAD


@dataclass(frozen=True, kw_only=True)
class DecodingRules:
    """Where a decoded sequence starts, where it ends, and its greatest length."""

    start: int
    """Id of the symbol before every sequence. It is never decoded."""
    end: int
    """Id of the symbol that ends a sequence."""
    limit: int
    """Greatest number of symbols in a sequence, the end included."""


@dataclass(frozen=True)
class Hypothesis:
    """A sequence that beam search found."""

    ids: tuple[int, ...]
    """Ids of its symbols. The last one is the end, unless the limit was reached."""
    log_prob: float
    """Log-probability of the whole sequence, in nats."""


@torch.inference_mode()
def greedy_search(decoder: Decoder, memory: Memory, rules: DecodingRules) -> list[tuple[int, ...]]:
    """Return, for each row of `memory`, the ids of the most probable symbol at each step."""
    sequences: list[list[int]] = [[] for _ in range(memory.padding.shape[1])]
    device = memory.states.device
    rows, state = torch.arange(len(sequences)), memory.final
    symbols = torch.full((1, len(sequences)), rules.start, device=device)
    for _ in range(rules.limit):
        logits, state, _ = decoder(symbols, state, memory)
        symbols = _mask_impossible(logits[0], rules).argmax(dim=1)[None]
        found = symbols[0].cpu()
        for row, symbol in zip(rows.tolist(), found.tolist(), strict=True):
            sequences[row].append(symbol)
        ended = found == rules.end
        if ended.any():  # only the rows that have not ended are computed further
            left = (~ended).nonzero()[:, 0]
            rows, own = rows[left], move(left, device)
            symbols, state, memory = symbols[:, own], select_rows(state, own), memory.select(own)
            if not len(rows):
                break
    return [tuple(ids) for ids in sequences]


@torch.inference_mode()
def beam_search(
    decoder: Decoder, memory: Memory, rules: DecodingRules, width: int
) -> list[list[Hypothesis]]:
    """Return, for each row of `memory`, up to `width` probable sequences, the best first.

    The search keeps the `width` most probable beginnings at each step. It compares their
    probabilities without any correction for length. It does so on the CPU, in double precision,
    which not every device has. Once a step, the host must wait for the device in any case.
    """
    count, device = memory.padding.shape[1], memory.states.device
    memory = memory.select(torch.arange(count, device=device).repeat_interleave(width))
    state: State = memory.final
    symbols = torch.full((1, count * width), rules.start, device=device)
    # All hypotheses of a row begin alike, so only the first one may count at the first step.
    totals = torch.full((count, width), -torch.inf, dtype=torch.float64)
    totals[:, 0] = 0
    ended = torch.zeros(count * width, dtype=torch.bool)
    first = torch.arange(count)[:, None] * width
    steps: list[tuple[Tensor, Tensor]] = []
    for _ in range(rules.limit):
        logits, state, _ = decoder(symbols, state, memory)
        log_probs = _mask_impossible(logits[0].cpu().double(), rules).log_softmax(dim=1)
        log_probs = log_probs.masked_fill(ended[:, None], -torch.inf)
        log_probs[:, PAD] = torch.where(ended, 0.0, -torch.inf)  # only padding follows the end
        vocabulary = log_probs.shape[1]
        after = totals[..., None] + log_probs.view(count, width, vocabulary)
        totals, best = after.flatten(1).topk(width, dim=1)
        origins, found = (first + best // vocabulary).flatten(), (best % vocabulary).flatten()
        steps.append((origins, found))
        ended = ended[origins] | (found == rules.end)
        state, symbols = select_rows(state, move(origins, device)), move(found[None], device)
        if (ended | (totals.flatten() == -torch.inf)).all():
            break
    return _trace_back(steps, totals)


def _trace_back(steps: list[tuple[Tensor, Tensor]], totals: Tensor) -> list[list[Hypothesis]]:
    """Follow each hypothesis from its last step back to its first, and return its sequence."""
    count, width = totals.shape
    row = torch.arange(count * width)
    backwards = []
    for origins, symbols in reversed(steps):
        backwards.append(symbols[row])
        row = origins[row]
    sequences = torch.stack(backwards[::-1]).t().view(count, width, -1).tolist()
    return [
        [
            Hypothesis(tuple(symbol for symbol in ids if symbol != PAD), total)
            for ids, total in zip(hypotheses, scores, strict=True)
            if total > -torch.inf  # there can be fewer sequences than the beam is wide
        ]
        for hypotheses, scores in zip(sequences, totals.tolist(), strict=True)
    ]


@torch.inference_mode()
def inspect(
    decoder: Decoder, memory: Memory, rules: DecodingRules, ids: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return the probabilities and the attention of the decoder for the sequences `ids` (T, B).

    Returns:
        The probability of every symbol at each step, (T, B, V), and the attention weights,
        (T, B, S). The weights are None if the decoder has no attention.
    """
    inputs = torch.cat([torch.full_like(ids[:1], rules.start), ids[:-1]])
    logits, _, weights = decoder(inputs, memory.final, memory)
    return _mask_impossible(logits, rules).softmax(dim=2), weights


def _mask_impossible(logits: Tensor, rules: DecodingRules) -> Tensor:
    """Return `logits` (…, V) with -inf for padding and start, which are never decoded."""
    logits = logits.clone()
    logits[..., PAD] = -torch.inf
    logits[..., rules.start] = -torch.inf
    return logits
