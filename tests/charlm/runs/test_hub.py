"""Models by the name hf:user/name: fetched whole, kept, checked, and refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hub_server import Hub, Refused
from tiny_models import random_weights, write_run

import charlm as library
from charlm.runs import hub as hub_names
from charlm.runs.files import CONFIG, MODEL, VOCABULARY
from charlm.runs.hub import CARD, LARGEST, ORIGIN, HubName, fetch, pin
from charlm.runs.registry import find, model_name
from corpora.errors import UserError
from corpora.notice import telling

Refusal = Callable[..., str]
NAME = "hf:anna/tiny"


@pytest.fixture
def files(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in (CONFIG, VOCABULARY, MODEL)}


def next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what names meant, as a new process does."""
    monkeypatch.setattr(hub_names, "_found", {})


def test_only_the_files_of_a_model_are_fetched(hub: Hub, files: dict[str, bytes]) -> None:
    others = {"pytorch_model.bin": b"bomb", "train.py": b"print()", "a/config.json": b"{}"}
    commit = hub.commit("anna/tiny", {**files, **others, CARD: b"# tiny"})
    folder = find(NAME)
    assert {path.name for path in folder.iterdir()} == {*files, CARD, ORIGIN}
    assert all((folder / name).read_bytes() == data for name, data in files.items())
    assert not [path for path in folder.iterdir() if path.is_symlink()]
    assert json.loads((folder / ORIGIN).read_text())["commit"] == commit
    assert not [line for line in hub.requests if "pytorch" in line or "train.py" in line]
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [commit]


def test_the_model_is_equal_to_the_bit_and_is_named_by_its_commit(
    hub: Hub, files: dict[str, bytes]
) -> None:
    commit = hub.commit("anna/tiny", files)
    model = library.load(NAME)
    assert model.name == f"{NAME}@{commit[:12]}" == model_name(find(NAME))
    there = library.load("runs/tiny")
    assert model.generate("abc", length=50, seed=3) == there.generate("abc", length=50, seed=3)
    assert pin(NAME) == f"{NAME}@{commit}"
    assert pin("runs/tiny") == "runs/tiny"


def test_a_branch_that_moves_is_followed_and_a_commit_stays(
    hub: Hub, files: dict[str, bytes], run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hub.commit("anna/tiny", files)
    old = fetch(NAME)
    write_run(Path("runs/new"), random_weights(seed=1))
    second = hub.commit("anna/tiny", {MODEL: (Path("runs/new") / MODEL).read_bytes()})
    assert fetch(NAME) == old  # within a process a name means one model
    next_process(monkeypatch)
    assert fetch(NAME).name == second
    asked = len(hub.requests)
    assert fetch(f"{NAME}@{first}") == old
    assert len(hub.requests) == asked  # the cache has that commit


def test_offline_it_is_what_it_was_and_that_is_said(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.commit("anna/tiny", files)
    kept = fetch(NAME)
    hub.close()
    monkeypatch.setattr(hub, "close", lambda: None)
    next_process(monkeypatch)
    told: list[str] = []
    with telling(told.append):
        assert fetch(NAME) == kept
    (line,) = told
    assert f"the copy of commit {kept.name[:12]}" in line
    with pytest.raises(UserError, match="cannot be fetched: the hub does not answer"):
        fetch("hf:anna/other")


def test_what_is_fetched_is_told_with_its_digest(hub: Hub, files: dict[str, bytes]) -> None:
    import hashlib

    commit = hub.commit("anna/tiny", files)
    told: list[str] = []
    with telling(told.append):
        fetch(NAME)
        fetch(NAME)
    assert [line.partition(" ")[0] for line in told] == ["fetching", MODEL]
    assert commit[:12] in told[0]
    assert told[1].endswith(hashlib.sha256(files[MODEL]).hexdigest())


@pytest.mark.parametrize(
    "name",
    ["hf:", "hf:tiny", "hf:a/b/c", "hf:../x", "hf:a/..", "hf:a/b@", "hf:a/b@../x", "hf:a/b c",
     "hf:a/b@" + "x" * 101, "hf:a--b/c", "hf:é/b", "hf:a/b\n"],
)  # fmt: skip
def test_names_of_another_form_never_reach_the_hub(name: str) -> None:
    with pytest.raises(UserError, match="does not name a model of the hub"):
        HubName.parse(name)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, "RepoNotFound", "or it is private"),
        (401, "RepoNotFound", "or it is private"),
        (401, "", "log in"),
        (403, "GatedRepo", "ask on its page"),
        (404, "RevisionNotFound", "no such revision"),
        (418, "", "refuses"),
        (503, "", "cannot be fetched: the hub does not answer"),
    ],
)
def test_a_hub_that_refuses_is_one_line(
    hub: Hub, refused: Refusal, status: int, code: str, said: str
) -> None:
    hub.fail = Refused(status, code)
    assert said in refused("info", NAME)


def test_a_repository_without_a_model_is_one_line(
    hub: Hub, refused: Refusal, files: dict[str, bytes]
) -> None:
    hub.commit("anna/tiny", {CONFIG: files[CONFIG], "pytorch_model.bin": b"x"})
    assert f"no model of charlm: it has no {VOCABULARY}" in refused("generate", NAME)


@pytest.mark.parametrize("name", [CONFIG, VOCABULARY, MODEL, CARD])
def test_what_is_too_large_is_not_even_asked_for(
    hub: Hub, files: dict[str, bytes], name: str
) -> None:
    hub.commit("anna/tiny", {**files, CARD: b"#"})
    hub.announce = lambda file, size: LARGEST[name] + 1 if file == name else size
    with pytest.raises(UserError, match=f"its {name} has .* at most"):
        fetch(NAME)
    assert not [line for line in hub.requests if "resolve" in line]


@pytest.mark.parametrize(
    "harm",
    [pytest.param("cut", marks=pytest.mark.long), "other"],  # the client tries five times
)
def test_a_download_that_breaks_off_or_is_another_leaves_nothing(
    hub: Hub, files: dict[str, bytes], harm: str
) -> None:
    hub.commit("anna/tiny", files)
    instead: dict[str, Callable[[bytes], bytes]] = {
        "cut": lambda data: data[: len(data) // 2],
        "other": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    }
    hub.send = lambda name, data: instead[harm](data) if name == MODEL else data
    with pytest.raises(UserError):
        fetch(NAME)
    kept = hub_names.HubName.parse(NAME).folder
    assert not [path for path in kept.rglob("*") if path.is_file()]
    hub.send = lambda name, data: data
    assert (fetch(NAME) / MODEL).read_bytes() == files[MODEL]


def test_what_is_fetched_is_checked_like_any_file_of_a_stranger(
    hub: Hub, refused: Refusal, files: dict[str, bytes]
) -> None:
    config = json.loads(files[CONFIG]) | {"kind": "bomb"}
    hub.commit("anna/tiny", {**files, CONFIG: json.dumps(config).encode()})
    hub.commit("anna/other", {**files, MODEL: b"\x80\x04pickle"})
    for name in (NAME, "hf:anna/other"):
        fetch(name)
    assert "does not belong to" in refused("generate", NAME)
    assert "is not a model file" in refused("generate", "hf:anna/other")


def test_a_commit_that_is_a_path_is_refused(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.commit("anna/tiny", files)
    about: Callable[..., dict[str, Any]] = hub.about
    monkeypatch.setattr(hub, "about", lambda *of: {**about(*of), "sha": "../../escaped"})
    with pytest.raises(UserError, match="does not say which commit"):
        fetch(NAME)


def test_info_shows_where_it_is_from(charlm: Any, hub: Hub, files: dict[str, bytes]) -> None:
    commit = hub.commit("anna/tiny", files)
    ended = charlm("info", NAME, "--json")
    assert json.loads(ended.out)["hub"]["commit"] == commit
    assert "hub" not in json.loads(charlm("info", "runs/tiny", "--json").out)
    shown = charlm("info", NAME).out
    assert commit in shown
    assert json.loads(ended.out)["hub"]["sha256"] in shown


def test_the_cache_can_be_emptied(hub: Hub, files: dict[str, bytes], charlm: Any) -> None:
    hub.commit("anna/tiny", files)
    folder = find(NAME)
    assert "models" not in json.loads(charlm("corpora", "clean", "--json").out)
    assert folder.is_dir()
    size = sum(path.stat().st_size for path in folder.parents[2].rglob("*") if path.is_file())
    freed = json.loads(charlm("corpora", "clean", "--hub", "--json").out)["models"]
    assert freed == {"count": 1, "bytes": size}
    assert not folder.exists()
    assert find(NAME) == folder  # fetched again
    assert "removed 1 model (" in charlm("corpora", "clean", "--hub").out
