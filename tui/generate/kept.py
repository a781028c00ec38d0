"""What is kept of a text until the next session. This module uses no screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from charlm.language_model import LanguageModel
from tui.generate.manuscript import Manuscript
from tui.generate.reading import MOST_CHARACTERS, count_common, read_again

MOST_ENDINGS = 50_000
"""Characters of all other endings that are kept, beyond what they have in common with the text."""


@dataclass(frozen=True)
class Kept:
    """A text of the last session."""

    model: str
    """Name of the model that had read it."""
    text: str
    prompt_length: int
    seed: int | None
    temperature: float | None
    cursor: int
    endings: tuple[str, ...] = ()
    """The other endings, as whole texts."""
    at: int = 0
    """How many of them were begun before the one that was shown."""

    @classmethod
    def of(cls, manuscript: Manuscript, cursor: int) -> Kept:
        """Keep a text, with the newest of its endings that there is room for."""
        text, room = manuscript.text, MOST_ENDINGS
        others = manuscript.endings.others
        kept: list[str] = []
        at = 0
        for number in reversed(range(len(others))):
            other = others[number].text
            room -= len(other) - count_common(text, other)
            if room < 0:
                break
            kept.insert(0, other)
            at += number < manuscript.endings.at
        return cls(
            manuscript.model.name,
            text,
            manuscript.prompt_length,
            manuscript.seed,
            manuscript.temperature,
            cursor,
            tuple(kept),
            at,
        )

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object; of the other endings it has what differs from the text."""
        shared = [count_common(self.text, one) for one in self.endings]
        endings = [[at, one[at:]] for at, one in zip(shared, self.endings, strict=True)]
        return {**vars(self), "endings": endings}

    @classmethod
    def from_json(cls, found: object) -> Kept | None:
        """Return what `to_json` returned; None for what is damaged."""
        if not isinstance(found, Mapping):
            return None
        model, text = found.get("model"), found.get("text")
        if not isinstance(model, str) or not isinstance(text, str) or not text:
            return None
        text = text[:MOST_CHARACTERS]
        seed, temperature = found.get("seed"), found.get("temperature")
        return cls(
            model,
            text,
            _whole(found.get("prompt_length")),
            seed if isinstance(seed, int) else None,
            float(temperature) if isinstance(temperature, int | float) else None,
            _whole(found.get("cursor")),
            tuple(_read_endings(text, found.get("endings"))),
            _whole(found.get("at")),
        )


def _whole(found: object) -> int:
    return max(0, found) if isinstance(found, int) else 0


def _read_endings(text: str, found: object) -> list[str]:
    """Return the whole texts of the other endings; a damaged list has none."""
    endings = []
    for one in found if isinstance(found, list) else []:
        if not isinstance(one, list) or len(one) != 2:
            return []
        at, rest = one
        if not isinstance(at, int) or not isinstance(rest, str):
            return []
        endings.append((text[: max(0, at)] + rest)[:MOST_CHARACTERS])
    return endings


def read_kept(model: LanguageModel, kept: Kept) -> tuple[Manuscript, str]:
    """Have a model read a text of the last session.

    Returns:
        The text, and the characters that are left out because the model does not know them.
    """
    known = model.vocabulary.drop_unknown
    made = read_again(
        model,
        known(kept.text),
        prompt_length=len(known(kept.text[: kept.prompt_length])),
        endings=[known(one) for one in kept.endings],
        at=kept.at,
    )
    made.seed, made.temperature = kept.seed, kept.temperature
    unknown = {one for one in kept.text if one not in model.vocabulary}
    return made, "".join(sorted(unknown))
