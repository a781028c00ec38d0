"""Models of the Hugging Face hub, by the name `hf:user/name[@revision]`. No torch here.

Only the files of a model are fetched: configuration, vocabulary, weights and model card, each of a
bounded size. They are kept in the cache, in a folder for each commit, as regular files: from there
they are read like any folder of a stranger. Nothing that is fetched is executed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from charlm.runs.files import CONFIG, MODEL, VOCABULARY, check_regular, read_json, write_json
from charlm.runs.hub_client import Unreachable, connect
from corpora.atomic import make_folder, sync_folder
from corpora.errors import UserError, os_error
from corpora.hub import PATIENCE
from corpora.notice import tell
from corpora.places import CACHE_ADVICE, cache_dir
from corpora.temporary import Freed, open_download_folder

PREFIX = "hf:"
CARD = "README.md"
"""The model card."""
NEEDED = (CONFIG, VOCABULARY, MODEL)
LARGEST = {CONFIG: 1 << 20, VOCABULARY: 64 << 20, MODEL: 4 << 30, CARD: 1 << 20}
"""Most bytes of each file that is fetched; there are no others."""
ORIGIN = "origin.json"
"""Beside the files of a commit: where they come from, and the sha256 of the weights."""
REVISIONS = "revisions.json"
"""Beside the commits of a model: which of them a branch or a tag was, when it was last asked."""

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_REVISION = r"[A-Za-z0-9][A-Za-z0-9_./-]{0,99}"
_NAME = re.compile(rf"(?P<repo>{_PART}/{_PART})(?:@(?P<revision>{_REVISION}))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")

_found: dict[tuple[str, ...], Path] = {}
"""What names meant in this process: one command that reads a model twice reads the same one."""


@dataclass(frozen=True)
class HubName:
    """The name of a model on the hub."""

    repo: str
    """User and name, with a slash between."""
    revision: str = "main"
    """Branch, tag or commit."""

    @classmethod
    def parse(cls, name: str) -> Self:
        """Return the parts of `hf:user/name[@revision]`.

        Raises:
            UserError: it has another form.
        """
        found = _NAME.fullmatch(name.removeprefix(PREFIX))
        if found is None or ".." in name or "--" in found["repo"]:
            raise UserError(f"{name} does not name a model of the hub: hf:user/name[@revision]")
        return cls(found["repo"], found["revision"] or "main")

    def __str__(self) -> str:
        """Return the name as one types it."""
        return f"{PREFIX}{self.repo}" + (f"@{self.revision}" if self.revision != "main" else "")

    @property
    def folder(self) -> Path:
        """Where the cache keeps its commits."""
        return _root() / self.repo


def _root() -> Path:
    return cache_dir() / "hub"


def is_hub_name(name: str) -> bool:
    """Return whether `name` is meant for the hub."""
    return name.startswith(PREFIX)


def fetch(name: str) -> Path:
    """Return the folder of a model of the hub, which is fetched unless the cache has that commit.

    The hub is asked once in a process which commit a branch is. Where it does not answer, the
    commit is taken that it was when it was last asked.

    Args:
        name: hf:user/name[@revision].

    Raises:
        UserError: the name is wrong, there is no such model or it is none of charlm, or it is
            neither in the cache nor to be had.
    """
    wanted = HubName.parse(name)
    key = _key(wanted)
    if key not in _found or not _is_complete(_found[key]):
        _found[key] = _find(wanted)
    return _found[key]


def remove_fetched() -> Freed:
    """Remove the models in the cache, all of them; return how many commits of models there were.

    Raises:
        UserError: the system refuses.
    """
    folders = [one.parent for one in _root().glob(f"*/*/*/{ORIGIN}")]
    sizes = [one.stat().st_size for one in _root().rglob("*") if one.is_file()]
    try:
        if _root().exists():
            shutil.rmtree(_root())
    except OSError as error:
        raise os_error(error, _root(), "remove") from error
    _found.clear()
    return Freed(len(folders), sum(sizes))


def forget(repo: str) -> None:
    """Ask the hub again what the names of `repo` mean: something was pushed to it."""
    for key in [key for key in _found if key[2] == repo]:
        del _found[key]


def _key(wanted: HubName) -> tuple[str, ...]:
    return str(_root()), os.environ.get("HF_ENDPOINT", ""), wanted.repo, wanted.revision


def _is_complete(folder: Path) -> bool:
    return (folder / ORIGIN).exists()


def _find(wanted: HubName) -> Path:
    kept = wanted.folder / wanted.revision
    if _COMMIT.fullmatch(wanted.revision) and _is_complete(kept):
        return kept
    try:
        with connect(str(wanted)) as api:
            info = api.model_info(
                wanted.repo, revision=wanted.revision, files_metadata=True, timeout=PATIENCE
            )
            commit = str(info.sha)
            if not _COMMIT.fullmatch(commit):
                raise UserError(f"the hub does not say which commit {wanted} is")
            folder = wanted.folder / commit
            if not _is_complete(folder):
                _download(api, wanted, info, folder)
    except Unreachable as error:
        return _find_kept(wanted, error)
    except OSError as error:
        raise os_error(error, error.filename or wanted.folder, "write", CACHE_ADVICE) from error
    known = _read_revisions(wanted)
    if known.get(wanted.revision) != commit:
        write_json(wanted.folder / REVISIONS, {**known, wanted.revision: commit})
    return folder


def _find_kept(wanted: HubName, error: Unreachable) -> Path:
    """Return the folder that the cache has of a model, where the hub does not answer."""
    commit = str(_read_revisions(wanted).get(wanted.revision))
    if _COMMIT.fullmatch(commit) and _is_complete(wanted.folder / commit):
        tell(f"{error}; {wanted} is the copy of commit {commit[:12]} that was fetched before")
        return wanted.folder / commit
    raise UserError(
        f"{wanted} cannot be fetched: {error}; connect to the network, or name a model that is here"
    ) from error


def _read_revisions(wanted: HubName) -> Mapping[str, Any]:
    path = wanted.folder / REVISIONS
    known = read_json(path) if path.exists() else {}
    return known if isinstance(known, dict) else {}


def _download(api: Any, wanted: HubName, info: Any, folder: Path) -> None:
    """Fetch the files of a commit into `folder`, all or nothing."""
    files = {file.rfilename: file for file in info.siblings or ()}
    for name in NEEDED:
        if name not in files:
            raise UserError(f"{wanted} is no model of charlm: it has no {name}")
    chosen = {name: files[name] for name in LARGEST if name in files}
    for name, file in chosen.items():
        if type(file.size) is not int or file.size > LARGEST[name]:
            raise UserError(
                f"{wanted} is not fetched: its {name} has {file.size} bytes, "
                f"and charlm reads at most {LARGEST[name]:,}"
            )
    total = sum(file.size for file in chosen.values())
    tell(f"fetching {wanted}, commit {info.sha[:12]}: {total / 1e6:.1f} MB")
    make_folder(folder.parent)
    with open_download_folder(folder.parent) as temporary:
        made = temporary / "model"
        made.mkdir()
        for name, file in chosen.items():
            there = api.hf_hub_download(
                wanted.repo, name, revision=info.sha, local_dir=temporary / "fetched"
            )
            _take(Path(there), made / name, file, f"{name} of {wanted}")
        digest = hash_file(made / MODEL)
        write_json(
            made / ORIGIN,
            {"hub": wanted.repo, "revision": wanted.revision, "commit": info.sha, "sha256": digest},
        )
        if not _is_complete(folder):  # another process may have fetched it meanwhile
            made.replace(folder)
            sync_folder(folder.parent)
    tell(f"{MODEL} of {wanted} has sha256 {digest}")


def _take(there: Path, here: Path, file: Any, what: str) -> None:
    """Move a file that was fetched, after checking that it is what the hub announced."""
    check_regular(there)
    announced = getattr(file.lfs, "sha256", None)
    whole = there.stat().st_size == file.size
    if not whole or (announced is not None and hash_file(there) != announced):
        raise UserError(f"{what} did not arrive whole; try again")
    there.replace(here)


def hash_file(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_origin(folder: Path) -> dict[str, Any] | None:
    """Return what was recorded when a folder was fetched; None if it is not of the hub's cache."""
    inside = folder.parts[: -len(("user", "name", "commit"))] == _root().parts
    return dict(read_json(folder / ORIGIN)) if inside and _is_complete(folder) else None


def pin(name: str | None) -> str | None:
    """Return a name that means the same for ever: a hub's name gets the commit that it has now.

    Raises:
        UserError: the model is not to be had.
    """
    if name is None or not is_hub_name(name):
        return name
    return f"{PREFIX}{HubName.parse(name).repo}@{fetch(name).name}"


def show_name(folder: Path) -> str | None:
    """Return the name of a model in the hub's cache, with its commit cut short, else None."""
    origin = find_origin(folder)
    return f"{PREFIX}{origin['hub']}@{folder.name[:12]}" if origin else None
