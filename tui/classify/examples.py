"""Examples of reviews, of our own writing. This module uses no screen.

What a classifier says of them is computed, not written down: with the one that ships, some are
wrong, and they say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.classify.subject import EXAMPLE, Subject


@dataclass(frozen=True)
class Example:
    """A review, and what its author thinks of the film."""

    text: str
    positive: bool


EXAMPLES = (
    Example(
        "I went in expecting very little and came out beaming. The acting is superb, the jokes "
        "land, and even the plot, which drags a little in the middle, finds its way home. I would "
        "gladly watch it again tomorrow.",
        positive=True,
    ),
    Example(
        "Not a waste of time at all. I feared a dull, predictable mess, as everyone had told me, "
        "and found nothing of the kind.",
        positive=True,
    ),
    Example(
        "Ten minutes in I was bored. Then the old lady opens the door, and from there on I did not "
        "blink. One of the best endings I have seen.",
        positive=True,
    ),
    Example(
        "The film has everything: a superb cast, a brilliant score, gorgeous pictures. What a pity "
        "that nobody thought of a story. I looked at my watch four times, and the fourth time I "
        "left.",
        positive=False,
    ),
    Example(
        "The only thing missing from this film is a reason to watch it.",
        positive=False,
    ),
)


def show_example(index: int, classes: Sequence[str]) -> Subject:
    """Return an example as the review that is shown.

    Args:
        index: index of the example; after the last one comes the first.
        classes: names of the classes of the classifier, as far as they are known: where they are
            positive and negative, it is known what its author means.
    """
    number = index % len(EXAMPLES)
    example = EXAMPLES[number]
    meant = "positive" if example.positive else "negative"
    named = [name for name in classes if name.casefold() == meant]
    truth = named[0] if named else None
    return Subject(example.text, EXAMPLE, number + 1, len(EXAMPLES), truth)
