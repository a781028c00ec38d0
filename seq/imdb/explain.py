"""Which words of a text speak for what a classifier says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from charlm.training.device import autocast
from corpora.labelled.words import Word
from seq.imdb.library import Prediction, TextClassifier
from seq.imdb.task import predict

Method = Literal["occlusion", "gradient"]

OCCLUSION_WORDS = 400
"""Longest text that is explained by occlusion unless it is asked for: the cost is its square, some
160,000 words read."""
GRADIENT_WORDS = 20_000
"""Longest part, from the beginning, that is explained by gradient: the states of all its words are
kept for the way back."""


@dataclass(frozen=True)
class Explanation:
    """What the words of a text contribute to its label."""

    text: str
    prediction: Prediction
    words: tuple[Word, ...]
    contributions: npt.NDArray[np.float64]
    """(N,), one a word, in nats of log-odds of the label: positive ones speak for it."""
    method: Method

    def pieces(self) -> Iterator[tuple[str, float]]:
        """Yield the text as typed in pieces, each with its contribution: 0 between words."""
        end = 0
        for word, contribution in zip(self.words, self.contributions, strict=True):
            if word.start > end:
                yield self.text[end : word.start], 0.0
            if word.end > end:  # two words can share a character that lower case makes two of
                yield self.text[max(end, word.start) : word.end], float(contribution)
                end = word.end
        if end < len(self.text):
            yield self.text[end:], 0.0


def explain(classifier: TextClassifier, text: str, method: Method | None = None) -> Explanation:
    """Return what each word contributes to the label that `classifier` gives to `text`.

    Occlusion (Zeiler and Fergus 2014) reads the text without the word: the contribution is what the
    log-odds of the label lose by that, exactly. The gradient of the log-odds by the word's
    embedding, times the embedding, is the same to first order, for a text of any length at the cost
    of reading it three times; it also tells what a word does by not being a vector of zeros, which
    no removal can show, so that the two agree in tendency only.

    Args:
        classifier: what gives the label.
        text: of which the first 20,000 words are explained by gradient.
        method: by default occlusion up to 400 words, and gradient beyond.
    """
    (prediction,) = classifier.classify([text])
    words = classifier.tokenizer.split(text)
    if prediction.label is None:
        return Explanation(text, prediction, (), np.zeros(0), method or "occlusion")
    chosen: Method = method or ("occlusion" if len(words) <= OCCLUSION_WORDS else "gradient")
    ids = np.array([word.id for word in words], dtype=np.int64)
    label = classifier.classes.index(prediction.label)
    if chosen == "occlusion":
        contributions = _occlusion(classifier, ids, label)
    else:
        words, ids = words[:GRADIENT_WORDS], ids[:GRADIENT_WORDS]
        contributions = _gradient(classifier, ids, label)
    return Explanation(text, prediction, tuple(words), contributions, chosen)


def _occlusion(
    classifier: TextClassifier, ids: npt.NDArray[np.int64], label: int
) -> npt.NDArray[np.float64]:
    nothing = np.array([classifier.tokenizer.UNKNOWN])
    without = [np.delete(ids, place) if len(ids) > 1 else nothing for place in range(len(ids))]
    read = predict(classifier.model, [ids, *without], classifier.device, classifier.precision)
    odds = _log_odds(torch.from_numpy(read), label).numpy()
    return np.asarray(odds[0] - odds[1:], dtype=np.float64)


def _gradient(
    classifier: TextClassifier, ids: npt.NDArray[np.int64], label: int
) -> npt.NDArray[np.float64]:
    model, device = classifier.model, classifier.device
    column = torch.from_numpy(ids)[:, None].to(device)
    embedded = model.embedding(column).detach()
    none = torch.zeros_like(embedded, requires_grad=True)
    model.encoder.layers.train()  # they drop nothing; cuDNN has no way back through others
    try:
        with torch.enable_grad(), autocast(device, classifier.precision):
            logits = model(column, torch.tensor([len(ids)]), perturbation=none)
            odds = _log_odds(logits.double().log_softmax(dim=1), label)
        (gradient,) = torch.autograd.grad(odds.sum(), none)
    finally:
        model.encoder.layers.eval()
    products = (gradient * embedded).sum(dim=(1, 2)).double().cpu()
    return np.asarray(products.numpy(), dtype=np.float64)


def _log_odds(log_probs: torch.Tensor, label: int) -> torch.Tensor:
    """Return the log-odds of class `label` against all others, (N,), from `log_probs` (N, C)."""
    others = torch.cat([log_probs[:, :label], log_probs[:, label + 1 :]], dim=1)
    return log_probs[:, label] - others.logsumexp(dim=1)
