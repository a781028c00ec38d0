"""The search for the unit that follows the class of reviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from charlm.arrays import Floats
from charlm.inside.other_kinds import Progress, UnitsRequest
from charlm.inside.units.unit_scores import compute_auc, rank
from charlm.training.device import autocast
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES
from corpora.notice import Notice, silent
from seq.batches import batch_by_words, pad
from seq.imdb.config import IMDB
from seq.imdb.data import Source
from seq.imdb.library import LONGEST_TEXT, TextClassifier, load
from seq.imdb.sentiment import VIEWS, BestUnit, SentimentUnits
from seq.imdb.task import BATCH_WORDS, EVALUATION_BATCH
from seq.layers.pooling import Pooling, pool

if TYPE_CHECKING:
    from seq.padding import Ids

FEWEST, MOST = 20, 25_000
"""Texts that can be asked for."""


def find_sentiment_units(
    classifier: TextClassifier,
    texts: Sequence[str],
    labels: npt.NDArray[np.integer[Any]],
    *,
    corpus: str = "the texts",
    progress: Progress | None = None,
) -> SentimentUnits:
    """Find the units whose state follows the class of a text.

    A unit is chosen by |AUC - 0.5| on every second text; what is reported is measured on the other
    half. Radford, Jozefowicz and Sutskever (2017) found one such unit in a model of characters that
    had never seen a label: with one threshold it tells 92.3 % of these reviews apart. This
    classifier has seen labels, so that units follow them is no wonder; how far one unit alone comes
    is the question.

    Args:
        classifier: the classifier.
        texts: texts, at least 20. Of a longer one, the last 20,000 words are read.
        labels: indices of their classes, (N,). The last class is the one, against all others.
        corpus: name of the texts.
        progress: is called with the number of texts that were read since the last call.

    Raises:
        UserError: there are too few texts, or a half has but one class.
    """
    yes = np.asarray(labels) == len(classifier.classes) - 1
    first = np.arange(len(yes)) % 2 == 0
    if len(yes) < FEWEST or any(yes[half].all() or not yes[half].any() for half in (first, ~first)):
        raise UserError(f"at least {FEWEST} texts of several classes are needed to choose a unit")
    states, log_probs = read_pooled(classifier, texts, progress)
    found = []
    for view, values in states.items():
        chosen_on = compute_auc(rank(values[first].T), yes[first])
        unit = int(np.abs(chosen_on - 0.5).argmax())
        own = values[:, unit]
        (auc,) = compute_auc(rank(own[None, ~first]), yes[~first])
        accuracy = _measure_accuracy(own[first], yes[first], own[~first], yes[~first])
        backward = unit >= classifier.model.config.hidden_size
        direction = "backward" if backward else "forward"
        found.append(BestUnit(view, unit, direction, float(chosen_on[unit]), float(auc), accuracy))
    found.sort(key=lambda one: -abs(one.auc_chosen - 0.5))
    best = found[0]
    odds = log_probs[~first, -1]
    (whole,) = compute_auc(rank(odds[None]), yes[~first])
    right = (log_probs[~first].argmax(axis=1) == log_probs.shape[1] - 1) == yes[~first]
    values = states[best.view][~first, best.unit]
    classes = classifier.classes
    other = classes[0] if len(classes) == 2 else "another class"
    return SentimentUnits(
        classifier.name, corpus, classes[-1], other, len(yes), tuple(found), float(whole),
        float(right.mean()), values, yes[~first],
    )  # fmt: skip


def _measure_accuracy(
    values: Floats, yes: npt.NDArray[np.bool_], others: Floats, answers: npt.NDArray[np.bool_]
) -> float:
    """Return the share of `others` that the best threshold for `values` tells apart."""
    order = np.argsort(values, kind="stable")
    # Right if all above place k are yes: the yes above it and the no below it.
    ordered = yes[order]
    above = yes.sum() - np.concatenate([[0], ordered.cumsum()])
    below = np.concatenate([[0], (~ordered).cumsum()])
    right = above + below
    up = bool(right.max() >= len(yes) - right.min())
    place = int(right.argmax() if up else right.argmin())
    bounds = np.concatenate([[-np.inf], values[order], [np.inf]])
    threshold = bounds[place] / 2 + bounds[place + 1] / 2
    return float(((others > threshold) == (answers if up else ~answers)).mean())


def read_pooled(
    classifier: TextClassifier, texts: Sequence[str], progress: Progress | None = None
) -> tuple[dict[Pooling, Floats], Floats]:
    """Return what a classifier holds after each of N texts, and what it says.

    Returns:
        The hidden states of the last layer, pooled over the text, (N, D·H) for each view, and the
        log-probability of each class, (N, C), in nats.
    """
    model, device = classifier.model, classifier.device
    nothing = np.array([classifier.tokenizer.UNKNOWN])
    ids: list[Ids] = [
        text[-LONGEST_TEXT:] if len(text) else nothing
        for text in classifier.tokenizer.encode(texts)
    ]
    size = model.config.hidden_size
    total = size * (2 if model.config.bidirectional else 1)
    found = {view: np.zeros((len(ids), total)) for view in VIEWS}
    log_probs = np.zeros((len(ids), len(classifier.classes)))
    for rows in batch_by_words([len(text) for text in ids], EVALUATION_BATCH, BATCH_WORDS):
        with torch.inference_mode(), autocast(device, classifier.precision):
            batch, lengths = pad([ids[row] for row in rows])
            states = model.encoder(model.embedding(batch.to(device)), lengths)
            logits = model.judge(states, lengths).cpu().double()
            log_probs[rows] = logits.log_softmax(dim=1).numpy()
            for view, values in found.items():
                values[rows] = pool(states, lengths, view, size).float().cpu().numpy()
        if progress is not None:
            progress(len(rows))
    return found, log_probs


def find_named(
    name: str, request: UnitsRequest, *, progress: Progress | None = None, notice: Notice = silent
) -> SentimentUnits:
    """Load a classifier, and find its units that follow the class of labelled texts.

    Raises:
        UserError: the classifier or the texts do not exist, or they do not fit.
    """
    if not FEWEST <= request.texts <= MOST:
        raise UserError(
            f"the number of texts must lie between {FEWEST} and {MOST:,}, not {request.texts:,}"
        )
    classifier = load(name, device="cpu")
    spec = request.corpus or IMDB
    if spec == IMDB and classifier.classes != CLASSES:
        known = ", ".join(classifier.classes)
        raise UserError(f"{name} tells {known} apart; name texts with these labels")
    every = Source(spec).read("test", notice=notice, classes=classifier.classes)
    drawn = np.random.default_rng(request.seed).permutation(len(every))[: request.texts]
    some = every.select(drawn)
    corpus = "the test reviews" if spec == IMDB else every.name
    return find_sentiment_units(
        classifier, some.texts, some.labels, corpus=corpus, progress=progress
    )  # fmt: skip
