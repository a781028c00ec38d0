"""Every known corpus: name, sources, licence, and the sha256 of the normalised text."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corpora.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place that a text comes from: the package, the mirror, the network, or the last two."""

    url: str | None = None
    """Where on the network."""
    mirror: str | None = None
    """Path inside the mirror folder."""
    packaged: str | None = None
    """Name of a file that ships in this package."""
    sha256: str | None = None
    """Digest of the UTF-8 of the normalised text; None if this source has no fixed edition."""
    edition: str | None = None
    """What to tell the user where another edition than the measured one was taken from here.

    None means that this source has only one edition, and anything else is refused."""
    opening: str = ""
    """How every edition begins; checked where the sha256 cannot tell a text from an error page."""
    closing: str = ""
    """How every edition ends, white space aside: a download that broke off does not."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A corpus that is known by name."""

    name: str
    title: str
    """Title and author, as a person would write them."""
    language: str
    """ISO 639-1 code."""
    licence: str
    sources: tuple[Source, ...]
    """In the order of preference."""

    @property
    def path(self) -> str:
        """The path at which the text belongs; a missing file of this path is made."""
        return f"corpora/{self.name}.txt"


_WAR_AND_PEACE = Entry(
    name="war_and_peace",
    title="War and Peace, by Leo Tolstoy, translated by Louise and Aylmer Maude",
    language="en",
    licence="public domain",
    sources=(
        # The edition of Karpathy, Johnson and Li (arXiv 1506.02078), in which results are compared.
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
    """The entry called `name`. Raises UserError, with the names that come close."""
    try:
        return CATALOG[name]
    except KeyError:
        raise UserError(f"there is no corpus called {name!r}{suggestions(name)}") from None


def suggestions(name: str, *others: str) -> str:
    """The end of an error line: what `name` may have meant (a corpus or one of `others`), and the
    names of all corpora.
    """
    close = difflib.get_close_matches(name, dict.fromkeys((*CATALOG, *others)), n=3)
    meant = f" (did you mean {' or '.join(close)}?)" if close else ""
    return f"{meant}; the known corpora are {', '.join(CATALOG)}"
