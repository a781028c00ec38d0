"""The two vocabularies of a translator, and their form in the model file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from corpora.errors import UserError
from corpora.scan.grammar import ACTIONS, WORDS
from corpora.short_repr import ShortRepr
from corpora.text.vocabulary import Vocabulary
from corpora.versioned_json import parse_versioned
from seq.padding import END, MARKS, PAD, Ids

_FORMAT, _VERSION = "charlm-languages", 1


@dataclass(frozen=True)
class Languages(ShortRepr):
    """The vocabularies of commands and of actions."""

    source: Vocabulary
    """Words of commands, after the padding."""
    target: Vocabulary
    """Actions, after the padding, the start and the end."""

    @classmethod
    def from_symbols(cls, words: Iterable[str], actions: Iterable[str]) -> Self:
        """Return the vocabularies of these words and actions, with the special symbols first.

        Args:
            words: words of commands, each once.
            actions: actions, each once.

        Raises:
            UserError: a word or an action is a special symbol.
        """
        words, actions = tuple(words), tuple(actions)
        if taken := {*MARKS} & {*words, *actions}:
            raise UserError(f"{min(taken)} has a meaning of its own; call that symbol otherwise")
        return cls(Vocabulary((MARKS[PAD], *words)), Vocabulary((*MARKS, *actions)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read vocabularies that `to_json` wrote.

        Raises:
            UserError: `text` does not hold such vocabularies.
        """
        found = parse_versioned(text, _FORMAT, _VERSION, "the vocabularies of a translator")
        source, target = (
            Vocabulary.from_json(json.dumps(found.get(side))) for side in ("source", "target")
        )
        if source.symbols[: PAD + 1] != MARKS[: PAD + 1] or target.symbols[: END + 1] != MARKS:
            raise UserError("the vocabularies of a translator lack their special symbols")
        return cls(source, target)

    def to_json(self) -> str:
        """Return the vocabularies as one line of JSON in ASCII."""
        sides = {"source": self.source, "target": self.target}
        parts = {name: json.loads(side.to_json()) for name, side in sides.items()}
        return json.dumps({"format": _FORMAT, "version": _VERSION, **parts})

    @property
    def of_scan(self) -> bool:
        """Whether they are those of SCAN, whose grammar knows what a command asks for."""
        return self == Languages.from_symbols(WORDS, ACTIONS)

    @property
    def symbols(self) -> tuple[str, ...]:
        """All symbols of both vocabularies, those of `source` first."""
        return self.source.symbols + self.target.symbols

    def encode_command(self, command: Sequence[str]) -> Ids:
        """Return the ids of the words of a command, (S,).

        Raises:
            UnknownSymbol: a word is not in the vocabulary.
        """
        return self.source.encode(command)

    def encode_actions(self, actions: Sequence[str]) -> Ids:
        """Return the ids of actions, and of the end after them, (T,).

        Raises:
            UnknownSymbol: an action is not in the vocabulary.
        """
        return np.append(self.target.encode(actions), END)

    def decode_actions(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return the actions with these ids, without the end."""
        return tuple(self.target.symbols[i] for i in ids if i != END)
