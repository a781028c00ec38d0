"""What a run folder records of its corpus: its place, which files of it, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charlm.runs.files import CONFIG, read_json
from corpora.errors import UserError
from corpora.known.folders import ONCE, is_folder
from corpora.text.decoding import Decoding

FROM_PYTHON = "<python>"
"""What is recorded as the place of data that a Python program gave. No file is meant by it."""

PLACE = frozenset({"spec", "path"})
"""Fields of the record. They may differ when a run is resumed: the data is known by its sum."""


def record_place(spec: str) -> dict[str, Any]:
    """Return what a run folder records of the place of its corpus: as it was named, and where.

    Args:
        spec: file, folder or name; - for standard input.
    """
    there = spec not in ("-", FROM_PYTHON) and _exists(spec)
    return {"spec": spec, **({"path": str(Path(spec).resolve())} if there else {})}


def _exists(path: str) -> bool:
    """Return whether there is a file or folder; nothing lies where no name can be."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


def find_again(source: Mapping[str, Any]) -> str:
    """Return where a corpus is now: as it was named, or where it was when the run began.

    Args:
        source: what `record_place` returned, perhaps with other fields.

    Raises:
        UserError: the data came from a Python program, and lies nowhere.
    """
    check_lies_somewhere(source["spec"])
    return recall_place(source)


def recall_place(source: Mapping[str, Any]) -> str:
    """Return where a corpus is now, as `find_again` does; `FROM_PYTHON` for data of a program."""
    spec, path = source["spec"], source.get("path")
    if spec == FROM_PYTHON:
        return FROM_PYTHON
    if not _exists(spec) and isinstance(path, str) and _exists(path):
        return path
    return str(spec)


def record_decoding(decoding: Decoding) -> dict[str, Any]:
    """Return what a run folder records of a decoding: what is usual is left out, as it once was."""
    record = {"encoding": decoding.encoding}
    if decoding.errors != "strict":
        record["errors"] = decoding.errors
    if decoding.form is not None:
        record["normalize"] = decoding.form
    return record


def recorded_decoding(source: Mapping[str, Any]) -> Decoding:
    """Return the decoding that `record_decoding` recorded.

    Raises:
        KeyError: there is none.
        UserError: it cannot be.
    """
    return Decoding(source["encoding"], source.get("errors", "strict"), source.get("normalize"))


def recorded_suffixes(source: Mapping[str, Any], corpus: str) -> tuple[str, ...] | None:
    """Return the ends of names by which a run chose the files of its folder.

    Args:
        source: the record of the corpus.
        corpus: where it is now.

    Returns:
        None if it took all texts, or if the corpus is no folder now.

    Raises:
        TypeError: the record is damaged.
    """
    found = source.get("suffixes", list(ONCE))
    if found is None or not is_folder(corpus):
        return None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError("suffixes are a list of strings")
    return tuple(found)


def read_choice(run: Path, corpus: str) -> tuple[Decoding, tuple[str, ...] | None] | None:
    """Return how a run read its folder of texts: the decoding, and the suffixes of the files.

    Args:
        run: a run folder; anything else has recorded nothing.
        corpus: the folder that is to be read.

    Returns:
        None unless the run was trained on that folder.
    """
    if not is_folder(corpus) or not (run / CONFIG).is_file():
        return None
    try:
        source = read_json(run / CONFIG)["corpus"]
        if Path(source["path"]) != Path(corpus).resolve():
            return None
        return recorded_decoding(source), recorded_suffixes(source, corpus)
    except (UserError, OSError, KeyError, TypeError):  # no text, or what the model's reader says
        return None


def check_lies_somewhere(spec: object) -> None:
    """Raise `UserError` if a record says that its data came from a Python program."""
    if spec == FROM_PYTHON:
        raise UserError(
            "the data of this run came from Python: give it again, to the function that began the "
            "run with resume=RUN, or to the command as a file that holds the same"
        )
