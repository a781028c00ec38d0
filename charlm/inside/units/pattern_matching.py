"""Find what a regular expression matches: a program of its own, which can be ended at any time.

It reads {"pattern", "text"} as JSON from standard input, and writes {"spans"} or {"error"}. Nothing
but the standard library is imported, so that it starts in a few hundredths of a second.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any


def main() -> None:
    """Read the request from standard input, and write the answer to standard output."""
    asked = json.load(sys.stdin)
    try:
        pattern = re.compile(asked["pattern"], re.MULTILINE)
        answer: dict[str, Any] = {
            "spans": [match.span() for match in pattern.finditer(asked["text"])]
        }
    except (re.error, RecursionError, OverflowError, MemoryError) as error:
        answer = {"error": str(error) or type(error).__name__}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
