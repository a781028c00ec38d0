"""Files of strangers in the place of a model: refused, and never executed."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ml_dtypes  # noqa: F401  (it registers bfloat16 with NumPy, as a user's program may)
import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from tiny_models import CONFIG, VOCABULARY, random_weights, write_run, write_signed
from whole_runs import PARTS, everything

from charlm import language_model
from charlm.runs.files import LAST, MODEL, read_json, write_json
from charlm.runs.registry import CHARACTERS
from charlm.runs.run_folder import RunFolder
from charlm.runs.tensors import read_tensors, write_tensors
from corpora.errors import UserError


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return open, (str(self.mark), "w")


def pickled(mark: Path, path: Path) -> None:
    path.write_bytes(pickle.dumps(Bomb(mark)))


def saved_by_torch(mark: Path, path: Path) -> None:
    torch.save({"weights": torch.zeros(3), "bomb": Bomb(mark)}, path)


def saved_by_an_old_torch(mark: Path, path: Path) -> None:
    bomb = {"weights": torch.zeros(3), "bomb": Bomb(mark)}
    torch.save(bomb, path, _use_new_zipfile_serialization=False)


def saved_by_numpy(mark: Path, path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([Bomb(mark)], dtype=object))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("save", [pickled, saved_by_torch, saved_by_an_old_torch, saved_by_numpy])
def test_a_pickle_in_the_place_of_a_file_is_never_executed(
    run: Path, tmp_path: Path, part: str, save: Callable[[Path, Path], None]
) -> None:
    mark = tmp_path / "executed"
    save(mark, run / part)
    with pytest.raises(UserError):
        everything(run)
    assert not mark.exists()


def test_the_pickle_of_these_tests_would_have_been_noticed(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "executed"))).close()
    assert (tmp_path / "executed").exists()


FOREIGN = [torch.float32, torch.bfloat16, torch.float8_e4m3fn, torch.complex64, torch.int8]


@pytest.mark.parametrize("kind", FOREIGN, ids=str)
@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"sha256": "0" * 64}], ids=str)
def test_foreign_safetensors_are_refused(
    run: Path, kind: torch.dtype, metadata: dict[str, str] | None
) -> None:
    state = {name: torch.from_numpy(array).to(kind) for name, array in random_weights().items()}
    for part in (MODEL, LAST):
        write_run(run.parent / "other")
        safetensors.torch.save_file(state, run.parent / "other" / part, metadata=metadata)
        with pytest.raises(UserError, match="other"):
            everything(run.parent / "other")
        for path in sorted((run.parent / "other").rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()


def test_metadata_that_is_signed_for_other_weights_is_refused(run: Path) -> None:
    _, metadata = read_tensors(run / MODEL)
    other = random_weights(seed=1)
    (run / MODEL).write_bytes(safetensors.numpy.save(other, metadata=metadata))
    with pytest.raises(UserError, match="checksum"):
        language_model.load(str(run))


@pytest.mark.parametrize("weight", [np.nan, np.inf, -np.inf, 1e20, -3e38])
def test_weights_that_cannot_be_calculated_with_are_refused(run: Path, weight: float) -> None:
    weights = random_weights()
    weights["output.bias"][3] = weight
    with pytest.raises(UserError, match="not finite, or far too large"):
        language_model.load(str(write_signed(run.parent / "a.safetensors", weights)))
    doubles = {name: array.astype(np.float64) * 1e300 for name, array in random_weights().items()}
    with pytest.raises(UserError, match="not finite, or far too large"):
        language_model.load(str(write_signed(run.parent / "b.safetensors", doubles)))


def test_complex_weights_are_refused(tmp_path: Path) -> None:
    weights = {name: array.astype(np.complex64) for name, array in random_weights().items()}
    with pytest.raises(UserError, match="complex64"):
        language_model.load(str(write_signed(tmp_path / "a.safetensors", weights)))


def test_the_largest_weights_that_load_can_be_calculated_with(tmp_path: Path) -> None:
    for cell in ("rnn", "gru", "lstm"):
        config = CONFIG.replace({"cell": cell, "embedding_size": 6})
        for sign in (1, -1):
            weights = {
                name: np.full_like(array, sign * 1e15)
                for name, array in random_weights(config).items()
            }
            write_signed(tmp_path / "a.safetensors", weights, model=config.to_json())
            model = language_model.load(str(tmp_path / "a.safetensors"))
            assert len(model.generate("abc", length=20, seed=1)) == 20
            assert all(np.isfinite(token.surprisal) for token in model.score("abc"))


NESTED = [("[" * depth + "]" * depth) for depth in (10, 900, 970, 985, 1000, 100_000)]
NESTED += ['{"a":' * depth + "1" + "}" * depth for depth in (900, 985, 100_000)]
NOT_JSON = ["", "{", "nul", "\ufeff{}", '{"a": 1e}', "1" * 5000, '"\\ud800"', "\0"]
OTHER_JSON = ["null", "[]", "{}", "0", '"charlm"', "true", "NaN", "[[]]", '{"kind": "charlm"}']


@pytest.mark.parametrize("text", NESTED + NOT_JSON + OTHER_JSON, ids=lambda text: text[:12])
def test_json_that_is_deep_or_broken_or_something_else_is_refused(run: Path, text: str) -> None:
    paths = [run / "config.json", run / "vocabulary.json"]
    for path in paths:
        good = path.read_bytes()
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError):
            everything(run)
        path.write_bytes(good)
    everything(run)
    write_tensors(run / LAST, {}, {"state": text})
    if text not in ("{}", '{"kind": "charlm"}') and not text.startswith('{"a":' * 9):
        with pytest.raises(UserError):
            RunFolder(run).load_last()
    for metadata in (
        {"config": text, "vocabulary": VOCABULARY.to_json()},
        {"config": json.dumps({"kind": CHARACTERS, "format": 1, "model": {}}), "vocabulary": text},
        {"config": text, "vocabulary": text},
    ):
        write_tensors(run / MODEL, random_weights(), metadata)
        for path in (run, run / MODEL):
            with pytest.raises(UserError):
                language_model.load(str(path))


@pytest.mark.parametrize("nested", NESTED[:-1], ids=lambda text: text[:3] + str(len(text)))
@pytest.mark.parametrize("place", ["kind", "format", "model", "cell", "more"])
def test_nested_json_inside_a_whole_header_is_refused_or_ignored(
    tmp_path: Path, nested: str, place: str
) -> None:
    model = CONFIG.to_json() | ({"cell": "@"} if place == "cell" else {})
    header = {"kind": CHARACTERS, "format": 1, "model": model} | (
        {place: "@"} if place != "cell" else {}
    )
    metadata = {"config": json.dumps(header).replace('"@"', nested)}
    path = tmp_path / "a.safetensors"
    write_tensors(path, random_weights(), {**metadata, "vocabulary": VOCABULARY.to_json()})
    try:
        loaded, refusal = language_model.load(str(path)), ""
    except UserError as error:
        loaded, refusal = None, str(error)
    assert loaded is None or (place, loaded.config) == ("more", CONFIG)
    assert len(refusal) < 500, "what a file nests is not repeated to the user"


@pytest.mark.parametrize(
    "changes",
    [
        {"num_layers": 10**400},
        {"num_layers": 65_536},
        {"num_layers": 65_537},
        {"num_layers": 0},
        {"num_layers": 2.0},
        {"num_layers": True},
        {"hidden_size": 10**9},
        {"hidden_size": "6"},
        {"cell": "transformer"},
        {"cell": ["lstm"]},
        {"dropout": float("inf")},
        {"residual": 1},
        {"more": 1},
    ],
    ids=str,
)
def test_a_signed_file_with_an_impossible_configuration_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = write_signed(tmp_path / "a.safetensors", model=CONFIG.to_json() | changes)
    with pytest.raises(UserError, match=r"a\.safetensors"):
        language_model.load(str(path))


@pytest.mark.parametrize(
    "symbols", [[], list("ab"), [*VOCABULARY.symbols, "more"], [1] * len(VOCABULARY)], ids=str
)
def test_a_signed_file_with_another_vocabulary_is_refused(
    tmp_path: Path, symbols: list[Any]
) -> None:
    text = json.dumps({**json.loads(VOCABULARY.to_json()), "symbols": symbols})
    with pytest.raises(UserError, match=r"a\.safetensors"):
        language_model.load(str(write_signed(tmp_path / "a.safetensors", vocabulary=text)))


@pytest.mark.parametrize("header", [{"kind": "imdb"}, {"format": 2}, {"format": "1"}, {"kind": []}])
def test_a_model_of_another_kind_or_format_is_refused(run: Path, header: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"kind|format"):
        language_model.load(str(write_signed(run.parent / "a.safetensors", **header)))
    config = {**read_json(run / "config.json"), **header}
    write_json(run / "config.json", config)
    with pytest.raises(UserError, match=r"kind|format"):
        RunFolder(run).read_config(CHARACTERS)
