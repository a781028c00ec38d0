"""Corpora as ids: read once, kept in the cache and mapped into memory from there."""

from __future__ import annotations

import codecs
import hashlib
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error
from corpora.places import CACHE_ADVICE, cache_dir
from corpora.text import ids_cache
from corpora.text.normalize import find_decoder, iter_texts, split_bounds
from corpora.text.vocabulary import Ids, UnknownSymbol, Vocabulary, code_points, describe_symbol

Split = Literal["train", "validation", "test", "all"]

_COUNT_IDS = 1 << 20
_CODE_POINTS = 0x110000


@dataclass(frozen=True)
class Corpus:
    """The files of a corpus, in order.

    Keep this object as long as the files are read: text from a pipe is in a temporary file that is
    removed together with the object.
    """

    name: str
    """Name, as shown to people: that of the catalogue, file (without suffix) or folder."""
    files: tuple[Path, ...]
    """Files, in the order of the text."""
    encoding: str | None = None
    """The encoding, if it is certain; None if the user chooses it."""


@dataclass(frozen=True, eq=False)
class EncodedText:
    """A text as ids of its own vocabulary."""

    name: str
    """Name of the corpus, as shown to people."""
    vocabulary: Vocabulary
    """The sorted distinct characters of the text."""
    ids: npt.NDArray[Any]
    """uint8, uint16 or uint32 of shape (T,), read-only, mapped from the cache."""
    sha256: str
    """Digest of the UTF-8 of the normalised text."""

    def __len__(self) -> int:
        return len(self.ids)

    def split(self, name: Split) -> npt.NDArray[Any]:
        """Return a part of the ids as a view; see `split_bounds`."""
        train, validation, test = split_bounds(len(self))
        parts = {"train": train, "validation": validation, "test": test, "all": slice(None)}
        return self.ids[parts[name]]

    def remap_table(self, vocabulary: Vocabulary) -> Ids:
        """Return the table from the ids of this text to the ids of another vocabulary.

        `table[text.ids[a:b]]` are the ids of that part of the text in `vocabulary`.

        Returns:
            int64 of shape (len(self.vocabulary),).

        Raises:
            UnknownSymbol: `vocabulary` lacks characters of the text; the error has the first place
                of such a character in the text and the number of such places.
        """
        symbols = self.vocabulary.symbols
        table = np.array(
            [vocabulary.index(s) if s in vocabulary else -1 for s in symbols], dtype=np.int64
        )
        missing = np.flatnonzero(table < 0)
        if missing.size:
            raise self._unknown_symbol(missing)
        return table

    def _unknown_symbol(self, missing: npt.NDArray[np.intp]) -> UnknownSymbol:
        count, position = 0, -1
        for start in range(0, len(self), _COUNT_IDS):
            places = np.isin(self.ids[start : start + _COUNT_IDS], missing)
            if position < 0 and places.any():
                position = start + int(places.argmax())
            count += int(np.count_nonzero(places))
        symbol = self.vocabulary.symbols[self.ids[position]]
        kinds = "1 character" if missing.size == 1 else f"{missing.size:,} characters"
        return UnknownSymbol(
            f"{self.name} holds {kinds} that the vocabulary does not have, in {count:,} "
            f"place{'' if count == 1 else 's'}, first {describe_symbol(symbol)} at position "
            f"{position:,}",
            symbol=symbol,
            position=position,
            count=count,
        )


def release(ids: npt.NDArray[Any]) -> None:
    """Release the memory of the pages of a memory-mapped array; they are read again when needed.

    Otherwise memory use grows with every page that is read, up to the size of the file. Other
    arrays are unchanged.
    """
    mapped = getattr(ids, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def encode(corpus: Corpus, *, encoding: str = "utf-8") -> EncodedText:
    """Return a corpus as ids, from the cache if possible.

    Memory stays bounded for any size of the corpus. The content of the files is the key of the
    cache, so a changed file is encoded again. Several processes may encode at the same time.

    Args:
        corpus: the files to read.
        encoding: encoding of the files, unless `corpus` has its own.

    Raises:
        UserError: the text is empty, a file cannot be read or decoded, or the cache cannot be
            written.
    """
    encoding = corpus.encoding or encoding
    find_decoder(encoding)
    folder = cache_dir() / "ids"
    key = _compute_key(corpus.files, encoding)
    found = ids_cache.load(folder, key)
    if found is None:
        _build(corpus, encoding, folder, key)
        found = ids_cache.load(folder, key)
    if found is None:
        raise UserError(f"cannot read back what was just written to {folder}; {CACHE_ADVICE}")
    ids, vocabulary, sha256 = found
    return EncodedText(corpus.name, vocabulary, ids, sha256)


def _compute_key(files: Iterable[Path], encoding: str) -> str:
    """Return a digest of what the ids depend on: the files, the encoding, the cache's format."""
    key = hashlib.sha256(f"{ids_cache.FORMAT}\n{codecs.lookup(encoding).name}\n".encode())
    for path in files:
        try:
            with path.open("rb") as file:
                key.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise os_error(error, path) from error
    return key.hexdigest()


def _build(corpus: Corpus, encoding: str, folder: Path, key: str) -> None:
    """Write the entry of a text to the cache.

    The text is read twice: for its vocabulary, length and digest, then for its ids.
    """
    seen = np.zeros(_CODE_POINTS, dtype=np.bool_)
    digest = hashlib.sha256()
    length = 0
    for piece in iter_texts(corpus.files, encoding):
        seen[code_points(piece)] = True
        digest.update(piece.encode("utf-8", "surrogatepass"))
        length += len(piece)
    vocabulary = Vocabulary(tuple(map(chr, np.flatnonzero(seen).tolist())))
    if not vocabulary:
        raise UserError(f"{corpus.name} holds no text, or only white space; name another corpus")
    ids = _encode_pieces(corpus, encoding, key, vocabulary)
    ids_cache.store(folder, key, ids, length, vocabulary, digest.hexdigest())


def _encode_pieces(
    corpus: Corpus, encoding: str, key: str, vocabulary: Vocabulary
) -> Iterator[Ids]:
    """Yield the ids of the text piece by piece.

    Raises:
        UserError: the files have changed since `key` was computed.
    """
    changed = False
    try:
        yield from map(vocabulary.encode, iter_texts(corpus.files, encoding))
    except UnknownSymbol:
        changed = True
    if changed or _compute_key(corpus.files, encoding) != key:
        raise UserError(f"{corpus.name} changed while it was being read; try again")
