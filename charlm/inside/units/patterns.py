"""Features that a user makes of a regular expression."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np

from charlm.inside.units import pattern_matching
from charlm.inside.units.features import Feature, Values
from corpora.errors import UserError

LONGEST = 1000
"""Characters of a regular expression, at most."""
TIME_LIMIT = 20.0
"""Seconds that a regular expression may take for a text."""
NAMED = re.compile(r"([A-Za-z][\w -]{0,19})=(.+)", re.DOTALL)


def make_pattern(asked: str) -> Feature:
    r"""Return a feature that is yes where a match of a regular expression covers the character.

    It is written REGEX or NAME=REGEX, in the language of Python's `re`; ^ and $ match at the start
    and the end of lines. A match may depend on what comes after a character, which the model has
    not read yet: `(?<=[.] )[A-Z]` can be followed, `th(?=e)` only guessed.

    Args:
        asked: the expression, with or without a name.

    Raises:
        UserError: it is empty, too long, or no regular expression.
    """
    match = NAMED.fullmatch(asked)
    name, pattern = (match[1].strip(), match[2]) if match else (asked[:20], asked)
    if not pattern or len(pattern) > LONGEST:
        raise UserError(f"a pattern must have 1 to {LONGEST:,} characters")
    find_matches(pattern, "")  # says now, and not after long work, whether it is one
    about = f"in a match of {pattern}"
    return Feature(name, about, False, partial(find_matches, pattern))


def find_matches(pattern: str, text: str, *, seconds: float = TIME_LIMIT) -> Values:
    """Return 1 where a match of a pattern covers the character, and 0 elsewhere, (T,).

    Some patterns, such as (a+)+b, take longer than anybody waits. A process of its own searches,
    and is ended after the time limit: Python's `re` knows no limit.

    Args:
        pattern: the regular expression.
        text: the text to search, T characters.
        seconds: the time limit.

    Raises:
        UserError: it is no regular expression, or takes too long.
    """
    command = [sys.executable, "-I", str(Path(pattern_matching.__file__))]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps({"pattern": pattern, "text": text}),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
        answer = json.loads(ended.stdout)
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"the pattern {pattern} takes more than {seconds:g} seconds for "
            f"{len(text):,} characters; write one that tries fewer ways, without one repetition "
            "inside another"
        ) from error
    except (subprocess.CalledProcessError, ValueError) as error:
        raise UserError(f"the pattern {pattern} cannot be searched for") from error
    if "error" in answer:
        raise UserError(f"{pattern} is no regular expression: {answer['error']}")
    steps = np.zeros(len(text) + 1, np.int64)
    spans = np.array(answer["spans"], np.int64).reshape(-1, 2)
    np.add.at(steps, spans[:, 0], 1)
    np.add.at(steps, spans[:, 1], -1)
    return np.cumsum(steps[:-1])
