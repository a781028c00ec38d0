"""Pairs of a split or of a file: commands and actions that the user brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpora.errors import UserError, os_error
from corpora.given import list_columns, list_values
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair
from corpora.scan.official import parse_pair
from corpora.scan.splits import Split, is_split, list_splits, load
from corpora.tables import READERS, read_text, split_lines

COLUMNS = (("command", "actions"), ("source", "target"), ("input", "output"))
"""Names of the two columns, the preferred ones first. A line of a text file that holds them is a
heading."""
OBJECTS = (".json", ".jsonl", ".ndjson")
"""Suffixes of files whose rows are objects."""
HOW = "write a command, a tab and its actions a line"


def load_pairs(source: str, notice: Notice = silent) -> Split:
    """Return the split called `source`, or the pairs of the file at that path to train on.

    Args:
        source: name or path.
        notice: see `corpora.scan.splits.load`.

    Raises:
        UserError: it is neither, or the file holds no pairs.
    """
    if is_split(source):
        return load(source, notice=notice)
    if not Path(source).exists():
        raise UserError(f"there is no split and no file {source!r}; splits are {list_splits()}")
    return Split(source, read_pairs(Path(source)), (), official=False)


def load_test(source: str, notice: Notice = silent) -> Split:
    """Return the split called `source`, or the pairs of the file at that path to test on.

    Args:
        source: name or path.
        notice: see `corpora.scan.splits.load`.

    Raises:
        UserError: it is neither, or the file holds no pairs.
    """
    found = load_pairs(source, notice)
    return found if found.test else Split(source, (), found.train, official=False)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Read pairs from a file: a text of one pair a line, or rows of JSON.

    A line is either `jump twice`, a tab and `I_JUMP I_JUMP`, or, as in the files of SCAN,
    `IN: jump twice OUT: I_JUMP I_JUMP`. Empty lines are passed over. In a .jsonl or .json file,
    each object has a `command` and `actions` (or `source` and `target`, or `input` and `output`):
    texts, or lists of words.

    Raises:
        UserError: the file cannot be read, or a line is no pair.
    """
    try:
        pairs = _read_objects(path) if path.suffix.lower() in OBJECTS else _read_lines(path)
    except OSError as error:
        raise os_error(error, path) from error
    if not pairs:
        raise UserError(f"{path} holds no pairs; {HOW}")
    return tuple(pairs)


def _read_lines(path: Path) -> list[Pair]:
    lines = [(n, line) for n, line in enumerate(split_lines(read_text(path)), 1) if line.strip()]
    if lines and tuple(lines[0][1].strip().lower().split("\t")) in COLUMNS:
        del lines[0]
    return [_parse(line, f"{path}, line {n:,}") for n, line in lines]


def _parse(line: str, where: str) -> Pair:
    command, tab, actions = line.partition("\t")
    pair = Pair(tuple(command.split()), tuple(actions.split())) if tab else parse_pair(line)
    if "\t" in actions or not pair.command or not pair.actions:
        raise UserError(f"{where} is no pair; write a command, a tab and its actions")
    return pair


def _read_objects(path: Path) -> list[Pair]:
    names, column = READERS[path.suffix.lower()](path, "utf-8")
    if not names:
        return []
    chosen = next((two for two in COLUMNS if set(two) <= set(names)), None)
    if chosen is None:
        wanted = ", or ".join(" and ".join(map(repr, two)) for two in COLUMNS)
        raise UserError(f"the objects of {path} must have {wanted}")
    rows = enumerate(zip(*map(column, chosen), strict=True), 1)
    return [Pair(*(_split(value, f"{path}, pair {n:,}") for value in row)) for n, row in rows]


def take_pairs(pairs: Any) -> tuple[Pair, ...]:
    """Return the pairs that a Python program has.

    Args:
        pairs: pairs of a source and a target, each a text or a list of words; or a data frame or
            data set with two columns of the usual names.

    Raises:
        UserError: there are none, or something is no pair.
    """
    names = list_columns(pairs)
    if names is not None:
        chosen = next((two for two in COLUMNS if set(two) <= set(names)), None)
        if chosen is None:
            wanted = ", or ".join(" and ".join(two) for two in COLUMNS)
            raise UserError(f"a table of pairs must have the columns {wanted}")
        pairs = zip(*(list_values(pairs[name], name) for name in chosen), strict=True)
    found = []
    for number, pair in enumerate(list_values(pairs, "pairs"), 1):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise UserError(f"pair {number:,} is no pair of a source and a target")
        found.append(Pair(*(_split(side, f"pair {number:,}") for side in pair)))
    if not found:
        raise UserError("there are no pairs to learn from")
    return tuple(found)


def _split(value: Any, where: str) -> tuple[str, ...]:
    """Return the words of a text, or of a list of words."""
    listed = value.split() if isinstance(value, str) else value
    listed = list(listed) if isinstance(listed, tuple) else listed
    if (
        not isinstance(listed, list)
        or not listed
        or not all(isinstance(one, str) and one.split() == [one] for one in listed)
    ):
        raise UserError(f"{where} is no pair; give each side as a text, or as a list of words")
    return tuple(listed)
