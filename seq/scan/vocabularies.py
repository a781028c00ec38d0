"""The two vocabularies of a translator, and how its model file holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.text.vocabulary import Vocabulary
from corpora.versioned_json import parse_versioned
from seq.padding import PAD

_FORMAT, _VERSION = "charlm-languages", 1
_PAD, _START, _END = "<pad>", "<start>", "<end>"

START, END = 1, 2
"""Ids of the symbols that a translation begins after and ends with; 0 is the padding."""

Ids = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Languages:
    """What a translator reads and what it writes."""

    source: Vocabulary
    target: Vocabulary

    @classmethod
    def of(cls, words: Iterable[str], actions: Iterable[str]) -> Self:
        """Return the vocabularies of these words and actions, the special symbols first."""
        return cls(Vocabulary((_PAD, *words)), Vocabulary((_PAD, _START, _END, *actions)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            UserError: `text` is anything else.
        """
        found = parse_versioned(text, _FORMAT, _VERSION, "the vocabularies of a translator")
        source, target = (
            Vocabulary.from_json(json.dumps(found.get(side))) for side in ("source", "target")
        )
        special = (_PAD, _START, _END)
        if source.symbols[: PAD + 1] != special[: PAD + 1] or target.symbols[: END + 1] != special:
            raise UserError("the vocabularies of a translator lack their special symbols")
        return cls(source, target)

    def to_json(self) -> str:
        """Return one line of ASCII."""
        sides = {"source": self.source, "target": self.target}
        parts = {name: json.loads(side.to_json()) for name, side in sides.items()}
        return json.dumps({"format": _FORMAT, "version": _VERSION, **parts})

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols, those of the source first."""
        return self.source.symbols + self.target.symbols

    def read(self, command: Sequence[str]) -> Ids:
        """Return the ids of the words of a command, (S,). Raises UnknownSymbol."""
        return self.source.encode(command)

    def written(self, actions: Sequence[str]) -> Ids:
        """Return the ids of actions and of the end after them, (T,). Raises UnknownSymbol."""
        return np.append(self.target.encode(actions), END)

    def actions(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return the actions that `written` gave these ids."""
        return tuple(self.target.symbols[i] for i in ids if i != END)
