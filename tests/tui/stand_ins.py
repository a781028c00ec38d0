"""Models that need no training: what they find is written down here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from corpora.scan.grammar import interpret
from seq.imdb.library import Prediction
from seq.scan.inside import CommandTrace
from seq.scan.library import TranslatedCommand

WORDS = {"dull": -0.9, "silly.": -0.5, "cast,": 0.3, "superb.": 1.0}
SYMBOLS = ("I_JUMP", "I_LOOK", "I_RUN", "I_TURN_LEFT", "I_TURN_RIGHT", "I_WALK", "<end>")


class Critic:
    """Gives every text the same label."""

    def classify(self, texts: list[str]) -> list[Prediction]:
        share = {"negative": 0.27, "positive": 0.73}
        return [Prediction("positive", share, len(text.split()), 1) for text in texts]


class WordContributions:
    """Stands in for the explanation of `seq.imdb.explain`: a list of words."""

    def __init__(self, classifier: Critic, text: str) -> None:
        self.text = text
        (self.prediction,) = classifier.classify([text])

    def pieces(self) -> list[tuple[str, float]]:
        return [(f"{word} ", WORDS.get(word, 0.0)) for word in self.text.split()]


class Interpreter:
    """Translates by the grammar, with all but 12 % of the probability on the right action.

    Called "look" it attends to one word after the other, else to none.
    """

    def __init__(self, path: str) -> None:
        self.attends = path.endswith("look")

    def translate(self, command: str, *, width: int = 1) -> list[TranslatedCommand]:
        """The right one first; each one after it leaves out one more action, and is less likely."""
        actions = self.interpret(command)
        shorter = [actions[: len(actions) - less] for less in range(min(width, len(actions) + 1))]
        return [self.describe(command, some, -0.05 - 4 * less) for less, some in enumerate(shorter)]

    def actions(self, commands: Iterable[str]) -> list[tuple[str, ...]]:
        return [self.interpret(command) for command in commands]

    def look_inside(self, command: str) -> CommandTrace:
        """Waves, each unit's a little faster than the one's before it."""
        (found,) = self.translate(command)
        steps, units = np.ogrid[1 : len(found.steps) + 1, 1:41]
        wave = np.sin(steps * units / 9).astype(np.float32)[:, None]
        fields = dict.fromkeys(("hidden", "cell"), wave) | dict.fromkeys(
            ("input", "forget", "candidate", "output"), (wave + 1) / 2
        )
        return CommandTrace("waves", "lstm", found, fields)

    def describe(
        self, command: str, actions: tuple[str, ...], log_prob: float
    ) -> TranslatedCommand:
        words = tuple(command.split())
        ids = [*map(SYMBOLS.index, actions), len(SYMBOLS) - 1]
        shares = np.full((len(ids), len(SYMBOLS)), 0.02)
        shares[range(len(ids)), ids] = 0.88
        places = np.arange(len(ids))[:, None] % len(words)
        weights = np.where(np.arange(len(words)) == places, 0.7, 0.3 / max(len(words) - 1, 1))
        attention = weights / weights.sum(1, keepdims=True) if self.attends else None
        return TranslatedCommand(words, actions, True, log_prob, SYMBOLS, shares, attention)

    def interpret(self, command: str) -> tuple[str, ...]:
        return tuple(interpret(command))


class BadInterpreter(Interpreter):
    """Leaves out the last action, unless it attends."""

    def interpret(self, command: str) -> tuple[str, ...]:
        actions = super().interpret(command)
        return actions if self.attends else actions[:-1]
