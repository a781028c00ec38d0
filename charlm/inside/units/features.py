"""What a unit may follow: features of a text, made by rule for each of its characters.

The value at a place belongs to the character that has just been read, with all before it: it is
compared with the state after that character. So an opening quotation mark lies inside of its
quotation, and the closing one lies outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpora.text.vocabulary import code_points

Points = npt.NDArray[np.uint32]
Values = npt.NDArray[np.int64]
LINE_FEED = ord("\n")
QUOTES, OPENING_QUOTES, CLOSING_QUOTES = '"', "“", "”"
OPENING_BRACKETS, CLOSING_BRACKETS = "([{", ")]}"
SENTENCE_ENDS = ".!?…"


@dataclass(frozen=True)
class Feature:
    """A yes or no, or a number, for each character of a text."""

    name: str
    """Its name in tables."""
    about: str
    """What it says of a character."""
    is_number: bool
    """Whether it is a number; otherwise it is yes (1) or no (0)."""
    compute: Callable[[str], Values]
    """Returns its value (T,) at each character of a text."""


def _find_last(at: npt.NDArray[np.bool_]) -> Values:
    """Return for each place the last place so far where `at` is true, -1 before the first."""
    return np.maximum.accumulate(np.where(at, np.arange(len(at)), -1))


def _find_blank_lines(points: Points) -> npt.NDArray[np.bool_]:
    """Return where a blank line has just ended: at a line feed that follows a line feed."""
    feeds = points == LINE_FEED
    blank = np.zeros(len(points), np.bool_)
    blank[1:] = feeds[1:] & feeds[:-1]
    return blank


def _belongs(points: Points, symbols: str) -> npt.NDArray[np.bool_]:
    return np.isin(points, code_points(symbols))


def _test(points: Points, test: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
    """Return for each character whether it passes a test, which each distinct one takes once."""
    distinct, inverse = np.unique(points, return_inverse=True)
    passed = np.array([test(chr(point)) for point in distinct.tolist()], np.bool_)
    return np.asarray(passed[inverse])


def _find_depth(points: Points, opening: str, closing: str) -> Values:
    """Return how many opened pairs enclose each character; a blank line closes all.

    A closing sign without an opening one is ignored: the depth is the sum of the signs (+1 or -1)
    in the paragraph, less the lowest that this sum has been there (at most 0).
    """
    signs = _belongs(points, opening).astype(np.int64) - _belongs(points, closing)
    total = np.cumsum(signs)
    starts = _find_blank_lines(points)
    paragraph = np.cumsum(starts)
    before = np.concatenate([[0], total[np.flatnonzero(starts)]])[paragraph]
    own = total - before
    # Each paragraph lies below all earlier ones: the lowest sum so far is that of its own.
    shift = paragraph * (2 * len(points) + 1)
    lowest = np.minimum.accumulate(np.minimum(own, 0) - shift) + shift
    return np.asarray(own - lowest)


def find_quotations(text: str) -> Values:
    """Return 1 inside of quotation marks, straight or curly, and 0 elsewhere, (T,).

    Straight marks open and close in turn. A blank line closes all: a mark that was lost, or left
    out at the end of a paragraph that a quotation goes on after, would otherwise turn inside and
    outside around for the rest of the text.
    """
    points = code_points(text)
    marks = np.cumsum(_belongs(points, QUOTES))
    starts = _find_blank_lines(points)
    before = np.concatenate([[0], marks[np.flatnonzero(starts)]])[np.cumsum(starts)]
    curly = _find_depth(points, OPENING_QUOTES, CLOSING_QUOTES) > 0
    return np.where(curly, 1, (marks - before) % 2)


def find_brackets(text: str) -> Values:
    """Return 1 inside of round, square or curly brackets, and 0 elsewhere, (T,).

    A blank line closes all, as for quotations.
    """
    depth = _find_depth(code_points(text), OPENING_BRACKETS, CLOSING_BRACKETS)
    return np.where(depth > 0, 1, 0)


def count_line(text: str) -> Values:
    """Return how many characters of its line have been read, (T,): 0 at a line feed."""
    points = code_points(text)
    return np.arange(len(points)) - _find_last(points == LINE_FEED)


def count_word(text: str) -> Values:
    """Return how many letters of the word have been read, (T,): 0 where there is no letter."""
    letters = _test(code_points(text), str.isalpha)
    return np.arange(len(letters)) - _find_last(~letters)


def count_paragraph(text: str) -> Values:
    """Return how many characters have been read since the last blank line, (T,)."""
    points = code_points(text)
    return np.arange(len(points)) - _find_last(_find_blank_lines(points))


def find_first_lines(text: str) -> Values:
    """Return 1 in the first line after a blank line, and 0 elsewhere, (T,)."""
    points = code_points(text)
    last_blank = _find_last(_find_blank_lines(points))
    lines = np.cumsum(points == LINE_FEED)
    at_blank = np.where(last_blank >= 0, lines[np.maximum(last_blank, 0)], 0)
    return np.where(lines == at_blank, 1, 0)


def find_sentence_starts(text: str) -> Values:
    """Return 1 where a sentence is about to start, and 0 elsewhere, (T,).

    That is from the white space after . ! ? or … (quotation marks and brackets may stand between),
    or from a blank line, up to the next letter or digit. "Mr. " counts as well.
    """
    points = code_points(text)
    word = _find_last(_test(points, str.isalnum))
    space = _find_last(_test(points, str.isspace))
    end = _find_last(_belongs(points, SENTENCE_ENDS))
    after_end = (end > word) & (space > end)
    return (after_end | (_find_last(_find_blank_lines(points)) > word)).astype(np.int64)


def find_capitals(text: str) -> Values:
    """Return 1 at upper-case letters, and 0 elsewhere, (T,)."""
    return _test(code_points(text), str.isupper).astype(np.int64)


def find_digits(text: str) -> Values:
    """Return 1 at digits, and 0 elsewhere, (T,)."""
    return _test(code_points(text), str.isdigit).astype(np.int64)


FEATURES = (
    Feature("quotes", "inside quotation marks", False, find_quotations),
    Feature("brackets", "inside brackets", False, find_brackets),
    Feature("line", "characters since the line's start", True, count_line),
    Feature("word", "letters of the word so far", True, count_word),
    Feature("sentence", "a sentence is about to start", False, find_sentence_starts),
    Feature("first line", "in the first line of a paragraph", False, find_first_lines),
    Feature("paragraph", "characters since the paragraph's start", True, count_paragraph),
    Feature("upper case", "at an upper-case letter", False, find_capitals),
    Feature("digits", "at a digit", False, find_digits),
)
"""The features that every search takes; `charlm.inside.units.patterns` makes those of the user."""
