"""JSON objects that hold the name and the version of their format."""

from __future__ import annotations

import json
from typing import Any

from corpora.errors import UserError


def parse_versioned(
    text: str, mark: str, version: int | tuple[int, ...], what: str
) -> dict[str, Any]:
    """Parse a JSON object that holds `"format": mark` and `"version": version`.

    Args:
        text: the JSON.
        mark: the name of the format.
        version: the version of the format, or those that can be read.
        what: what the object is, for the error message.

    Raises:
        UserError: `text` is anything else.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"not {what}: it is not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != mark:
        raise UserError(f'not {what}: the mark "format": "{mark}" is missing')
    its = found.get("version")
    known = version if isinstance(version, tuple) else (version,)
    if type(its) is not int or its not in known:
        read = " and ".join(map(str, known))
        raise UserError(f"{what} of version {its!r}; this program reads {read}")
    return found
