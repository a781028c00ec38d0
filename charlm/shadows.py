"""What `python -m` says where a file of the user has the name of a package of ours.

`python -m` looks in the working folder first. A file `corpora.py` there hides the package
`corpora`, and every program of ours would end in a traceback. So the three packages that are
programs load this file first when they are run that way. It imports nothing of ours: it may be
hidden.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

PACKAGES = ("corpora", "charlm", "seq", "tui")


def find_shadow(root: Path) -> tuple[str, Path] | None:
    """Return a package of ours that something else hides, and the file that hides it.

    Args:
        root: folder in which our packages lie.
    """
    for name in PACKAGES:
        found = PathFinder.find_spec(name)
        if found is None or found.origin is None:
            continue
        file = Path(found.origin)
        if file.name != "__init__.py" or file.resolve().parent != (root / name).resolve():
            return name, file
    return None


def refuse_shadows(root: Path) -> None:
    """End the program with one line if something hides a package of ours; see `find_shadow`."""
    if (shadow := find_shadow(root)) is not None:
        name, file = shadow
        shown = str(file).encode("unicode_escape").decode("ascii")
        sys.stderr.write(
            f"charlm: {shown} hides the package {name} of charlm: rename it, start from another "
            "folder, or use the command charlm, which does not look there\n"
        )
        sys.exit(2)


if __name__ == "__main__":
    refuse_shadows(Path(__file__).resolve().parents[1])
