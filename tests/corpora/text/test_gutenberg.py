"""Synthetic books first; then the packaged text and whatever real files the mirror holds."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from corpora.known.catalog import CATALOG
from corpora.places import mirror_dir
from corpora.text import gutenberg
from corpora.text.normalize import iter_text

Read = Callable[..., str]
Write = Callable[..., Path]

CHAPTERS = "\n\n".join(
    f"CHAPTER {n}\n\nIt was chapter {n}, and the rain had come down upon the roofs since the\n"
    f"morning; nobody in the town, which had {n} roofs, spoke of anything else,\n"
    "and the contents of the barrels rose."
    for n in range(1, 40)
)
TITLE = "THE RAIN\n\nby Nobody\n"
BOOK = f"{TITLE}\n\n{CHAPTERS}\n"
TABLE = "".join(f"  CHAPTER {n}\n\n" for n in range(1, 40))
LICENCE = "\n\nUpdated editions will replace the previous one.\n" + "Section 1. Gutenberg.\n" * 800


def gutenberg_file(
    book: str = BOOK,
    *,
    start: str = "*** START OF THE PROJECT GUTENBERG EBOOK THE RAIN ***",
    end: str = "*** END OF THE PROJECT GUTENBERG EBOOK THE RAIN ***",
    credits: str = "",
    closing: str = "",
) -> str:
    header = f"The Project Gutenberg eBook of The Rain\n\nTitle: The Rain\n\n{start}\n\n\n"
    return f"{header}{credits}\n\n{book}\n\n\n{closing}\n\n{end}\n{LICENCE}"


@pytest.mark.parametrize("chunk_bytes", [50, 1000, 1 << 20])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"start": "*** START OF THIS PROJECT GUTENBERG EBOOK THE RAIN ***"},
        {"start": "***START OF THE PROJECT GUTENBERG EBOOK THE RAIN***"},
        {"start": "*** START OF THE PROJECT GUTENBERG EBOOK THE\nRAIN, A STORY ***"},
        {"end": "        \n            *** END OF THE PROJECT GUTENBERG EBOOK THE RAIN ***"},
        {"end": "*** END OF THIS PROJECT GUTENBERG EBOOK THE RAIN ***"},
        {"credits": "An Anonymous Volunteer, and David Widger\n\n\n"},
        {"credits": "Produced by Jane Roe and the Online\nDistributed Proofreading Team\n"},
        {"closing": "End of the Project Gutenberg EBook of The Rain, by Nobody"},
        {"closing": "End of Project Gutenberg's The Rain,\nby Nobody"},
        {"book": BOOK.replace("Nobody\n", f"Nobody\n\n    CONTENTS\n\n\n{TABLE}", 1)},
        {"book": BOOK.replace("Nobody\n", f"Nobody\n\nTable of Contents\n{TABLE}", 1)},
    ],
)
def test_only_the_book_remains(
    written: Write, options: dict[str, str], line_end: str, chunk_bytes: int
) -> None:
    path = written(gutenberg_file(**options).replace("\n", line_end))
    text = "".join(iter_text(path, chunk_bytes=chunk_bytes))
    assert re.sub(r"\n+", "\n", text) == re.sub(r"\n+", "\n", BOOK)


def test_a_long_book_passes_whole(written: Write, read_text: Read) -> None:
    book = TITLE + f"\n{CHAPTERS}\n" * 500
    assert len(book) > 8 * gutenberg.HEAD_CHARACTERS
    assert read_text(written(gutenberg_file(book))) == book


@pytest.mark.parametrize("book", [BOOK, BOOK + LICENCE, f"CONTENTS\n\n{TABLE}\n{BOOK}"])
def test_a_text_without_the_markers_is_left_alone(
    written: Write, book: str, read_text: Read
) -> None:
    assert read_text(written(book)) == book


def test_a_marker_in_the_middle_of_a_text_is_text(written: Write, read_text: Read) -> None:
    text = BOOK * 20 + gutenberg_file()
    assert text.index("*** START") > 32_768
    assert read_text(written(text)) == text


def test_a_file_that_broke_off_keeps_its_text(written: Write, read_text: Read) -> None:
    whole = gutenberg_file()
    broken = whole[: whole.index("*** END")]
    assert read_text(written(broken)) == BOOK


@pytest.mark.parametrize(
    "front",
    [
        # Nothing says where this table ends.
        "CONTENTS\n\nOf rain, 1\n\nOf roofs, 7\n\n",
        # The preface is not in the table, and may not go with it.
        f"CONTENTS\n\n{TABLE}"
        + "PREFACE\n\n"
        + "I have seen the rain come down in many towns, and upon many roofs.\n" * 5,
        # A chapter may be called so.
        "CONTENTS\n",
    ],
)
def test_a_table_that_cannot_be_told_from_the_text_is_kept(
    written: Write, front: str, read_text: Read
) -> None:
    book = BOOK.replace("\n\nCHAPTER 1\n", f"\n\n{front}\nCHAPTER 1\n", 1)
    assert read_text(written(gutenberg_file(book))) == book


def test_a_dedication_behind_the_table_is_kept(written: Write, read_text: Read) -> None:
    book = BOOK.replace("\n\nCHAPTER 1\n", "\n\n\n\nTO MY MOTHER\n\n\n\n\nCHAPTER 1\n", 1)
    with_table = book.replace("Nobody\n", f"Nobody\n\nCONTENTS\n{TABLE}", 1)
    text = read_text(written(gutenberg_file(with_table)))
    assert re.sub(r"\n+", "\n", text) == re.sub(r"\n+", "\n", book)


def test_headings_with_their_title_on_the_next_line_end_a_table_too(
    written: Write, read_text: Read
) -> None:
    table = "CONTENTS\n CHAPTER I. The Roof\n CHAPTER II. The Rain\n\n"
    body = "CHAPTER I.\nThe Roof\n\nIt rained.\n\nCHAPTER II.\nThe Rain\n\nIt rained on.\n"
    path = written(gutenberg_file(f"{TITLE}\n{table}{body}"))
    assert read_text(path) == f"{TITLE}\n{body}"


WAR_AND_PEACE, ISLAND = (
    CATALOG[n].sources[0].sha256 for n in ("war_and_peace", "mysterious_island")
)
FACTS = {
    # name: characters, sha256, the first lines that are not blank, the end
    "sample.txt": (None, None, ["CHAPTER I"], ""),
    "war_and_peace.txt": (
        3_196_213,
        WAR_AND_PEACE,
        ['"Well, Prince, so Genoa and Lucca are now just family estates of the'],
        "a dependence of which we are not\nconscious.\n",
    ),
    "pg2600.txt": (
        None,
        None,
        ["WAR AND PEACE", "By Leo Tolstoy/Tolstoi", "BOOK ONE: 1805", "CHAPTER I"],
        "a dependence of which we are not\nconscious.\n",
    ),
    "pg1268.txt": (
        None,
        ISLAND,
        ["THE MYSTERIOUS ISLAND", "by Jules Verne", "1874", "PART 1--DROPPED FROM THE CLOUDS"],
        "borne the name of Captain Nemo.\n",
    ),
}


def _real_files() -> dict[str, Path]:
    package = Path(gutenberg.__file__).parents[1]
    folders = [package, *([mirror / "corpora"] if (mirror := mirror_dir()) else [])]
    return {n: f / n for f in folders for n in FACTS if (f / n).is_file()}


REAL = _real_files()


@pytest.mark.parametrize("name", REAL)
def test_real_files(name: str, read_text: Read) -> None:
    characters, digest, first, end = FACTS[name]
    text = read_text(REAL[name])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[: len(first)] == first
    assert not text[0].isspace()
    assert text.endswith(end)
    assert not re.search(r"gutenberg|^\s*contents\s*$|volunteer, and", text, re.I | re.M)
    assert characters in (None, len(text))
    assert digest in (None, sha256(text.encode()).hexdigest())


def _words(text: str) -> Counter[str]:
    """Without accents, which names lack in the older edition of War and Peace."""
    letters = unicodedata.normalize("NFD", text.lower())
    return Counter(re.findall(r"[a-z]+", re.sub(r"[\u0300-\u036f]", "", letters)))


def _pairs() -> dict[str, tuple[Path | str, Path | str]]:
    pairs: dict[str, tuple[Path | str, Path | str]] = {"synthetic": (gutenberg_file(), BOOK)}
    if {"pg2600.txt", "war_and_peace.txt"} <= REAL.keys():
        pairs["war and peace"] = (REAL["pg2600.txt"], REAL["war_and_peace.txt"])
    return pairs


@pytest.mark.parametrize(("served", "plain"), _pairs().values(), ids=_pairs())
def test_stripping_loses_no_words(
    written: Write, served: Path | str, plain: Path | str, read_text: Read
) -> None:
    first, second = (
        _words(read_text(t if isinstance(t, Path) else written(t))) for t in (served, plain)
    )
    assert (second - first).total() < 0.0002 * second.total()
    assert (first - second).total() < 0.002 * second.total(), "headings, and little else"
