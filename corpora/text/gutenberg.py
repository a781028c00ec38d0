"""What Project Gutenberg puts around a book: header, credits, table of contents, licence.

Only a bounded beginning and a bounded end of a text are looked at, so that any text can be
streamed through; see `corpora.text.normalize`.
"""

import re

HEAD_CHARACTERS = 1 << 18
"""How much of the beginning is looked at: header, credits and table of contents lie within it."""

TAIL_CHARACTERS = 1 << 16
"""How much of the end is looked at; Gutenberg's licence has 19,000 characters."""

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
    """The beginning of the book proper, given the first HEAD_CHARACTERS of a text.

    None if the text has no "*** START OF THE PROJECT GUTENBERG EBOOK ... ***".
    """
    marker = _START.search(head, 0, _START_WITHIN)
    if marker is None:
        return None
    body = _without_credits(head[marker.end() :], _words(marker["title"]))
    return _without_leading_blank_lines(_without_contents(_without_leading_blank_lines(body)))


def strip_tail(tail: str) -> str:
    """The end of the book proper, given the last TAIL_CHARACTERS of a text that has a start."""
    # The last marker counts: with the first, a file of several books would lose all but one.
    for marker in list(_END.finditer(tail))[-1:]:
        tail = tail[: marker.start()]
    closing = _END_LINE.search(tail)
    return tail if closing is None else tail[: closing.start()]


def _without_credits(body: str, title: list[str]) -> str:
    """`body` from its title line on; without one, minus the paragraphs that are surely credits.

    Names alone ("An Anonymous Volunteer, and David Widger") cannot be told from a title page, but
    they stand before the title.
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


def _without_contents(body: str) -> str:
    """`body` without its table of contents, if it is certain where that ends.

    The table goes from the line CONTENTS to the second occurrence of its first entry, which is the
    heading of the first chapter, or to a gap of four blank lines before that, behind which there
    may be a dedication or a preface. It is kept where that heading is not found, and where there
    is prose in it.
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
        # In the book, "CHAPTER I" and its title often stand on two lines.
        if keys[first] in (keys[i], [word for key in keys[i : i + 2] for word in key]):
            table = "".join(lines[start:i])
            entries = _SECTION_GAP.split("".join(lines[first:i]), maxsplit=1)
            if any(rest.strip() for rest in entries[1:]):
                table = table.removesuffix(entries[1])
            return body if _PROSE.search(table) else before + body[len(before) + len(table) :]
    return body


def _without_leading_blank_lines(text: str) -> str:
    blank = _BLANK_LINES.match(text)
    return text[blank.end() :] if blank else text


def _words(line: str) -> list[str]:
    """What two lines have in common that differ in case, indentation and punctuation only."""
    return re.findall(r"[^\W_]+", line.casefold().replace("\u2019", "'"))
