"""A small model, and texts that it writes without a screen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from tiny_models import language_model

from charlm.generation.sampling import Sampling
from charlm.generation.tokens import Token
from tui.generate.manuscript import Manuscript

WARM = Sampling(temperature=1.0)
MODEL = language_model()


def consume(tokens: Iterable[Token]) -> str:
    return "".join(token.character for token in tokens)


def begin(prompt: str = "bad") -> Manuscript:
    """Return a text that begins with a prompt."""
    made = Manuscript(MODEL)
    consume(made.read(prompt))
    return made


def write(made: Manuscript, length: int, seed: int | None = 1) -> str:
    """Have the model write on at the end of a text, and return what it wrote."""
    made.cut(len(made))
    return consume(made.write(WARM, length=length, seed=seed))


def predict(text: str) -> np.ndarray:
    """Return the log-probabilities (V,) after `text`, read from the beginning."""
    *_, last = MODEL.stream(text, length=1)
    return last.log_probs
