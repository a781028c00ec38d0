"""Whether a text that arrived is the one that the catalogue promises."""

from collections.abc import Iterable, Iterator
from hashlib import sha256

from corpora.errors import UserError
from corpora.known.catalog import Source

_EDGE = 1000  # characters kept of the beginning and the end


class Check:
    """Lets one text through, and refuses at its end what the source does not promise.

    `origin` is where the text came from, for the error line.
    """

    def __init__(self, source: Source, name: str, origin: str) -> None:
        self._source = source
        self._name = name
        self._origin = origin
        self.digest = ""
        """The sha256 of the whole text, once it has passed."""

    def passed(self, pieces: Iterable[str]) -> Iterator[bytes]:
        """The UTF-8 of `pieces`. Raises UserError after the last one if it is another text."""
        digest = sha256()
        opening = closing = ""
        for piece in pieces:
            opening = (opening + piece[:_EDGE])[:_EDGE]
            closing = (closing + piece[-_EDGE:])[-_EDGE:]
            data = piece.encode()
            digest.update(data)
            yield data
        self.digest = digest.hexdigest()
        self._judge(opening, closing)

    def _judge(self, opening: str, closing: str) -> None:
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
