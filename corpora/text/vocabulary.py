"""Vocabularies: symbols (characters, words or actions) and their ids."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.short_repr import ShortRepr
from corpora.text.normal_form import FORMS, Form, iter_normal_form
from corpora.versioned_json import parse_versioned

_FORMAT = "charlm-vocabulary"
_VERSION = 1

Ids = npt.NDArray[np.int64]


class UnknownSymbol(UserError):
    """A symbol that a vocabulary does not have."""

    def __init__(
        self, message: str = "", *, symbol: str = "", position: int | None = None, count: int = 1
    ) -> None:
        super().__init__(message)
        self.symbol = symbol
        """The first unknown symbol."""
        self.position = position
        """Index of that symbol in the encoded series, from 0; None for a single symbol."""
        self.count = count
        """Number of places with an unknown symbol."""


@dataclass(frozen=True)
class Vocabulary(ShortRepr):
    """A series of distinct, non-empty symbols; the id of a symbol is its index.

    Raises:
        ValueError: a symbol is empty or occurs twice.
    """

    symbols: tuple[str, ...]
    """Symbols in the order of their ids."""

    def __post_init__(self) -> None:
        if "" in self.symbols:
            raise ValueError("a vocabulary cannot hold an empty symbol")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("a vocabulary cannot hold a symbol twice")

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the JSON that `to_json` returns.

        Raises:
            UserError: `text` is anything else.
        """
        return cls(_read_symbols(parse_versioned(text, _FORMAT, _VERSION, "a vocabulary")))

    def to_json(self) -> str:
        """Return the vocabulary as JSON, one line of ASCII.

        Lone surrogates are kept, because JSON escapes each symbol by itself.
        """
        return json.dumps(
            {"format": _FORMAT, "version": _VERSION, "symbols": self.symbols}, ensure_ascii=True
        )

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._index

    def index(self, symbol: str) -> int:
        """Return the id of `symbol`.

        Raises:
            UnknownSymbol: the vocabulary does not have the symbol.
        """
        try:
            return self._index[symbol]
        except KeyError:
            raise UnknownSymbol(
                f"{describe_symbol(symbol)} is not in the vocabulary of {len(self):,} symbols",
                symbol=symbol,
            ) from None

    def encode(self, text: str | Iterable[str]) -> Ids:
        """Return the ids of the characters of a string, or of a series of symbols.

        Returns:
            int64 of shape (T,).

        Raises:
            UnknownSymbol: the text holds unknown symbols; the error names the first one, its
                position, the number of places with unknown symbols, and the Unicode normal form
                of the text that has none, if there is one.
        """
        if isinstance(text, str):
            ids = self._encode_characters(text)
        else:
            text = tuple(text)
            ids = np.fromiter((self._index.get(s, -1) for s in text), np.int64, len(text))
        unknown = ids < 0
        if unknown.any():
            raise self._unknown_symbol(text, int(unknown.argmax()), int(np.count_nonzero(unknown)))
        return ids

    def drop_unknown(self, text: str) -> str:
        """Return `text` without the characters that the vocabulary does not have."""
        return "".join(c for c in text if c in self._index)

    def decode(self, ids: Iterable[int] | npt.NDArray[Any], sep: str = "") -> str:
        """Return the symbols of `ids`, shape (T,), joined by `sep`.

        Raises:
            IndexError: an id is not one of this vocabulary.
        """
        array = np.asarray(ids if isinstance(ids, np.ndarray) else list(ids))
        if array.size == 0:
            return ""
        if int(array.min()) < 0 or int(array.max()) >= len(self):
            raise IndexError(f"an id is outside 0..{len(self) - 1}")
        if sep == "" and self._all_characters:
            return str(self._code_points[array].tobytes().decode("utf-32-le", "surrogatepass"))
        return sep.join(self.symbols[i] for i in array.tolist())

    def extend(self, more: Iterable[str]) -> Self:
        """Return this vocabulary with the new symbols of `more` appended, sorted; no id changes."""
        unseen = tuple(sorted({symbol for symbol in more if symbol not in self._index}))
        return type(self)(self.symbols + unseen) if unseen else self

    @property
    def dtype(self) -> np.dtype[Any]:
        """The smallest of uint8, uint16 and uint32 that can hold every id."""
        return np.dtype(np.min_scalar_type(max(len(self) - 1, 0)))

    @property
    def line_feed(self) -> int | None:
        """The id of the line feed, None if the vocabulary has none."""
        return self._index.get("\n")

    @cached_property
    def _index(self) -> dict[str, int]:
        return {symbol: i for i, symbol in enumerate(self.symbols)}

    @cached_property
    def _all_characters(self) -> bool:
        return all(len(symbol) == 1 for symbol in self.symbols)

    @cached_property
    def _code_points(self) -> npt.NDArray[np.uint32]:
        return code_points("".join(self.symbols))

    @cached_property
    def _table(self) -> Ids:
        """The id of each code point, -1 if unknown; the last entry is for all larger ones."""
        characters = [symbol for symbol in self.symbols if len(symbol) == 1]
        table = np.full(max(map(ord, characters), default=-1) + 2, -1, dtype=np.int64)
        for character in characters:
            table[ord(character)] = self._index[character]
        return table

    def _encode_characters(self, text: str) -> Ids:
        points = code_points(text)
        return self._table[np.minimum(points, np.uint32(len(self._table) - 1))]

    def find_known_form(self, text: str) -> Form | None:
        """Return the normal form in which the vocabulary has all characters of `text`, if any."""
        for form in FORMS:
            with suppress(UserError):
                pieces = iter_normal_form([text], form)
                if all((self._encode_characters(piece) >= 0).all() for piece in pieces):
                    return form
        return None

    def _unknown_symbol(
        self, text: str | tuple[str, ...], position: int, count: int
    ) -> UnknownSymbol:
        symbol = text[position]
        more = f" ({count:,} unknown in all)" if count > 1 else ""
        form = self.find_known_form(text) if isinstance(text, str) else None
        hint = f"; its {form} form is known (--normalize {form})" if form else ""
        return UnknownSymbol(
            f"{describe_symbol(symbol)} at position {position:,} is not in the vocabulary of "
            f"{len(self):,} symbols{more}{hint}",
            symbol=symbol,
            position=position,
            count=count,
        )


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """Return the code points of `text`, shape (T,), lone surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def describe_symbol(symbol: str) -> str:
    """Return a symbol as messages show it: quoted, with the code point of a single character."""
    return f"{symbol!r} (U+{ord(symbol):04X})" if len(symbol) == 1 else repr(symbol)


def _read_symbols(found: dict[str, Any]) -> tuple[str, ...]:
    symbols = found.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(s, str) and s for s in symbols):
        raise UserError('not a vocabulary: "symbols" is not a list of non-empty strings')
    if len(set(symbols)) != len(symbols):
        raise UserError("not a vocabulary: a symbol occurs twice")
    return tuple(symbols)
