"""Copying: a decoder that may say the translation of what its attention looks at."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from seq.layers.attention import weigh

MOST = 1 - 1e-6
"""Greatest probability of a copy. So a symbol that no attended word means stays possible."""
LEAST = 1e-12
"""Least probability by copying. Its logarithm must be finite."""


def mix_with_copies(
    logits: Tensor, weights: Tensor, translations: Tensor, read_as: Tensor | None = None
) -> Tensor:
    """Return the log-probabilities (T, B, V) of symbols that are generated or copied.

    A gate g, the last logit, decides between both. A copy is drawn from the translations of the
    attended words: p(y) = (1 - g m) p_generated(y) + g Σ_s w_s t_s(y), where m is the sum of the
    weights w_s of the words that have a translation t_s. So, where attention looks at other words,
    all is generated, whatever the gate says.

    Source: Akyürek and Andreas (2021), "Lexicon learning for few-shot neural sequence modeling",
    arXiv 2106.03993. There the gate is one more symbol of the softmax, and a word without a
    translation has an even distribution.

    Args:
        logits: of the V symbols and, last, of the gate, (T, B, V + 1).
        weights: attention weights, (T, B, S), which sum to one.
        translations: distribution over the symbols for each word, (S, B, V); zeros for a word that
            has no translation.
        read_as: id that each symbol is read as, (V,). Symbols that are read as one and the same
            cannot be generated, only copied.
    """
    chosen = logits[..., :-1].float()
    if read_as is not None:
        shared = read_as.bincount(minlength=len(read_as))[read_as] > 1
        chosen = chosen.masked_fill(shared, -torch.inf)
    generated = chosen.log_softmax(dim=2)
    gate = logits[..., -1:].float().sigmoid()
    copied = gate * weigh(weights, translations)
    kept = torch.log1p(-copied.sum(dim=2, keepdim=True).clamp(max=MOST))
    return torch.logaddexp(kept + generated, F.threshold(copied, LEAST, LEAST).log())
