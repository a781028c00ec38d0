"""Removal of what Project Gutenberg adds to a book: header, credits, table of contents, licence.

These functions need only a bounded beginning and a bounded end of a text, so texts of any length
can be streamed; see `corpora.text.normalize`.
"""

from __future__ import annotations

import re

HEAD_CHARACTERS = 1 << 18
"""Length of the beginning that is searched for header, credits and table of contents."""

TAIL_CHARACTERS = 1 << 16
"""Length of the end that is searched; Gutenberg's licence has 19,000 characters."""

_START_WITHIN = 1 << 15
_CREDITS_WITHIN = 2_000
_CONTENTS_WITHIN = 20_000
_CONTENTS_CHARACTERS = 1 << 16

_MARKER = (
    # The title may wrap, but not across a blank line.
    r"^[ \t]*\*{{3}} ?{} OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b"
    r"(?P<title>(?:[^\n]|\n(?![ \t]*\n)){{0,400}}?)\*{{3}}[ \t]*$"
)
_START = re.compile(_MARKER.format("START"), re.MULTILINE | re.IGNORECASE)
_END = re.compile(_MARKER.format("END"), re.MULTILINE | re.IGNORECASE)
_END_LINE = re.compile(
    r"^[ \t]*End of (?:the )?Project Gutenberg(?:['\u2019]s| E(?:Book|text))\b",
    re.MULTILINE | re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:[ \t]*\n)*[ \t]*(?:Produced|Prepared|Transcribed|Scanned|Proofread|Credits|HTML version"
    r"|E-?text (?:prepared|produced)|This (?:e-?book|e-?text|file) was"
    r"|Note: Project Gutenberg)\b.*\n(?:.*\S.*\n)*",
    re.IGNORECASE,
)
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)+")
_SECTION_GAP = re.compile(r"(?<=\n)(?=(?:[ \t]*\n){4})")
_PROSE = re.compile(r"(?:^[ \t]*\S.{45,}\n){3}", re.MULTILINE)


def strip_head(head: str) -> str | None:
    """Remove header, credits and table of contents.

    Args:
        head: the first `HEAD_CHARACTERS` of a text.

    Returns:
        The beginning of the book; None if the text has no line
        "*** START OF THE PROJECT GUTENBERG EBOOK ... ***".
    """
    marker = _START.search(head, 0, _START_WITHIN)
    if marker is None:
        return None
    body = _strip_credits(head[marker.end() :], _words(marker["title"]))
    return _strip_leading_blank_lines(_strip_contents(_strip_leading_blank_lines(body)))


def strip_tail(tail: str) -> str:
    """Remove the licence.

    Args:
        tail: the last `TAIL_CHARACTERS` of a text for which `strip_head` found a header.

    Returns:
        The end of the book.
    """
    # Cut at the last marker: a file of several books would lose all but the first at the first one.
    for marker in list(_END.finditer(tail))[-1:]:
        tail = tail[: marker.start()]
    closing = _END_LINE.search(tail)
    return tail if closing is None else tail[: closing.start()]


def _strip_credits(body: str, title: list[str]) -> str:
    """Return `body` from its title line on.

    Without a title line, remove only the paragraphs that are certainly credits. Names alone
    ("An Anonymous Volunteer, and David Widger") look like a title page, but they come before the
    title.
    """
    position = 0
    for line in body[:_CREDITS_WITHIN].splitlines(keepends=True):
        words = _words(line)
        shorter = min(len(words), len(title))
        if shorter and words[:shorter] == title[:shorter]:
            return body[position:]
        position += len(line)
    while credit := _CREDIT.match(body):
        body = body[credit.end() :]
    return body


def _strip_contents(body: str) -> str:
    """Return `body` without its table of contents, if the end of the table is certain.

    The table begins with the line CONTENTS. It ends before the second occurrence of its first
    entry, which is the heading of the first chapter, or at a gap of four blank lines before that;
    after the gap there may be a dedication or a preface. The table is kept if that heading is not
    found or if the table contains prose.
    """
    lines = body[: _CONTENTS_WITHIN + _CONTENTS_CHARACTERS].splitlines(keepends=True)
    keys = [_words(line) for line in lines]
    headings = (["contents"], ["table", "of", "contents"])
    start = next((i for i, key in enumerate(keys) if key in headings), len(lines))
    before = "".join(lines[:start])
    first = next((i for i in range(start + 1, len(lines)) if keys[i]), None)
    if first is None or len(before) > _CONTENTS_WITHIN:
        return body
    for i in filter(keys.__getitem__, range(first + 1, len(lines))):
        # In the book, "CHAPTER I" and its title are often on two lines.
        if keys[first] in (keys[i], [word for key in keys[i : i + 2] for word in key]):
            table = "".join(lines[start:i])
            entries = _SECTION_GAP.split("".join(lines[first:i]), maxsplit=1)
            if any(rest.strip() for rest in entries[1:]):
                table = table.removesuffix(entries[1])
            return body if _PROSE.search(table) else before + body[len(before) + len(table) :]
    return body


def _strip_leading_blank_lines(text: str) -> str:
    blank = _BLANK_LINES.match(text)
    return text[blank.end() :] if blank else text


def _words(line: str) -> list[str]:
    """Return the words of a line, to compare lines without case, indentation and punctuation."""
    return re.findall(r"[^\W_]+", line.casefold().replace("\u2019", "'"))
