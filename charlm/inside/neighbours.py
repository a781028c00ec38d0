"""Which symbols lie near each other in the embedding of a model of any kind, and a map of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from charlm.arrays import Floats
from charlm.console.program import printable
from charlm.drawing.symbol_map import SymbolMap
from charlm.inside.results import Result
from charlm.language_model import LanguageModel
from charlm.runs.model_file import read_model
from charlm.runs.registry import CHARACTERS, find, find_kind, model_name
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture


MOST_SHOWN = 150
"""Symbols of a map, at most: of more, the first ones, which are the most frequent words."""
NEAREST_SHOWN = 60
"""Symbols of the map around one symbol, where there are more than `MOST_SHOWN`."""
MOST_COMPARED = 3000
"""Symbols among which the closest pairs are sought, the most frequent ones."""

SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥"}
"""What is written for symbols that cannot be seen."""
TYPED = {"\\n": "\n", "\\t": "\t", "space": " ", "newline": "\n"} | {
    sign: symbol for symbol, sign in SIGNS.items()
}
"""How symbols can be typed that a command line makes hard to type."""
GROUPS = ("words", "vowels", "other small letters", "capitals", "digits", "marks", "white space")


@dataclass(frozen=True)
class Embedding:
    """The vectors of the symbols of a model."""

    model: str
    """Name of the model."""
    symbols: tuple[str, ...]
    """The V symbols, without those that stand for padding, starts and ends."""
    vectors: npt.NDArray[np.float32]
    """Their vectors, (V, E)."""
    kind: str
    """What the symbols are: characters or words."""

    def directions(self) -> npt.NDArray[np.float32]:
        """Return the vectors with length 1, (V, E)."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        return np.asarray(self.vectors / np.maximum(lengths, 1e-12), np.float32)


@dataclass(frozen=True)
class Neighbours(Result):
    """What lies near in an embedding."""

    embedding: Embedding
    """The vectors."""
    symbol: str | None
    """The symbol whose neighbours are asked for; None for the closest pairs of all."""
    nearest: tuple[tuple[str, str, float], ...]
    """Two symbols and the cosine of the angle between their vectors, the closest ones first. If
    there is a `symbol`, the first of the two is it."""
    shown: tuple[int, ...]
    """Numbers of the N symbols of the map."""
    points: Floats
    """Their places, (N, 2): the first two principal components of their vectors."""
    explained: tuple[float, float]
    """Shares of the variance of these vectors that the two components have."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each pair of neighbours."""
        return [
            {"symbol": one, "neighbour": other, "cosine": cosine}
            for one, other, cosine in self.nearest
        ]

    def map(self) -> SymbolMap:
        """Return the map of the symbols, to be drawn."""
        symbols = [self.embedding.symbols[number] for number in self.shown]
        labels = tuple(write_symbol(symbol) for symbol in symbols)
        marked = symbols.index(self.symbol) if self.symbol in symbols else None
        groups = tuple(find_group(symbol, self.embedding.kind) for symbol in symbols)
        return SymbolMap(labels, self.points, groups, GROUPS, marked)

    def plot(self) -> Picture:
        """Return the map as a picture."""
        from charlm.drawing.symbol_map import draw_map_figure

        names = tuple(
            f"component {n}: {share:.0%} of the variance"
            for n, share in enumerate(self.explained, 1)
        )
        title = f"{self.embedding.model}, {self.describe_map()}"
        return draw_map_figure(self.map(), title=title, axes_names=(names[0], names[1]))

    def describe_map(self) -> str:
        """Return what is on the map."""
        kind, total = self.embedding.kind, len(self.embedding.symbols)
        if len(self.shown) == total:
            return f"map of its {total:,} {kind}" if total > 1 else f"its only {kind[:-1]}"
        if self.symbol is not None:
            return f"map of the {len(self.shown):,} {kind} nearest to {self.symbol}"
        return f"map of its {len(self.shown):,} most frequent {kind}"


def find_neighbours(
    model: LanguageModel | str, symbol: str | None = None, *, count: int = 10
) -> Neighbours:
    """Find the symbols whose vectors point in the most similar directions.

    Near is what has a great cosine: u · v / (|u| |v|), 1 for the same direction. The map shows the
    vectors in the plane in which they vary most: the first two principal components (Pearson 1901),
    by a singular value decomposition of the vectors less their mean. Distances on the map are not
    cosines: what the plane leaves out, it hides.

    Args:
        model: a model of characters, or the name of a model of any kind.
        symbol: a character or a word; None for the closest pairs.
        count: how many neighbours, or pairs.

    Raises:
        UserError: there is no such model, or it does not know the symbol.
    """
    if count < 1:
        raise UserError(f"the number of neighbours must be at least 1, not {count}")
    embedding = open_embedding(model)
    directions, total = embedding.directions(), len(embedding.symbols)
    if symbol is None:
        nearest = _find_pairs(embedding.symbols, directions, count)
        shown = np.arange(min(total, MOST_SHOWN))
    else:
        chosen = find_symbol(embedding, symbol)
        symbol = embedding.symbols[chosen]
        cosines = directions @ directions[chosen]
        cosines[chosen] = np.inf
        order = np.argsort(-cosines, kind="stable")
        nearest = tuple(
            (symbol, embedding.symbols[number], float(cosines[number]))
            for number in order[1 : count + 1]
        )
        shown = np.arange(total) if total <= MOST_SHOWN else order[:NEAREST_SHOWN]
    points, explained = project(embedding.vectors[shown])
    return Neighbours(embedding, symbol, nearest, tuple(shown.tolist()), points, explained)


def open_embedding(model: LanguageModel | str) -> Embedding:
    """Return the embedding of a model of characters, or of a model of any kind by its name.

    Raises:
        UserError: there is no such model, or it is damaged.
    """
    if isinstance(model, LanguageModel):
        symbols: Sequence[str] = model.vocabulary.symbols
        return Embedding(model.name, tuple(symbols), model.network.embedding, "characters")
    path = find(model)
    file = read_model(path)
    kind = find_kind(file.kind, path)
    vectors, symbols = file.weights.get(kind.embedding), kind.read_symbols(file.vocabulary)
    if vectors is None or vectors.ndim != 2 or len(vectors) > len(symbols) or not len(vectors):
        raise UserError(f"{path} cannot be loaded: it has no vectors for its {kind.symbols}")
    # A translator's vocabulary goes on with the symbols of its other language.
    numbers = [
        number
        for number, symbol in enumerate(symbols[: len(vectors)])
        if file.kind == CHARACTERS or not (symbol.startswith("<") and len(symbol) > 2)
    ]
    own = tuple(symbols[number] for number in numbers)
    return Embedding(model_name(path), own, vectors[numbers], kind.symbols)


def find_symbol(embedding: Embedding, symbol: str) -> int:
    """Return the number of a symbol, which may be typed by name (space) or in capitals (a word).

    Raises:
        UserError: the model does not know it.
    """
    for form in (symbol, TYPED.get(symbol, symbol), symbol.lower()):
        if form in embedding.symbols:
            return embedding.symbols.index(form)
    other = embedding.kind == "characters" and len(symbol) != 1
    hint = "; give one character" if other else ""
    raise UserError(f"{embedding.model} does not know {symbol!r}{hint}")


def write_symbol(symbol: str) -> str:
    """Return what is written for a symbol: itself, or a sign for what cannot be seen."""
    return SIGNS.get(symbol, printable(symbol))


def find_group(symbol: str, kind: str = "characters") -> int:
    """Return the index in `GROUPS` of a symbol, which is a character or a word."""
    if kind != "characters" and any(map(str.isalnum, symbol)):
        return GROUPS.index("words")
    if symbol.isspace():
        return GROUPS.index("white space")
    if symbol.isdigit():
        return GROUPS.index("digits")
    if symbol.isupper():
        return GROUPS.index("capitals")
    if not symbol.isalpha():
        return GROUPS.index("marks")
    base = unicodedata.normalize("NFD", symbol)[0]
    return GROUPS.index("vowels" if base in "aeiouy" else "other small letters")


def project(vectors: npt.NDArray[np.floating]) -> tuple[Floats, tuple[float, float]]:
    """Return the first two principal components of vectors, (N, 2), and their variances' shares.

    Args:
        vectors: (N, E), at least one. A component that does not exist is 0.
    """
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    points = np.zeros((len(vectors), 2))
    rank = min(2, len(values))
    points[:, :rank] = left[:, :rank] * values[:rank]
    # The sign of a component means nothing: it is chosen so that the picture is always the same.
    points *= np.where(points[np.abs(points).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)
    shares = np.zeros(2)
    shares[:rank] = values[:rank] ** 2 / max(float((values**2).sum()), 1e-300)
    return points, (float(shares[0]), float(shares[1]))


def _find_pairs(
    symbols: tuple[str, ...], directions: npt.NDArray[np.float32], count: int
) -> tuple[tuple[str, str, float], ...]:
    some = directions[:MOST_COMPARED]
    cosines = some @ some.T
    rows, columns = np.triu_indices(len(some), 1)
    values = cosines[rows, columns]
    order = np.argsort(-values, kind="stable")[:count]
    return tuple(
        (symbols[rows[number]], symbols[columns[number]], float(values[number])) for number in order
    )
