from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import CONFIG, VOCABULARY, random_weights, write_run, write_signed

import charlm
from charlm import language_model
from charlm.generation.sampling import Sampling
from charlm.runs import registry
from charlm.runs.files import MODEL
from corpora.errors import UserError
from corpora.text.vocabulary import UnknownSymbol


@pytest.fixture
def shipping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped models with one called "island" in it."""
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / package)
    write_run(tmp_path / "charlm" / "island")
    return tmp_path / "charlm"


def written(name: str) -> str:
    return language_model.load(name).generate("abc", length=40, seed=1)


def test_a_model_is_the_same_however_it_is_named(run: Path, shipping: Path) -> None:
    (run / MODEL).rename(run.parent / "alone.safetensors")
    write_run(run.parent / "again")
    names = ["runs/again", str(run.parent / "again"), "runs/again/", f"runs/again/{MODEL}"]
    texts = {written(name) for name in [*names, "runs/alone.safetensors", "island"]}
    assert len(texts) == 1


@pytest.mark.parametrize("name", ["plain", "with.a.dot", "lr0.01"])
def test_a_model_is_called_as_its_folder_or_file(run: Path, name: str) -> None:
    write_run(run.parent / name)
    assert language_model.load(f"runs/{name}").name == name
    write_signed(run.parent / f"{name}.safetensors")
    assert language_model.load(f"runs/{name}.safetensors").name == name


def test_a_loaded_model_is_what_was_saved(run: Path) -> None:
    model = language_model.load(str(run))
    assert (model.config, model.vocabulary) == (CONFIG, VOCABULARY)


def test_a_path_that_exists_is_read_whatever_ships(run: Path, shipping: Path) -> None:
    write_run(Path("island"), random_weights(seed=9))
    assert registry.find("island") == Path("island")
    assert written("island") != written("runs/tiny")


def test_shipped_models_and_runs_are_found_by_what_they_hold(run: Path, shipping: Path) -> None:
    (shipping / "unfinished").mkdir()
    (shipping / "a file").write_text("")
    (run.parent / "no run").mkdir()
    (run.parent / "a file").write_text("")
    write_run(run.parent / "second")
    (run.parent / "second" / MODEL).unlink()
    assert registry.shipped() == {"island": shipping / "island"}
    assert list(registry.runs()) == ["runs/second", "runs/tiny"]
    assert registry.runs(Path("nowhere")) == {}
    assert registry.runs(run / MODEL) == {}


def test_an_unknown_name_lists_what_there_is(run: Path, shipping: Path) -> None:
    with pytest.raises(UserError, match=r"no model 'nowhere'; known are: island, runs/tiny"):
        language_model.load("nowhere")
    with pytest.raises(UserError, match=r"known are: island"):
        registry.find(str(run / "nowhere"))


def test_without_any_model_the_error_still_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / package)
    with pytest.raises(UserError, match="known are: none"):
        language_model.load()


def test_a_run_before_its_first_evaluation_says_what_it_waits_for(run: Path) -> None:
    (run / MODEL).unlink()
    with pytest.raises(UserError, match="first evaluation is still to come"):
        language_model.load(str(run))


def test_generate_is_what_stream_yields(run: Path) -> None:
    model = language_model.load(str(run))
    about = {"temperature": 1.3, "top_k": 5, "top_p": 0.9}
    tokens = model.stream("abc", length=80, seed=3, stop=["ff"], sampling=Sampling(**about))
    assert model.generate("abc", length=80, seed=3, stop=["ff"], **about) == "".join(
        token.character for token in tokens
    )


def test_a_model_writes_and_reads_its_own_vocabulary_only(run: Path) -> None:
    model = language_model.load(str(run))
    assert set(model.generate(length=500, temperature=2, seed=1)) == set(VOCABULARY.symbols)
    for ask in (lambda: model.generate("abx"), lambda: list(model.score("abx"))):
        with pytest.raises(UnknownSymbol, match="position 2"):
            ask()


def test_the_package_offers_loading_without_paying_for_it(run: Path) -> None:
    assert charlm.load(str(run)).generate("abc", length=40, seed=1) == written(str(run))
    assert charlm.LanguageModel is language_model.LanguageModel
    with pytest.raises(AttributeError, match="lode"):
        charlm.lode  # noqa: B018
    program = "import sys, charlm; print(*{'numpy', 'charlm.language_model'} & set(sys.modules))"
    root = Path(language_model.__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == []
