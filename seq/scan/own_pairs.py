"""Pairs of a split or of a file: commands and actions that the user brings."""

from __future__ import annotations

from pathlib import Path

from corpora.errors import UserError, os_error
from corpora.labelled.tables import read_text, split_lines
from corpora.notice import Notice, silent
from corpora.scan.grammar import Pair
from corpora.scan.official import parse_pair
from corpora.scan.splits import SPLITS, Split, load


def load_pairs(source: str, notice: Notice = silent) -> Split:
    """Return the split called `source`, or the pairs of the file at that path to train on.

    Args:
        source: name or path.
        notice: see `corpora.scan.splits.load`.

    Raises:
        UserError: it is neither, or the file holds no pairs.
    """
    if source in SPLITS:
        return load(source, notice=notice)
    if not Path(source).exists():
        known = ", ".join(SPLITS)
        raise UserError(f"there is no split and no file {source!r}; splits are {known}")
    return Split(source, read_pairs(Path(source)), (), official=False)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Read pairs from a text file, one a line.

    A line is either `jump twice`, a tab and `I_JUMP I_JUMP`, or, as in the files of SCAN,
    `IN: jump twice OUT: I_JUMP I_JUMP`. Empty lines are passed over.

    Raises:
        UserError: the file cannot be read, or a line is no pair.
    """
    try:
        lines = split_lines(read_text(path))
    except OSError as error:
        raise os_error(error, path) from error
    pairs = [_parse(line, f"{path}, line {n:,}") for n, line in enumerate(lines, 1) if line.strip()]
    if not pairs:
        raise UserError(f"{path} holds no pairs; write a command, a tab and its actions a line")
    return tuple(pairs)


def _parse(line: str, where: str) -> Pair:
    command, tab, actions = line.partition("\t")
    pair = Pair(tuple(command.split()), tuple(actions.split())) if tab else parse_pair(line)
    if "\t" in actions or not pair.command or not pair.actions:
        raise UserError(f"{where} is no pair; write a command, a tab and its actions")
    return pair
