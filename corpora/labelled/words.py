"""Texts as words: cleaning and tokenisation, with the offsets of each word in the original text."""

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
from corpora.short_repr import ShortRepr
from corpora.versioned_json import parse_versioned

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_FORMAT, _VERSION = "charlm-words", 1
_SPECIAL = ("<pad>", "<unk>")
_LINE_BREAK = r"(?i)<br\s*/?>"
_WORD = r"\w+(?:'\w+)*|[^\w\s]"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHUNK = 1 << 21
"""About how many characters are encoded at once. The results take fifty times their memory."""

_LARGEST = 1 << 25
"""Most characters of a vocabulary in JSON. 20,000 words of a language take 200,000."""

WordIds = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Word:
    """A word or a punctuation mark of a text."""

    text: str
    """The word as in the original text."""
    id: int
    """Id of the word in the vocabulary."""
    start: int
    """Offset of its first character in the original text."""
    end: int
    """Offset of the character after its last one."""


@dataclass(frozen=True)
class WordTokenizer(ShortRepr):
    """A tokenizer that cuts texts into words, and a vocabulary of words; based on `tokenizers`.

    HTML entities of one character are decoded first; then `<br />` becomes a space and letters
    become lower case. A word is a run of letters, digits and marks, with apostrophes inside
    (don't). Every other character that is not white space is a word by itself. Words that are not
    in `words` get the id of `<unk>`. The texts "<pad>" and "<unk>" are three words each, so no text
    can contain the special words.
    """

    words: tuple[str, ...]
    """Words in the order of their ids; the first two are `<pad>` and `<unk>`."""

    PAD: ClassVar[int] = 0
    """Id of `<pad>`."""
    UNKNOWN: ClassVar[int] = 1
    """Id of `<unk>`."""

    @classmethod
    def train(cls, texts: Iterable[str], *, max_size: int = 20_000, min_frequency: int = 1) -> Self:
        """Return a tokenizer with the most frequent words of `texts`, the most frequent first.

        Args:
            texts: the texts, in any order.
            max_size: maximum number of words, `<pad>` and `<unk>` included. Equally frequent words
                are sorted by code points.
            min_frequency: minimum number of occurrences of a word.

        Raises:
            UserError: the words are too long to be written and read again.
        """
        from tokenizers.trainers import WordLevelTrainer

        tokenizer = _build_tokenizer(_SPECIAL)
        trainer = WordLevelTrainer(
            vocab_size=max(max_size, len(_SPECIAL)),
            min_frequency=min_frequency,
            special_tokens=list(_SPECIAL),
            show_progress=False,
        )
        tokenizer.train_from_iterator((_clean(text)[0] for text in texts), trainer)
        ids = tokenizer.get_vocab(with_added_tokens=True)
        made = cls(tuple(sorted(ids, key=ids.__getitem__)))
        if sum(map(len, made.words)) > _LARGEST // 12 and len(made.to_json()) > _LARGEST:
            raise UserError(
                "the words of these texts are too long for a vocabulary; are they text?"
            )
        return made

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the JSON that `to_json` returns.

        Raises:
            UserError: `text` is anything else.
        """
        if len(text) > _LARGEST:
            raise UserError(
                f"not a vocabulary of words: it has {len(text):,} characters; {_LARGEST:,} are the "
                "most"
            )
        found = parse_versioned(text, _FORMAT, _VERSION, "a vocabulary of words")
        words = found.get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise UserError('not a vocabulary of words: "words" is not a list of words')
        if tuple(words[:2]) != _SPECIAL or len(set(words)) != len(words):
            raise UserError("not a vocabulary of words: <pad> and <unk> missing, or a word twice")
        if any(map(_SURROGATE.search, words)):
            raise UserError("not a vocabulary of words: one holds a lone surrogate")
        return cls(tuple(words))

    def to_json(self) -> str:
        """Return the vocabulary as JSON, one line of ASCII."""
        data = {"format": _FORMAT, "version": _VERSION, "words": self.words}
        return json.dumps(data, separators=(",", ":"))

    @property
    def symbols(self) -> tuple[str, ...]:
        """The words, under the name that all vocabularies have for them."""
        return self.words

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, texts: Sequence[str]) -> list[WordIds]:
        """Return the ids of each text, int32 of shape (T,); T is 0 for a text without words."""
        found: list[WordIds] = []
        for chunk in _clean_chunks(texts):
            encodings = self._tokenizer.encode_batch_fast(chunk)
            found += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
        return found

    def split(self, text: str) -> list[Word]:
        """Return the words of `text` with their offsets."""
        cleaned, original = _clean(text)
        encoding = self._tokenizer.encode(cleaned)
        words = []
        for id_, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            first, last = original(start), original(end)
            words.append(Word(text[first:last], id_, first, last))
        return words

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return _build_tokenizer(self.words)


def _build_tokenizer(words: Sequence[str]) -> Tokenizer:
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase, Replace
    from tokenizers.normalizers import Sequence as NormalizerSequence
    from tokenizers.pre_tokenizers import Split

    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=_SPECIAL[1]))
    line_break: Any = Replace(Regex(_LINE_BREAK), " ")
    tokenizer.normalizer = NormalizerSequence(
        [line_break, Replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"), Lowercase()]
    )
    tokenizer.pre_tokenizer = Split(Regex(_WORD), behavior="removed", invert=True)
    return tokenizer


def _clean_chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield cleaned texts in non-empty lists of about `_CHUNK` characters."""
    chunk: list[str] = []
    size = 0
    for text in texts:
        chunk.append(_clean(text)[0])
        size += len(text)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


class _OffsetMap:
    """A map from offsets in a cleaned text to offsets in the original text."""

    def __init__(self) -> None:
        self.starts: list[int] = [0]
        self.shifts: list[int] = [0]

    def __call__(self, offset: int) -> int:
        return offset + self.shifts[bisect_right(self.starts, offset) - 1]


def _clean(text: str) -> tuple[str, _OffsetMap]:
    """Return `text` with its HTML entities decoded, and the map back to its offsets."""
    # The library takes only UTF-8, which has no lone surrogates.
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    offsets = _OffsetMap()
    if "&" not in text:
        return text, offsets
    parts: list[str] = []
    length = end = 0
    for match in _ENTITY.finditer(text):
        decoded = _decode_entity(match[0])
        if decoded is None:
            continue
        parts += [text[end : match.start()], decoded]
        length += match.start() - end + 1
        end = match.end()
        offsets.starts.append(length)
        offsets.shifts.append(end - length)
    return "".join([*parts, text[end:]]), offsets


def _decode_entity(entity: str) -> str | None:
    """Return the character of an HTML entity; None if there is none or more than one."""
    # html.unescape also decodes the beginning of a name: it turns &notable; into ¬able;
    name = entity[1:]
    decoded = html.unescape(entity) if name[0] == "#" else html.entities.html5.get(name, "")
    return decoded if len(decoded) == 1 else None
