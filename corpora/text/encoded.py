"""A corpus as ids: read once, kept in the cache, mapped into memory from there."""

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
from corpora.text.normalize import decoder_of, iter_texts, split_bounds
from corpora.text.vocabulary import Ids, UnknownSymbol, Vocabulary, code_points, described

Split = Literal["train", "validation", "test", "all"]

_COUNT_IDS = 1 << 20
_CODE_POINTS = 0x110000


@dataclass(frozen=True)
class Corpus:
    """The files that make up a corpus, in order; keep it as long as they are read.

    What came through a pipe lies in a temporary file that is removed together with this object.
    """

    name: str
    """For people: the name in the catalogue, of the file without its suffix, or of the folder."""
    files: tuple[Path, ...]
    encoding: str | None = None
    """The encoding, where it is certain whatever the user says."""


@dataclass(frozen=True, eq=False)
class EncodedText:
    """A text as ids of its own vocabulary."""

    name: str
    """Of the corpus, for people."""
    vocabulary: Vocabulary
    """The sorted distinct characters of the text."""
    ids: npt.NDArray[Any]
    """uint8, uint16 or uint32 of shape (T,); mapped from the cache, not to be written."""
    sha256: str
    """Digest of the UTF-8 of the normalised text."""

    def __len__(self) -> int:
        return len(self.ids)

    def split(self, name: Split) -> npt.NDArray[Any]:
        """A contiguous part of the ids, as a view: the first 80 %, the next 10 %, the last 10 %."""
        train, validation, test = split_bounds(len(self))
        parts = {"train": train, "validation": validation, "test": test, "all": slice(None)}
        return self.ids[parts[name]]

    def remapped(self, vocabulary: Vocabulary) -> Ids:
        """The table, int64 of shape (len(self.vocabulary),), from these ids to those of another.

        `table[text.ids[a:b]]` are the ids of that part of the text in `vocabulary`. Raises
        UnknownSymbol if a character is missing there, with the first such place in the text and
        the number of such places.
        """
        symbols = self.vocabulary.symbols
        table = np.array(
            [vocabulary.index(s) if s in vocabulary else -1 for s in symbols], dtype=np.int64
        )
        missing = np.flatnonzero(table < 0)
        if missing.size:
            raise self._unknown(missing)
        return table

    def _unknown(self, missing: npt.NDArray[np.intp]) -> UnknownSymbol:
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
            f"place{'' if count == 1 else 's'}, first {described(symbol)} at position "
            f"{position:,}",
            symbol=symbol,
            position=position,
            count=count,
        )


def release(ids: npt.NDArray[Any]) -> None:
    """Forget the pages of a memory-mapped array that were read; they come back when needed.

    Without this, memory in use grows with what has been read, up to the whole file. Arrays of
    other kinds are left alone.
    """
    mapped = getattr(ids, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def encode(corpus: Corpus, *, encoding: str = "utf-8") -> EncodedText:
    """Return a corpus as ids, from the cache if it is there.

    Memory stays bounded whatever the size of the corpus. The cache is found by the content of the
    files, so a changed file is encoded anew. Several processes may do this at the same time.

    Args:
        corpus: the files to read.
        encoding: of the files, unless `corpus` is certain of another one.

    Raises:
        UserError: the text is empty, a file cannot be read or decoded, or the cache cannot be
            written.
    """
    encoding = corpus.encoding or encoding
    decoder_of(encoding)
    folder = cache_dir() / "ids"
    key = _key(corpus.files, encoding)
    found = ids_cache.load(folder, key)
    if found is None:
        _build(corpus, encoding, folder, key)
        found = ids_cache.load(folder, key)
    if found is None:
        raise UserError(f"cannot read back what was just written to {folder}; {CACHE_ADVICE}")
    ids, vocabulary, sha256 = found
    return EncodedText(corpus.name, vocabulary, ids, sha256)


def _key(files: Iterable[Path], encoding: str) -> str:
    """What the ids depend on: the bytes of each file, the encoding, the format."""
    key = hashlib.sha256(f"{ids_cache.FORMAT}\n{codecs.lookup(encoding).name}\n".encode())
    for path in files:
        try:
            with path.open("rb") as file:
                key.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise os_error(error, path) from error
    return key.hexdigest()


def _build(corpus: Corpus, encoding: str, folder: Path, key: str) -> None:
    """Read the text twice: for its vocabulary and digest, then for its ids."""
    seen = np.zeros(_CODE_POINTS, dtype=np.bool_)
    digest = hashlib.sha256()
    for piece in iter_texts(corpus.files, encoding):
        seen[code_points(piece)] = True
        digest.update(piece.encode("utf-8", "surrogatepass"))
    vocabulary = Vocabulary(tuple(map(chr, np.flatnonzero(seen).tolist())))
    if not vocabulary:
        raise UserError(f"{corpus.name} holds no text, or only white space; name another corpus")
    ids = _ids(corpus, encoding, key, vocabulary)
    ids_cache.store(folder, key, ids, vocabulary, digest.hexdigest())


def _ids(corpus: Corpus, encoding: str, key: str, vocabulary: Vocabulary) -> Iterator[Ids]:
    """The ids of the text, refused at the end if the files are not those of `key` any more."""
    changed = False
    try:
        yield from map(vocabulary.encode, iter_texts(corpus.files, encoding))
    except UnknownSymbol:
        changed = True
    if changed or _key(corpus.files, encoding) != key:
        raise UserError(f"{corpus.name} changed while it was being read; try again")
