"""How far back a model remembers: its loss when it sees the last k characters only."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.drawing.panels import Line, Panel
from charlm.generation.generate import check_whole
from charlm.generation.network import Network, State
from charlm.generation.tokens import log_softmax
from charlm.inside.reading import compute_surprisals
from charlm.inside.results import ModelResult
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

CONTEXTS = tuple(2**power for power in range(10))
"""Lengths of the context, in characters: 1 to 512."""
POSITIONS = 500
"""Characters that are predicted, by default."""
SHARE_LEFT = 0.01
"""A context reaches far enough if this share of the gain is left."""
AT_ONCE = 256
"""Streams that are read side by side: more are not faster, and take more memory."""

Ids = npt.NDArray[Any]
Progress = Callable[[int], object]
"""Takes the number of characters that have been read since it was last called."""


def ignore(done: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class ContextCurve(ModelResult):
    """The loss of a model at the same P places of a text, by the length of its context."""

    positions: int
    """Number of places, P."""
    contexts: tuple[int, ...]
    """The K lengths of the context, in characters, rising."""
    losses: Floats
    """Mean loss (K,) in nats per character, with that context."""
    errors: Floats
    """Standard error (K,) of the difference between that loss and `full`, over the places."""
    full: float
    """Mean loss at these places with all of the text before them."""

    @property
    def gain(self) -> float:
        """What all of the context is worth beyond its shortest part, in nats per character."""
        return float(self.losses[0]) - self.full

    def shares(self) -> Floats:
        """Return the share (K,) of the gain that is still to come beyond each context."""
        return np.asarray((self.losses - self.full) / self.gain)

    def reach(self, share: float = SHARE_LEFT) -> float | None:
        """Return the context in characters from which on no more than `share` of the gain is left.

        Between two contexts it is interpolated over log k. None: the longest one is too short, or
        there is no gain.
        """
        if not self.gain > 0:
            return None
        left = self.shares()
        above = np.flatnonzero(left > share)
        last = int(above[-1]) if len(above) else -1
        if last < 0 or last == len(left) - 1:
            return None
        k, longer = self.contexts[last], self.contexts[last + 1]
        part = (left[last] - share) / (left[last] - left[last + 1])
        return float(k * (longer / k) ** part)

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each context."""
        left = self.shares() if self.gain > 0 else np.full(len(self.contexts), np.nan)
        return [
            {
                "context": context,
                "loss": float(loss),
                "more_than_full": float(loss) - self.full,
                "standard_error": float(error),
                "share_left": float(share) if np.isfinite(share) else None,
            }
            for context, loss, error, share in zip(
                self.contexts, self.losses, self.errors, left, strict=True
            )
        ]

    def plot(self) -> Picture:
        """Return a picture of the curve, and of the loss with all of the context, dashed."""
        return plot_curves([self])


def make_panel(curves: Sequence[ContextCurve]) -> Panel:
    """Return the curves as a panel, over log k; losses with all of the context are dashed."""
    lines = []
    for series, curve in enumerate(curves):
        places = [math.log2(context) for context in curve.contexts]
        ends = [(places[0], curve.full), (places[-1], curve.full)]
        points = list(zip(places, curve.losses.tolist(), strict=True))
        lines += [Line(series, ends, dashed=True), Line(series, points)]
    known = sorted({context for curve in curves for context in curve.contexts})
    ticks = {math.log2(context): str(context) for context in known}
    return Panel(
        "loss by context; dashed: with all that comes before",
        "last characters that the model sees",
        "nats per character",
        lines,
        x_ticks=ticks,
    )


def plot_curves(curves: Sequence[ContextCurve]) -> Picture:
    """Return a picture of the curves of one or more models."""
    from charlm.drawing.picture import draw_panels

    title = "How far back a model remembers"
    return draw_panels([make_panel(curves)], [curve.model for curve in curves], title=title)


def cut_context(
    model: LanguageModel | str,
    text: str,
    *,
    contexts: Sequence[int] = CONTEXTS,
    positions: int = POSITIONS,
    progress: Progress = ignore,
) -> ContextCurve:
    """Measure the loss of a model that sees the last k characters only, for several k.

    Before each of the places, the state is set to zeros and the k characters before the place are
    read; what the model then gives to the character at the place is its loss. The places are the
    same for every k, so the differences between contexts are far more exact than the losses.

    More context is not always better. In the shipped model of 4x128, the loss rises by 0.13 nats
    from 8 characters to 16: if they hold no line feed, it lacks 0.50 nats against all of the text,
    and only 0.11 if they hold one. Most of what it lacks there is where it is in the line.

    With all characters as places and a k as long as the text, the loss is that of `charlm
    evaluate`. Compare Khandelwal, He, Qi and Jurafsky (2018), "Sharp Nearby, Fuzzy Far Away".

    Args:
        model: a model, or its name.
        text: the text, T characters, at least 2.
        contexts: lengths k of the context, in characters.
        positions: number of places, P, spread evenly over the text: without the start of a long
            text, where there are no k characters. A text of fewer characters has as many as it has.
        progress: called with the number of characters read, `count_characters` in all.

    Raises:
        UserError: the text is too short, the model does not know one of its characters, or a
            number is below 1.
    """
    model = load(model) if isinstance(model, str) else model
    lengths = tuple(sorted(set(contexts)))
    for length in lengths:
        check_whole("contexts", length, least=1)
    check_whole("positions", positions, least=1)
    if len(text) < 2 or not lengths:
        raise UserError("two characters are needed: the second is predicted from the first")
    network, ids = model.network, model.vocabulary.encode(text)
    targets = choose_targets(len(ids), lengths[-1], positions)
    # In one stream: streams side by side would have less before them than the longest context.
    full = compute_surprisals(network, ids[: targets[-1] + 1], streams=1)[targets - 1]
    progress(int(targets[-1]))
    nats = np.stack([_predict(network, ids, targets, length, progress) for length in lengths])
    count = len(targets)
    errors = (nats - full).std(axis=1) / math.sqrt(count)
    return ContextCurve(model.name, count, lengths, nats.mean(axis=1), errors, float(full.mean()))


def choose_targets(length: int, longest: int, positions: int) -> npt.NDArray[np.int64]:
    """Return the places (P,) of a text of `length` characters that are predicted, rising."""
    first = longest if length > 2 * longest else 1
    count = min(positions, length - first)
    return np.asarray(first + np.arange(count) * (length - first) // count, np.int64)


def count_characters(length: int, contexts: Sequence[int], positions: int) -> int:
    """Return how many characters `cut_context` reads of a text of `length` characters."""
    targets = choose_targets(length, max(contexts), positions)
    return int(targets[-1]) + len(targets) * sum(contexts)


def _predict(network: Network, ids: Ids, targets: Ids, context: int, progress: Progress) -> Floats:
    """Return the surprisals (P,) of the targets (P,) from the `context` characters before them."""
    nats = np.empty(len(targets))
    for start in range(0, len(targets), AT_ONCE):
        part = targets[start : start + AT_ONCE]
        state = State(network, len(part))
        for back in range(context, 0, -1):
            places = part - back
            network.step(state, ids[np.maximum(places, 0)])
            if places[0] < 0:  # the text of these streams has not begun yet
                for layer in state.layers:
                    for array in layer.memory:
                        array[:, places < 0] = 0
            progress(len(part))
        nats[start : start + len(part)] = -log_softmax(state.logits)[ids[part], range(len(part))]
    return nats
