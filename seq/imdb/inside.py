"""What a classifier thinks while it reads: its probability after each word, and its units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from rich.text import Text

from charlm.arrays import Floats
from charlm.console.program import printable
from charlm.drawing.colored_text import Scale, color_html, color_text, name_signs
from charlm.drawing.panels import Line, Panel
from charlm.inside.other_kinds import DrawnResult, Progress, TraceRequest
from charlm.training.device import autocast
from corpora.errors import UserError
from corpora.labelled.words import Word
from corpora.notice import Notice, silent
from seq.imdb.beginnings import read_beginnings
from seq.imdb.library import TextClassifier, load

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture

LONGEST = 1_500
"""Most words of a text: all its beginnings have a million words then."""
CURVE_HEIGHT = 14
"""Lines of the curve in a terminal."""
STEPS = 6
"""Words that are listed because they changed the probability most."""


@dataclass(frozen=True)
class ReviewTrace(DrawnResult):
    """What a classifier thought after each of the N words of a text."""

    text: str
    """The text."""
    words: tuple[Word, ...]
    """Its words, with their places in the text."""
    class_name: str
    """The class whose probability is shown: the second of two, or the most probable of more."""
    other: str
    """The other class, or `another class`."""
    probabilities: Floats
    """Probability (N,) of the class, given the text up to each word and no further."""
    units: tuple[int, ...]
    """The K units that are shown, of the last layer; a backward one comes after all forward ones.
    Without any, the probability is shown."""
    values: Floats
    """Hidden states (N, K) of these units at each word, when the whole text is read."""

    def scaled(self) -> Floats:
        """Return what colours the words, from -1 to 1, a row for each thing shown, (1 or K, N).

        The probability p is 2 p - 1; each unit's largest absolute value becomes 1.
        """
        if not self.units:
            return (2 * self.probabilities - 1)[None]
        largest = np.abs(self.values).max(axis=0, initial=0.0)
        return np.asarray((self.values / np.maximum(largest, 1e-12)).T)

    def spread(self, values: Floats) -> Floats:
        """Return a number for each character: that of its word, or of the word before it."""
        spread = np.zeros(len(self.text))
        ends = [word.start for word in self.words[1:]] + [len(self.text)]
        for word, end, value in zip(self.words, ends, values.tolist(), strict=True):
            spread[word.start : max(end, word.end)] = value
        return spread

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each word."""
        changes = np.diff(self.probabilities, prepend=0.0)
        names = [f"unit_{unit}" for unit in self.units]
        return [
            {
                "position": number,
                "word": word.text,
                "start": word.start,
                "end": word.end,
                "probability": float(self.probabilities[number]),
                "change": float(changes[number]) if number else None,
                **dict(zip(names, self.values[number].tolist(), strict=True)),
            }
            for number, word in enumerate(self.words)
        ]

    def about(self) -> dict[str, Any]:
        """Return which class the probabilities are of, and which units are shown."""
        return {"class": self.class_name, "units": list(self.units)}

    def draw(self, width: int, scale: Scale) -> Text:
        """Return the coloured text, the curve of the probability, and the words that changed it."""
        from charlm.drawing.braille import draw

        positive, negative = name_signs(scale)
        parts = []
        for number, row in enumerate(self.scaled()):
            if self.units:
                values = self.values[:, number]
                low, high = values.min(), values.max()
                name = f"hidden of unit {self.units[number]}: {low:.2f} to {high:.2f}"
                parts.append(Text(f"{name}, {negative} - and {positive} +", "dim"))
            parts += [color_text(self.text, self.spread(row), scale), Text()]
        if not self.units:
            legend = f"{positive}: {self.class_name}, {negative}: {self.other}"
            legend += ", as far as the text is read"
            parts += [Text(printable(legend), "dim"), Text()]
        if len(self.words) > 1:
            panel = self._make_panel()
            parts += [draw([panel], [panel.y_label], width, CURVE_HEIGHT), Text()]
            parts += self._list_steps()
        last = float(self.probabilities[-1])
        parts.append(Text(printable(f"{self.model}: {self.class_name} {last:.1%} at the end")))
        return Text("\n").join(parts)

    def _make_panel(self) -> Panel:
        points = [(float(n), 100 * p) for n, p in enumerate(self.probabilities.tolist(), 1)]
        half = Line(0, [(1.0, 50.0), (float(len(points)), 50.0)], dashed=True)
        name = f"% {printable(self.class_name)}"
        return Panel("after each word", "words read", name, [Line(0, points), half], None, (0, 100))

    def _list_steps(self) -> Iterator[Text]:
        """Yield lines with the words after which the probability changed most."""
        changes = np.diff(self.probabilities)
        order = np.argsort(-np.abs(changes), kind="stable")[:STEPS]
        yield Text("the largest steps:", "dim")
        for number in sorted(order.tolist()):
            before, after = self.probabilities[number : number + 2]
            words = self.words[max(0, number - 3) : number + 2]
            start = " ".join(self.text[words[0].start : words[-1].start].split())
            line = Text(f"  {before:4.0%} → {after:4.0%}  {printable(start)} ")
            yield line.append(printable(words[-1].text), "bold")

    def plot(self) -> Picture:
        """Return a picture: the coloured text, and the curve of the probability under it."""
        from seq.imdb.review_picture import draw_review

        title = f"{self.model}: red {self.class_name}, blue {self.other}"
        if self.units:
            title = f"{self.model}, hidden of unit {self.units[0]}: red + and blue -"
        values = self.spread(self.scaled()[0])
        return draw_review(self.text, values, self.probabilities, self.class_name, title=title)

    def _repr_html_(self) -> str:
        from html import escape

        parts = []
        for number, row in enumerate(self.scaled()):
            what = f"probability of {self.class_name} as the text is read"
            values = self.probabilities
            if self.units:
                what, values = f"hidden of unit {self.units[number]}", self.values[:, number]
            shown = [f"{value:.3f}" for value in self.spread(values).tolist()]
            colored = color_html(self.text, self.spread(row), shown)
            parts.append(f"<p>{escape(printable(what))}</p>{colored}")
        return "".join(parts)


def trace_review(
    classifier: TextClassifier,
    text: str,
    *,
    units: tuple[int, ...] = (),
    top: int | None = None,
    by: str = "change",
    progress: Progress | None = None,
) -> ReviewTrace:
    """Read a text word by word, and return the probability of the class after each word.

    Each beginning of the text is read anew, in batches: a classifier that reads in both directions,
    or that pools all states, knows no beginning but as a text of its own. The cost grows with the
    square of the length.

    Args:
        classifier: the classifier.
        text: the text, from 1 to 1,500 words.
        units: units of the last layer whose hidden states are shown as well, from 0; those that
            read backwards come after all that read forwards.
        top: take this many units instead, the first ones in the order of `by`.
        by: change or variance.
        progress: is called with the number of beginnings that were read since the last call.

    Raises:
        UserError: the text has no words or too many, or there is no such unit.
    """
    words = classifier.tokenizer.split(text)
    if not words:
        raise UserError("the text has no words to read")
    if len(words) > LONGEST:
        raise UserError(
            f"every beginning of the text is read: {LONGEST:,} words are the most, not "
            f"{len(words):,}"
        )
    ids = np.array([word.id for word in words], dtype=np.int64)
    config = classifier.model.config
    total = config.hidden_size * (2 if config.bidirectional else 1)
    for unit in units:
        if not 0 <= unit < total:
            raise UserError(f"there is no unit {unit}: the last layer has {total}, from 0")
    states = read_states(classifier, ids) if units or top else np.zeros((len(words), 0))
    if top:
        moved = np.abs(np.diff(states, axis=0)) if len(ids) > 1 else states
        scores = moved.mean(axis=0) if by == "change" else states.var(axis=0)
        units = tuple(np.argsort(-scores, kind="stable")[:top].tolist())
    read = read_beginnings(classifier, ids, np.arange(1, len(ids) + 1), progress)
    classes = classifier.classes
    chosen = 1 if len(classes) == 2 else int(read[-1].argmax())
    other = classes[0] if len(classes) == 2 else "another class"
    return ReviewTrace(
        classifier.name, text, tuple(words), classes[chosen], other, read[:, chosen], units,
        states[:, list(units)],
    )  # fmt: skip


def read_states(classifier: TextClassifier, ids: npt.NDArray[np.int64]) -> Floats:
    """Return the hidden states of the last layer at each word of one text, (N, D·H)."""
    model, device = classifier.model, classifier.device
    with torch.inference_mode(), autocast(device, classifier.precision):
        x = model.embedding(torch.from_numpy(ids)[:, None].to(device))
        states = model.encoder(x, torch.tensor([len(ids)]))
    return np.asarray(states[:, 0].float().cpu().numpy(), np.float64)


def trace_named(
    name: str, request: TraceRequest, *, progress: Progress | None = None, notice: Notice = silent
) -> ReviewTrace:
    """Load a classifier, and trace a text with it; see `trace_review`.

    Raises:
        UserError: the classifier, or what is asked of it, does not exist.
    """
    classifier = load(name, device="cpu")
    layers = classifier.model.config.num_layers
    if request.of not in (None, "hidden"):
        raise UserError(f"of a classifier's units, hidden can be shown, not {request.of!r}")
    if request.by == "effect":
        raise UserError("units of a classifier are put in order by change or variance")
    if request.layer not in (None, layers - 1):
        raise UserError(f"of a classifier, the last layer can be shown: --layer {layers}")
    return trace_review(
        classifier, request.text, units=request.units, top=request.top, by=request.by,
        progress=progress,
    )  # fmt: skip
