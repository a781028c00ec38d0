"""Verification of texts against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from corpora.errors import UserError
from corpora.known.catalog import Source

_EDGE = 1000  # characters of the beginning and of the end that are compared


class Check:
    """A check that passes a text on, piece by piece, and verifies it after the last piece.

    Args:
        source: the source of the text, with its digest.
        name: the name of the corpus, for the error message.
        origin: the file or address of the text, for the error message.
    """

    def __init__(self, source: Source, name: str, origin: str) -> None:
        self._source = source
        self._name = name
        self._origin = origin
        self.digest = ""
        """The sha256 of the text; empty until the last piece was passed on."""

    def pass_on(self, pieces: Iterable[str]) -> Iterator[bytes]:
        """Yield the UTF-8 of each piece.

        Raises:
            UserError: the text is not the one that the source promises (after the last piece).
        """
        digest = sha256()
        opening = closing = ""
        for piece in pieces:
            opening = (opening + piece[:_EDGE])[:_EDGE]
            closing = (closing + piece[-_EDGE:])[-_EDGE:]
            data = piece.encode()
            digest.update(data)
            yield data
        self.digest = digest.hexdigest()
        self._verify(opening, closing)

    def _verify(self, opening: str, closing: str) -> None:
        source = self._source
        if self.digest == source.sha256:
            return
        wanted = f"expected {source.sha256[:12]}" if source.sha256 else "of no fixed edition"
        problem = f"is not the expected text of {self._name}"
        if source.edition is not None:
            if opening.startswith(source.opening) and closing.rstrip().endswith(source.closing):
                return
            problem = (
                f"is not the whole text of {self._name}, which begins with {source.opening!r} and "
                f"ends with {source.closing!r}"
            )
        raise UserError(
            f"{self._origin} {problem} (sha256 {self.digest[:12]}, {wanted}); nothing was placed; "
            "put the right text into the folder that CHARLM_MIRROR names"
        )
