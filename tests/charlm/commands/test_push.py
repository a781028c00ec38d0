"""`charlm push` to a hub on the loopback, and from there back into a fresh cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hub_server import TOKEN, Hub, Refused
from tiny_models import log_loss, write_run

import charlm as library
from charlm.runs.files import CONFIG, MODEL, VOCABULARY
from charlm.runs.hub import CARD

Refusal = Callable[..., str]

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def logged_in(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)


@pytest.mark.usefixtures("logged_in")
def test_what_is_pushed_is_what_export_writes_and_comes_back_equal(
    charlm: Any, hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = json.loads(charlm("push", "runs/tiny", "anna/tiny", "--json").out)
    commit, files = hub.find("anna/tiny")
    assert set(files) == {".gitattributes", CONFIG, VOCABULARY, MODEL, CARD}
    assert (told["commit"], told["model"]) == (commit, f"hf:anna/tiny@{commit}")
    charlm("export", "runs/tiny", "out/tiny")
    for name in (CONFIG, VOCABULARY, MODEL):
        assert (Path("out/tiny") / name).read_bytes() == files[name]

    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "another"))
    pulled, exported = library.load("hf:anna/tiny"), library.load("out/tiny")
    text = exported.generate("abc", length=80, seed=5)
    assert pulled.generate("abc", length=80, seed=5) == text
    assert [one.surprisal for one in pulled.score(text)] == [
        one.surprisal for one in exported.score(text)
    ]
    assert not hub.private


@pytest.mark.usefixtures("logged_in")
def test_a_second_push_is_a_new_commit_and_the_name_follows_it(
    charlm: Any, hub: Hub, tmp_path: Path
) -> None:
    first = json.loads(charlm("push", "runs/tiny", "anna/tiny", "--private", "--json").out)
    assert hub.private == {"anna/tiny"}
    library.load("hf:anna/tiny")
    log_loss(Path("runs/tiny"), 1.25)
    second = json.loads(charlm("push", "runs/tiny", "hf:anna/tiny", "--json").out)
    assert second["commit"] != first["commit"]
    assert second["sha256"] == first["sha256"]
    assert library.load("hf:anna/tiny").name.endswith(second["commit"][:12])
    assert b"1.2500 nats" in hub.find("anna/tiny")[1][CARD]


def test_without_a_token_nothing_is_sent(refused: Refusal, hub: Hub) -> None:
    assert "needs a token of the hub" in refused("push", "runs/tiny", "anna/tiny")
    assert "no model 'nowhere'" in refused("push", "nowhere", "anna/tiny")
    assert "does not name a model" in refused("push", "runs/tiny", "tiny")
    assert "without one" in refused("push", "runs/tiny", "anna/tiny@v1")
    assert hub.requests == []


def test_a_token_that_the_hub_does_not_know_is_one_line(
    refused: Refusal, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody")
    said = refused("push", "runs/tiny", "anna/tiny")
    assert "(401); log in" in said
    assert "hf_of_somebody" not in said


@pytest.mark.usefixtures("logged_in")
@pytest.mark.parametrize(("status", "said"), [(403, "does not let you"), (422, "refuses")])
def test_a_push_that_is_refused_is_one_line(
    refused: Refusal, hub: Hub, status: int, said: str
) -> None:
    hub.fail = Refused(status)
    assert said in refused("push", "runs/tiny", "anna/tiny")


PLACES = {
    "preset": None,
    "init_from": "/home/anna/secret/start",
    "vectors": "C:\\Users\\anna\\vectors.txt",
    "training": {"epochs": 3},
    "corpus": {
        "spec": "../secret/diary.txt",
        "path": "/home/anna/secret/diary.txt",
        "held": ["/home/anna/a.txt", {"path": "/home/anna", "more": "secret/b.txt"}],
        "sha256": "0123abcd",
        "characters": 4321,
    },
}


def test_no_place_of_this_machine_is_published(charlm: Any) -> None:
    write_run(Path("runs/placed"), **PLACES)
    assert charlm("export", "runs/placed", "out").code == 0
    for path in Path("out").iterdir():
        data = path.read_bytes()
        for place in (b"anna", b"secret", b"home", str(Path.cwd()).encode()):
            assert place not in data, path
    card = Path("out", CARD).read_text()
    for fact in ("diary.txt", "0123abcd", "4321", '"epochs": 3', "start"):
        assert fact in card, fact


def test_a_known_corpus_keeps_the_name_by_which_all_have_it(charlm: Any) -> None:
    write_run(Path("runs/known"), corpus={"spec": "corpora/war_and_peace.txt", "sha256": "00"})
    charlm("export", "runs/known", "out")
    assert json.loads(Path("out/config.json").read_text())["corpus"]["spec"] == "war_and_peace"
    assert "charlm evaluate out war_and_peace --split validation" in Path("out", CARD).read_text()


def test_the_metadata_of_a_card_is_what_the_hub_reads(charlm: Any) -> None:
    from huggingface_hub import ModelCard

    log_loss(Path("runs/tiny"), 1.5)
    charlm("export", "runs/tiny", "out", "--license", "cc-by-4.0")
    card = ModelCard.load("out/README.md")
    about = card.data.to_dict()
    assert about["library_name"] == "charlm"
    assert about["pipeline_tag"] == "text-generation"
    assert about["license"] == "cc-by-4.0"
    (result,) = card.data.eval_results
    assert (result.metric_value, result.dataset_split) == (1.5, "validation")
    for heading in ("for", "not for", "Data", "Recipe", "Figures", "Licence"):
        assert heading in card.text


def test_names_in_a_card_are_text(charlm: Any) -> None:
    evil = 'x"\n---\n# <script>alert(1)</script> | [a](http://b)'
    write_run(Path("runs/evil"), corpus={"spec": evil, "sha256": "00"})
    charlm("export", "runs/evil", "out")
    card = Path("out", CARD).read_text()
    assert "<script>" not in card
    assert card.count("\n---\n") == 1


PROGRAM = """
import charlm, sys
model = charlm.load(sys.argv[1])
print(model.name, repr(model.generate("abc", length=40, seed=2)))
"""


@pytest.mark.long
def test_push_pull_and_offline_by_programs(hub: Hub, tmp_path: Path) -> None:
    root = Path(library.__file__).resolve().parents[1]
    about = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HF_")},
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(root),
    }

    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], env=about | more, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    pushed = call("-m", "charlm", "push", "runs/tiny", "anna/tiny", HF_TOKEN=TOKEN)
    assert (pushed.returncode, pushed.stderr) == (0, "")
    commit = hub.find("anna/tiny")[0]
    assert pushed.stdout.startswith(f"pushed hf:anna/tiny@{commit}\n")
    first = call("-c", PROGRAM, "hf:anna/tiny", CHARLM_CACHE=str(tmp_path / "fresh"))
    assert first.returncode == 0, first.stderr
    hub.close()
    hub.close = lambda: None  # type: ignore[method-assign]
    again = call("-c", PROGRAM, "hf:anna/tiny", CHARLM_CACHE=str(tmp_path / "fresh"))
    assert (again.stdout, again.stderr) == (first.stdout, "")
    shown = call("-m", "charlm", "info", "hf:anna/tiny", CHARLM_CACHE=str(tmp_path / "fresh"))
    assert "that was fetched before" in shown.stderr
    none = call("-m", "charlm", "info", "hf:anna/tiny", CHARLM_CACHE=str(tmp_path / "empty"))
    assert none.returncode == 2
    assert none.stderr.count("\n") == 1
    assert "connect to the network" in none.stderr
