"""Explanations: how much each word of a text contributes to its label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from charlm.training.device import autocast, set_rounding
from corpora.errors import UserError
from corpora.labelled.words import Word
from corpora.short_repr import ShortRepr
from seq.imdb.library import LONGEST_TEXT, Prediction, Progress, TextClassifier

Method = Literal["occlusion", "gradient"]

OCCLUSION_WORDS = 400
"""Longest text, in words, that is explained by occlusion by default. Occlusion reads the text once
for each word, here 160,000 words in all."""
MOST_OCCLUDED = 2_000
"""Longest text, in words, that can be explained by occlusion: four million words are read."""
MOST_TOGETHER, WORDS_TOGETHER = 32, 8_000
"""Most texts, and most words of them, that are read between two reports of progress."""


@dataclass(frozen=True)
class Explanation(ShortRepr):
    """The contributions of the words of a text to its label."""

    text: str
    """The text as it was given."""
    prediction: Prediction
    """Prediction of the classifier for the text."""
    words: tuple[Word, ...]
    """The N words that are explained, with their places in the text."""
    contributions: npt.NDArray[np.float64]
    """Contribution of each word to the log-odds of the label, in nats, (N,). It is positive for
    words that make the label more probable."""
    method: Method
    """Method that computed the contributions."""

    def _repr_html_(self) -> str:
        from charlm.drawing.colored_text import color_html

        largest = max(1e-9, float(np.abs(self.contributions).max(initial=0.0)))
        pieces = list(self.pieces())
        values = np.array([value / largest for text, value in pieces for _ in text])
        shown = [f"{value:+.2f} nats" for text, value in pieces for _ in text]
        page = color_html("".join(text for text, _ in pieces), values, shown)
        if self.prediction.label is None:
            return page
        label = escape(self.prediction.label)
        said = f"{label}, {self.prediction.probability:.1%}; red speaks for it, blue against"
        return f"{page}<p>{said}</p>"

    def pieces(self) -> Iterator[tuple[str, float]]:
        """Yield the text in pieces, each with its contribution. Between words that is 0."""
        end = 0
        for word, contribution in zip(self.words, self.contributions, strict=True):
            if word.start > end:
                yield self.text[end : word.start], 0.0
            if word.end > end:  # one character can become two words in lower case
                yield self.text[max(end, word.start) : word.end], float(contribution)
                end = word.end
        if end < len(self.text):
            yield self.text[end:], 0.0


def explain(
    classifier: TextClassifier,
    text: str,
    method: Method | None = None,
    *,
    progress: Progress | None = None,
) -> Explanation:
    """Return the contribution of each word to the label that `classifier` gives to `text`.

    Occlusion (Zeiler and Fergus 2014) reads the text without the word. The contribution is the
    decrease of the label's log-odds. The gradient method multiplies the gradient of the log-odds
    with respect to the word's embedding by that embedding. To first order this is the effect of
    replacing the embedding by zeros, which is not the same as removing the word. So the two methods
    agree only roughly. The gradient costs one forward and one backward pass for a text of any
    length.

    Args:
        classifier: the classifier that gives the label.
        text: the text to explain. Of a longer one, the last 20,000 words are read and explained.
        method: by default occlusion for texts of up to 400 words, and gradient for longer ones.
        progress: is called with the number of words that were explained since the last call. An
            exception that it raises ends the explanation, so that one that nobody waits for any
            more need not be computed to its end.

    Raises:
        UserError: the text has more than 2,000 words, and `method` is occlusion.
    """
    (prediction,) = classifier.classify([text])
    words = classifier.tokenizer.split(text)[-LONGEST_TEXT:]
    if prediction.label is None:
        return Explanation(text, prediction, (), np.zeros(0), method or "occlusion")
    chosen: Method = method or ("occlusion" if len(words) <= OCCLUSION_WORDS else "gradient")
    ids = np.array([word.id for word in words], dtype=np.int64)
    label = classifier.classes.index(prediction.label)
    if chosen == "occlusion":
        if len(words) > MOST_OCCLUDED:
            raise UserError(
                f"occlusion reads a text once for each word: {MOST_OCCLUDED:,} words are the most, "
                f"not {len(words):,}; take --method gradient"
            )
        contributions = _explain_by_occlusion(classifier, ids, label, progress or _ignore)
    else:
        contributions = _explain_by_gradient(classifier, ids, label)
        (progress or _ignore)(len(ids))
    return Explanation(text, prediction, tuple(words), contributions, chosen)


def _ignore(words: int) -> None:
    """Take a number of words that were explained, and tell nobody."""


def _explain_by_occlusion(
    classifier: TextClassifier, ids: npt.NDArray[np.int64], label: int, progress: Progress
) -> npt.NDArray[np.float64]:
    nothing = np.array([classifier.tokenizer.UNKNOWN])
    (whole,) = classifier.read_ids([ids])
    together = max(1, min(MOST_TOGETHER, WORDS_TOGETHER // len(ids)))
    found = []
    for start in range(0, len(ids), together):
        places = range(start, min(start + together, len(ids)))
        without = [np.delete(ids, place) if len(ids) > 1 else nothing for place in places]
        found.append(classifier.read_ids(without))
        progress(len(places))
    odds = _log_odds(torch.from_numpy(np.vstack([whole, *found])), label).numpy()
    return np.asarray(odds[0] - odds[1:], dtype=np.float64)


def _explain_by_gradient(
    classifier: TextClassifier, ids: npt.NDArray[np.int64], label: int
) -> npt.NDArray[np.float64]:
    model, device = classifier.model, classifier.device
    column = torch.from_numpy(ids)[:, None].to(device)
    embedded = model.embedding(column).detach()
    none = torch.zeros_like(embedded, requires_grad=True)
    with torch.enable_grad(), set_rounding(device, classifier.precision):
        with autocast(device, classifier.precision):
            logits = model(column, torch.tensor([len(ids)]), perturbation=none)
        odds = _log_odds(logits.cpu().double().log_softmax(dim=1), label)
        (gradient,) = torch.autograd.grad(odds.sum(), none)
    products = (gradient * embedded).sum(dim=(1, 2)).cpu().double()
    return np.asarray(products.numpy(), dtype=np.float64)


def _log_odds(log_probs: torch.Tensor, label: int) -> torch.Tensor:
    """Return the log-odds of class `label` against all others, (N,), given `log_probs` (N, C)."""
    others = torch.cat([log_probs[:, :label], log_probs[:, label + 1 :]], dim=1)
    return log_probs[:, label] - others.logsumexp(dim=1)
