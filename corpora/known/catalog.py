"""The catalogue of corpora: names, sources, licences and checksums of the normalised texts."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corpora.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Source:
    """A place from which a text can be read: this package, or the mirror, the network or both."""

    url: str | None = None
    """Address on the network."""
    mirror: str | None = None
    """Path inside the mirror folder."""
    packaged: str | None = None
    """Name of a file in this package."""
    sha256: str | None = None
    """Digest of the UTF-8 of the normalised text; None if the text of this source may change."""
    edition: str | None = None
    """Notice for the user when this source gave a text with another digest than `sha256`.

    None if every text with another digest is refused."""
    opening: str = ""
    """First characters of every edition. They tell an unknown edition from an error page."""
    closing: str = ""
    """Last characters of every edition, without white space. They show a broken download."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A corpus of the catalogue."""

    name: str
    title: str
    """Title and author, as shown to people."""
    language: str
    """ISO 639-1 code of the language."""
    licence: str
    sources: tuple[Source, ...]
    """Sources of the text, the preferred one first."""

    @property
    def path(self) -> str:
        """The usual path of the text. A command that is given this path makes a missing file."""
        return f"corpora/{self.name}.txt"


_WAR_AND_PEACE = Entry(
    name="war_and_peace",
    title="War and Peace, by Leo Tolstoy, translated by Louise and Aylmer Maude",
    language="en",
    licence="public domain",
    sources=(
        # Published results use the edition of Karpathy, Johnson and Li (arXiv 1506.02078).
        Source(
            url="https://cs.stanford.edu/people/karpathy/char-rnn/warpeace_input.txt",
            mirror="corpora/war_and_peace.txt",
            sha256="2f4885a73244ab9204a7a031f3d009aece5205f8caa9603c157957cda586f0fd",
        ),
        Source(
            url="https://www.gutenberg.org/cache/epub/2600/pg2600.txt",
            edition="Project Gutenberg's edition 2600 of War and Peace, not the one of Karpathy et "
            "al. 2015: its results do not compare with published ones",
            opening="WAR AND PEACE",
            closing="conscious.",
        ),
    ),
)

_MYSTERIOUS_ISLAND = Entry(
    name="mysterious_island",
    title="The Mysterious Island, by Jules Verne",
    language="en",
    licence="public domain",
    sources=(
        Source(
            url="https://www.gutenberg.org/cache/epub/1268/pg1268.txt",
            mirror="corpora/pg1268.txt",
            sha256="dd58ca1db31abfa3acbc592d8feb70e082167ed0c406a030535ee8bbd464445e",
            edition="another revision of Project Gutenberg's 1268, The Mysterious Island, than the "
            "one of June 9, 2022: its results differ a little",
            opening="THE MYSTERIOUS ISLAND",
            closing="Captain Nemo.",
        ),
    ),
)

_SAMPLE = Entry(
    name="sample",
    title="The Varrow Ferry, written for this project",
    language="en",
    licence="MIT",
    sources=(Source(packaged="sample.txt"),),
)

CATALOG: Mapping[str, Entry] = MappingProxyType(
    {entry.name: entry for entry in (_WAR_AND_PEACE, _MYSTERIOUS_ISLAND, _SAMPLE)}
)


def lookup(name: str) -> Entry:
    """Return the entry called `name`.

    Raises:
        UserError: there is no such entry; the message suggests similar names.
    """
    try:
        return CATALOG[name]
    except KeyError:
        raise UserError(f"there is no corpus called {name!r}{suggest(name)}") from None


def suggest(name: str, *others: str) -> str:
    """Return the end of an error message: similar names, and the names of all corpora.

    Args:
        name: a name that does not exist.
        others: names that are suggested beside those of the corpora.
    """
    close = difflib.get_close_matches(name, dict.fromkeys((*CATALOG, *others)), n=3)
    meant = f" (did you mean {' or '.join(close)}?)" if close else ""
    return f"{meant}; the known corpora are {', '.join(CATALOG)}"
