"""The influence of each character of a text on the prediction of the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from charlm.arrays import Floats
from charlm.generation.generate import check_whole, opening_ids, read
from charlm.generation.network import State
from charlm.generation.tokens import log_softmax
from charlm.inside.memory.context_curves import Progress, ignore
from charlm.inside.memory.distance_profiles import DistanceProfile, list_bins
from charlm.inside.memory.leaving_out import leave_out
from charlm.inside.results import ModelResult
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

FARTHEST = 512
"""Characters before the prediction whose influence is measured, at most."""
WINDOW = 256
"""Characters before each place of a corpus, for the mean influence by distance."""
PLACES = 128
"""Places of a corpus, for the mean influence by distance."""
Method = Literal["leave-out", "gradient"]
"""How influence is measured: the character is left out, or the gradient times its embedding."""


@dataclass(frozen=True)
class Influence(ModelResult):
    """What each character of a text adds to the log-probability of the next character."""

    text: str
    """The text, T characters: the last 512, if it was longer."""
    following: str
    """The character whose prediction is looked at."""
    probability: float
    """Its probability after the whole text."""
    left_out: Floats
    """Influence (T,) in nats: log p(next) minus log p(next) without the character."""
    gradient: Floats
    """Gradient times embedding (T,), in nats; see `charlm.inside.memory.embedding_gradients`."""

    def values(self, method: Method) -> Floats:
        """Return the influence (T,) by one of the two measures, in nats."""
        return self.left_out if method == "leave-out" else self.gradient

    def scaled(self, method: Method = "leave-out") -> Floats:
        """Return the influence (T,) from -1 to 1: the largest size becomes 1.

        It is the square root that is shown, with its sign: the nearest characters count so much
        that the others would stay pale.
        """
        values = self.values(method)
        largest = max(np.abs(values).max(initial=0.0), 1e-12)
        return np.asarray(np.sign(values) * np.sqrt(np.abs(values) / largest))

    def profile(self) -> DistanceProfile:
        """Return the mean sizes by distance."""
        distances = list_bins(len(self.text))
        means = [
            [float(np.abs(values[::-1][d - 1 : 2 * d - 1]).mean()) for d in distances]
            for values in (self.left_out, self.gradient)
        ]
        return DistanceProfile(self.model, 1, distances, np.array(means[0]), np.array(means[1]))

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each character."""
        figures = zip(self.text, self.left_out.tolist(), self.gradient.tolist(), strict=True)
        return [
            {
                "distance": len(self.text) - place,
                "character": character,
                "left_out": left_out,
                "gradient": gradient,
            }
            for place, (character, left_out, gradient) in enumerate(figures)
        ]

    def plot(self) -> Picture:
        """Return a picture of the text, coloured by what leaving each character out changes."""
        from charlm.drawing.colored_text import draw_text_figure

        title = f"{self.model}: what speaks for {self.following!r} (red), and against it (blue)"
        return draw_text_figure(self.text, self.scaled(), title=title)

    def _repr_html_(self) -> str:
        from charlm.drawing.colored_text import color_html

        shown = [f"{value:+.4f} nats" for value in self.left_out.tolist()]
        return color_html(self.text, self.scaled(), shown)


def measure_influence(
    model: LanguageModel | str,
    text: str,
    *,
    following: str | None = None,
    progress: Progress = ignore,
) -> Influence:
    """Measure what each character of a text adds to the prediction of the character after it.

    Two measures: the character is left out, as if it had not been written, which is exact and steps
    in NumPy; and the gradient times the embedding, which is its first-order estimate, one backward
    pass for all characters. As in `charlm score`, the text follows a line feed.

    Args:
        model: a model, or its name.
        text: the text; the influence of its last 512 characters is measured.
        following: the character that is predicted; by default the likeliest one.
        progress: called with the number of characters that have been read.

    Raises:
        UserError: the text is empty, the model does not know one of its characters, or `following`
            is not one character.
    """
    from charlm.inside.memory.embedding_gradients import compute_products

    model = load(model) if isinstance(model, str) else model
    vocabulary, network = model.vocabulary, model.network
    if not text:
        raise UserError("there is no text that could have an influence")
    if following is not None and len(following) != 1:
        raise UserError(f"one character is predicted, not {following!r}")
    ids = np.concatenate([opening_ids(vocabulary, ""), vocabulary.encode(text)])[None]
    end = ids.shape[1]
    places = np.arange(max(end - len(text), end - FARTHEST), end)
    log_probs = log_softmax(read(network, State(network, 1), ids[0])[:, 0])
    index = int(log_probs.argmax()) if following is None else vocabulary.index(following)
    wanted, sources = np.array([index]), np.zeros_like(places)
    return Influence(
        model.name,
        text[-len(places) :],
        vocabulary.symbols[index],
        float(np.exp(log_probs[index])),
        leave_out(network, ids, wanted, sources, places, progress),
        compute_products(model, ids, wanted, first=int(places[0]))[0],
    )


def measure_profile(
    model: LanguageModel | str,
    text: str,
    *,
    places: int = PLACES,
    progress: Progress = ignore,
) -> DistanceProfile:
    """Measure how large the influence of a character is by its distance, over places of a text.

    At each place, the model reads the 256 characters before it from a state of zeros, and the
    character that really comes next is predicted. The gradient gives the influence of all of them
    at once. They are left out one at a time: in each bin of distances one at each place, whose
    distance goes from place to place through the whole bin.

    Args:
        model: a model, or its name.
        text: the text, at least 2 characters.
        places: number of places, spread evenly over the text.
        progress: called with the number of characters that have been read.

    Raises:
        UserError: the text is too short, or the model does not know one of its characters.
    """
    from charlm.inside.memory.embedding_gradients import compute_products

    model = load(model) if isinstance(model, str) else model
    check_whole("places", places, least=1)
    if len(text) < 2:
        raise UserError("two characters are needed: one that has an influence, and one after it")
    ids = model.vocabulary.encode(text)
    window = min(WINDOW, 1 << ((len(ids) - 1).bit_length() - 1))
    count = min(places, len(ids) - window)
    targets = window + np.arange(count) * (len(ids) - window) // count
    windows, following = ids[targets[:, None] + np.arange(-window, 0)], ids[targets]
    bins = list_bins(max(1, window - 1))
    numbers = np.arange(count)
    back = np.concatenate([least + numbers % least for least in bins])
    sources = np.tile(numbers, len(bins))
    found = leave_out(model.network, windows, following, sources, window - back, progress)
    left_out = np.abs(found).reshape(len(bins), count).mean(axis=1)
    products = np.abs(compute_products(model, windows, following)).mean(axis=0)[::-1]
    gradient = np.array([products[least - 1 : 2 * least - 1].mean() for least in bins])
    return DistanceProfile(model.name, count, bins, left_out, gradient)
