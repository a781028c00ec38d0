"""Texts as words: cleaning and tokenisation, with the offsets of each word in the original text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from corpora.errors import UserError
from corpora.labelled.cleaning import SURROGATE, clean, replace_spans
from corpora.labelled.spelling import Corrections, correct_rare, find_slips
from corpora.short_repr import ShortRepr
from corpora.versioned_json import parse_versioned

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_FORMAT, _VERSION = "charlm-words", 1
_SPELLED = 2
"""Version of vocabularies that correct the spelling: programs that cannot must not read them."""
_SPECIAL = ("<pad>", "<unk>")
_LINE_BREAK = r"(?i)<br\s*/?>"
_WORD = r"\w+(?:'\w+)*|[^\w\s]"

_LARGEST = 1 << 25
"""Most characters of a vocabulary in JSON. 20,000 words of a language take 200,000."""

_CHUNK = 1 << 21
"""About how many characters are encoded at once. The results take fifty times their memory."""

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
    spelling: bool = False
    """Whether a word that is not among them is read as the one that it is a slip of, if there is
    one; see `corpora.labelled.spelling`."""

    PAD: ClassVar[int] = 0
    """Id of `<pad>`."""
    UNKNOWN: ClassVar[int] = 1
    """Id of `<unk>`."""

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        *,
        max_size: int = 20_000,
        min_frequency: int = 1,
        spelling: bool = False,
    ) -> Self:
        """Return a tokenizer with the most frequent words of `texts`, the most frequent first.

        Args:
            texts: the texts, in any order.
            max_size: maximum number of words, `<pad>` and `<unk>` included. Equally frequent words
                are sorted by code points.
            min_frequency: minimum number of occurrences of a word.
            spelling: whether slips are corrected, here in words that are rare.

        Raises:
            UserError: the words are too long to be written and read again, or the library that
                corrects them is missing.
        """
        from tokenizers.trainers import WordLevelTrainer

        tokenizer = _build_tokenizer(_SPECIAL)
        trainer = WordLevelTrainer(
            vocab_size=max(max_size, len(_SPECIAL)),
            min_frequency=min_frequency,
            special_tokens=list(_SPECIAL),
            show_progress=False,
        )
        cleaned: Iterable[str] = (clean(text)[0] for text in texts)
        tokenizer.train_from_iterator(correct_rare(cleaned) if spelling else cleaned, trainer)
        ids = tokenizer.get_vocab(with_added_tokens=True)
        made = cls(tuple(sorted(ids, key=ids.__getitem__)), spelling)
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
        found = parse_versioned(text, _FORMAT, (_VERSION, _SPELLED), "a vocabulary of words")
        words = found.get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise UserError('not a vocabulary of words: "words" is not a list of words')
        if tuple(words[:2]) != _SPECIAL or len(set(words)) != len(words):
            raise UserError("not a vocabulary of words: <pad> and <unk> missing, or a word twice")
        if any(map(SURROGATE.search, words)):
            raise UserError("not a vocabulary of words: one holds a lone surrogate")
        return cls(tuple(words), found["version"] == _SPELLED)

    def to_json(self) -> str:
        """Return the vocabulary as JSON, one line of ASCII."""
        version = _SPELLED if self.spelling else _VERSION
        data = {"format": _FORMAT, "version": version, "words": self.words}
        return json.dumps(data, separators=(",", ":"))

    @property
    def symbols(self) -> tuple[str, ...]:
        """The words, under the name that all vocabularies have for them."""
        return self.words

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, texts: Sequence[str]) -> list[WordIds]:
        """Return the ids of each text, int32 of shape (T,); T is 0 for a text without words.

        Raises:
            UserError: the spelling is corrected, and the library that does it is missing.
        """
        found: list[WordIds] = []
        for chunk in self._prepare_chunks(texts):
            encodings = self._tokenizer.encode_batch_fast(chunk)
            found += [np.array(encoding.ids, dtype=np.int32) for encoding in encodings]
        return found

    def split(self, text: str) -> list[Word]:
        """Return the words of `text` with their offsets."""
        prepared, original = self._prepare(text)
        encoding = self._tokenizer.encode(prepared)
        words = []
        for id_, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            first, last = original(start), original(end)
            words.append(Word(text[first:last], id_, first, last))
        return words

    def corrections(self, texts: Iterable[str]) -> Corrections:
        """Return which words of texts are read as which others; none without `spelling`.

        Raises:
            UserError: the library that corrects them is missing.
        """
        found = Corrections()
        for text in texts if self.spelling else ():
            cleaned = clean(text)[0]
            for start, end, meant in find_slips(cleaned, self._known):
                found[cleaned[start:end].lower(), meant] += 1
        return found

    def _prepare(self, text: str) -> tuple[str, Callable[[int], int]]:
        """Return a text as it is cut into words, and a map from its offsets to those of `text`."""
        cleaned, original = clean(text)
        if not self.spelling:
            return cleaned, original
        meant, written = replace_spans(cleaned, find_slips(cleaned, self._known))
        return meant, lambda offset: original(written(offset))

    def _prepare_chunks(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Yield prepared texts in non-empty lists of about `_CHUNK` characters."""
        chunk: list[str] = []
        size = 0
        for text in texts:
            chunk.append(self._prepare(text)[0])
            size += len(text)
            if size >= _CHUNK:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.words)

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
