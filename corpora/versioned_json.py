"""JSON objects that say what they are: a format's name and its version beside the content."""

from __future__ import annotations

import json
from typing import Any

from corpora.errors import UserError


def read_marked(text: str, mark: str, version: int, what: str) -> dict[str, Any]:
    """Read a JSON object with `"format": mark` and `"version": version` in it.

    Raises:
        UserError: `text` is anything else, and so no `what`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"not {what}: it is not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != mark:
        raise UserError(f'not {what}: the mark "format": "{mark}" is missing')
    its = found.get("version")
    if type(its) is not int or its != version:
        raise UserError(f"{what} of version {its!r}; this program reads {version}")
    return found
