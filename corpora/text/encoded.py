"""Corpora as ids: read once, kept in the cache and mapped into memory from there."""

from __future__ import annotations

import hashlib
import mmap
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError, os_error
from corpora.notice import Notice, silent
from corpora.places import CACHE_ADVICE, cache_dir
from corpora.short_repr import ShortRepr
from corpora.text import ids_cache
from corpora.text.cache_bound import FORMAT
from corpora.text.decoding import Decoding
from corpora.text.normalize import iter_texts, split_bounds
from corpora.text.vocabulary import Ids, UnknownSymbol, Vocabulary, code_points, describe_symbol

Split = Literal["train", "validation", "test", "all"]

_AROUND = 64
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
class EncodedText(ShortRepr):
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
            raise self._unknown_symbol(missing, vocabulary)
        return table

    def _unknown_symbol(
        self, missing: npt.NDArray[np.intp], vocabulary: Vocabulary
    ) -> UnknownSymbol:
        count, position = 0, -1
        for start in range(0, len(self), _COUNT_IDS):
            places = np.isin(self.ids[start : start + _COUNT_IDS], missing)
            if position < 0 and places.any():
                position = start + int(places.argmax())
            count += int(np.count_nonzero(places))
        symbol = self.vocabulary.symbols[self.ids[position]]
        around = self.ids[max(0, position - _AROUND) : position + _AROUND]
        form = vocabulary.find_known_form(self.vocabulary.decode(around))
        hint = f"; its {form} form is known (--normalize {form})" if form else ""
        kinds = "1 character" if missing.size == 1 else f"{missing.size:,} characters"
        return UnknownSymbol(
            f"{self.name} holds {kinds} that the vocabulary does not have, in {count:,} "
            f"place{'' if count == 1 else 's'}, first {describe_symbol(symbol)} at position "
            f"{position:,}{hint}",
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


def encode(
    corpus: Corpus, *, decoding: Decoding | str = "utf-8", notice: Notice = silent
) -> EncodedText:
    """Return a corpus as ids, from the cache if possible.

    Memory stays bounded for any size of the corpus. The content of the files is the key of the
    cache, so a changed file is encoded again. Several processes may encode at the same time.

    Args:
        corpus: the files to read.
        decoding: how their bytes become text, or the encoding alone. The encoding of `corpus`, if
            it has one, goes first.
        notice: takes one line if bytes did not decode, also when the ids come from the cache.

    Raises:
        UserError: the text is empty, a file cannot be read or decoded, or the cache cannot be
            written.
    """
    how = Decoding.of(decoding)
    how = replace(how, encoding=corpus.encoding or how.encoding)
    folder = cache_dir() / "ids"
    key = _compute_key(corpus.files, how)
    found = ids_cache.load(folder, key)
    if found is None:
        _build(corpus, how, folder, key)
        found = ids_cache.load(folder, key)
    if found is None:
        raise UserError(f"cannot read back what was just written to {folder}; {CACHE_ADVICE}")
    if any(found.lost):
        notice(_describe_lost(corpus, how, found.lost))
    return EncodedText(corpus.name, found.vocabulary, found.ids, found.sha256)


def _describe_lost(corpus: Corpus, decoding: Decoding, lost: Iterable[int]) -> str:
    """Return a line about the bytes that did not decode.

    Args:
        corpus: the files.
        decoding: how they were decoded.
        lost: the number of such bytes of each file.
    """
    counts = {path: count for path, count in zip(corpus.files, lost, strict=False) if count}
    total = sum(counts.values())
    where = corpus.name
    if len(counts) > 1:
        where = f"{len(counts):,} files of {corpus.name}"
    elif counts:
        (path,) = counts
        # A text from a pipe is in a temporary file, whose name says nothing.
        where = str(path) if len(corpus.files) > 1 or path.stem == corpus.name else corpus.name
    done = "left out" if decoding.errors == "skip" else "replaced by U+FFFD"
    noun, are, were = ("byte", "is", "was") if total == 1 else ("bytes", "are", "were")
    return f"{total:,} {noun} of {where} {are} not {decoding.encoding} and {were} {done}"


def _compute_key(files: Iterable[Path], decoding: Decoding) -> str:
    """Return a digest of what the ids depend on: the files, the decoding, the cache's format."""
    # Later versions of Unicode have more characters with normal forms.
    form = f"{decoding.form} {unicodedata.unidata_version}" if decoding.form else ""
    how = f"{FORMAT}\n{decoding.codec}\n{decoding.errors}\n{form}\n"
    key = hashlib.sha256(how.encode())
    for path in files:
        try:
            with path.open("rb") as file:
                key.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise os_error(error, path) from error
    return key.hexdigest()


def _build(corpus: Corpus, decoding: Decoding, folder: Path, key: str) -> None:
    """Write the entry of a text to the cache.

    The text is read twice: for its vocabulary, length and digest, then for its ids.
    """
    seen = np.zeros(_CODE_POINTS, dtype=np.bool_)
    digest = hashlib.sha256()
    length = 0
    lost: dict[Path, int] = {}
    for piece in iter_texts(corpus.files, decoding, lost=lost):
        seen[code_points(piece)] = True
        digest.update(piece.encode("utf-8", "surrogatepass"))
        length += len(piece)
    vocabulary = Vocabulary(tuple(map(chr, np.flatnonzero(seen).tolist())))
    if not vocabulary:
        raise UserError(f"{corpus.name} holds no text, or only white space; name another corpus")
    ids_cache.store(
        folder,
        key,
        _encode_pieces(corpus, decoding, key, vocabulary),
        length=length,
        vocabulary=vocabulary,
        sha256=digest.hexdigest(),
        lost=[lost[path] for path in corpus.files] if any(lost.values()) else [],
    )


def _encode_pieces(
    corpus: Corpus, decoding: Decoding, key: str, vocabulary: Vocabulary
) -> Iterator[Ids]:
    """Yield the ids of the text piece by piece.

    Raises:
        UserError: the files have changed since `key` was computed.
    """
    changed = False
    try:
        yield from map(vocabulary.encode, iter_texts(corpus.files, decoding))
    except UnknownSymbol:
        changed = True
    if changed or _compute_key(corpus.files, decoding) != key:
        raise UserError(f"{corpus.name} changed while it was being read; try again")
