"""Texts as words: cleaning and tokenisation, with the place of each word in the text as typed."""

from __future__ import annotations

import html
import html.entities
import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.versioned_json import read_marked

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_FORMAT, _VERSION = "charlm-words", 1
_SPECIAL = ("<pad>", "<unk>")
_LINE_BREAK = r"(?i)<br\s*/?>"
_WORD = r"\w+(?:'\w+)*|[^\w\s]"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHUNK = 1 << 21
"""Characters encoded at once, about: what the library returns takes fifty times a text's memory."""

Ids = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Word:
    """A word or a punctuation mark of a text."""

    text: str
    """As typed."""
    id: int
    start: int
    """Offset of its first character in the text as typed."""
    end: int
    """Offset after its last character."""


@dataclass(frozen=True)
class WordTokenizer:
    """Cuts texts into words and gives each its id, the index in `words`, by way of `tokenizers`.

    HTML entities of one character are decoded, `<br />` is then a blank, all letters are lower
    case. A word is a run of letters, digits and marks, with apostrophes inside (don't); everything
    else but blanks is a word by itself. What is not among `words` is `<unk>`; no text can spell
    `<pad>` or `<unk>`, which are three words each.
    """

    words: tuple[str, ...]

    PAD: ClassVar[int] = 0
    UNKNOWN: ClassVar[int] = 1

    @classmethod
    def train(cls, texts: Iterable[str], *, max_size: int = 20_000, min_frequency: int = 1) -> Self:
        """Return a tokenizer with the most frequent words of `texts`, the most frequent first.

        Args:
            texts: in any order.
            max_size: entries at most, `<pad>` and `<unk>` included. Of equally frequent words the
                first in the order of code points go in.
            min_frequency: times that a word must occur.
        """
        from tokenizers.trainers import WordLevelTrainer

        tokenizer = _tokenizer(_SPECIAL)
        trainer = WordLevelTrainer(
            vocab_size=max(max_size, len(_SPECIAL)),
            min_frequency=min_frequency,
            special_tokens=list(_SPECIAL),
            show_progress=False,
        )
        tokenizer.train_from_iterator((_cleaned(text)[0] for text in texts), trainer)
        ids = tokenizer.get_vocab(with_added_tokens=True)
        return cls(tuple(sorted(ids, key=ids.__getitem__)))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            UserError: `text` is anything else.
        """
        found = read_marked(text, _FORMAT, _VERSION, "a vocabulary of words")
        words = found.get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise UserError('not a vocabulary of words: "words" is not a list of words')
        if tuple(words[:2]) != _SPECIAL or len(set(words)) != len(words):
            raise UserError("not a vocabulary of words: <pad> and <unk> missing, or a word twice")
        if any(map(_SURROGATE.search, words)):
            raise UserError("not a vocabulary of words: one holds a lone surrogate")
        return cls(tuple(words))

    def to_json(self) -> str:
        """Return one line of ASCII."""
        data = {"format": _FORMAT, "version": _VERSION, "words": self.words}
        return json.dumps(data, separators=(",", ":"))

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, texts: Sequence[str]) -> list[Ids]:
        """Return the ids of each text, int32 (T,); of one without any word, none."""
        found: list[Ids] = []
        for chunk in _chunks(texts):
            encodings = self._tokenizer.encode_batch_fast(chunk)
            found += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
        return found

    def split(self, text: str) -> list[Word]:
        """Return the words of `text` with their places in it."""
        cleaned, places = _cleaned(text)
        encoding = self._tokenizer.encode(cleaned)
        words = []
        for id_, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            first, last = places(start), places(end)
            words.append(Word(text[first:last], id_, first, last))
        return words

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return _tokenizer(self.words)


def _tokenizer(words: Sequence[str]) -> Tokenizer:
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase, Replace
    from tokenizers.normalizers import Sequence as InTurn
    from tokenizers.pre_tokenizers import Split

    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=_SPECIAL[1]))
    line_break: Any = Replace(Regex(_LINE_BREAK), " ")
    tokenizer.normalizer = InTurn(
        [line_break, Replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), Lowercase()]
    )
    tokenizer.pre_tokenizer = Split(Regex(_WORD), behavior="removed", invert=True)
    return tokenizer


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield `texts`, cleaned, in lists that are never empty."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(_cleaned(text)[0])
        size += len(text)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _Places:
    """Maps offsets in a text with its entities decoded to offsets in the text as typed."""

    def __init__(self) -> None:
        self.starts: list[int] = [0]
        self.shifts: list[int] = [0]

    def __call__(self, offset: int) -> int:
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]


def _cleaned(text: str) -> tuple[str, _Places]:
    """Return `text` with its HTML entities decoded, and where each offset in it was."""
    # The library takes UTF-8 only, which has no lone surrogates.
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    places = _Places()
    if "&" not in text:
        return text, places
    parts: list[str] = []
    length = end = 0
    for match in _ENTITY.finditer(text):
        decoded = _decoded(match[0])
        if decoded is None:
            continue
        parts += [text[end : match.start()], decoded]
        length += match.start() - end + 1
        end = match.end()
        places.starts.append(length)
        places.shifts.append(end - length)
    return "".join([*parts, text[end:]]), places


def _decoded(entity: str) -> str | None:
    """Return the character that `entity` stands for, if it is one that stands for one."""
    # html.unescape also reads the beginning of a name: &notable; as ¬able;
    name = entity[1:]
    decoded = html.unescape(entity) if name[0] == "#" else html.entities.html5.get(name, "")
    return decoded if len(decoded) == 1 else None
