from __future__ import annotations

import errno
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from tiny_models import CONFIG, VOCABULARY, damaged, random_weights, write_run, write_signed

from charlm import language_model
from charlm.runs.files import LAST, METRICS, MODEL, PREVIOUS, read_json, write_json
from charlm.runs.model_file import ModelFile, read_model, write_model
from charlm.runs.registry import CHARACTERS
from charlm.runs.run_folder import RunFolder
from charlm.runs.tensors import read_tensors, write_tensors
from corpora.errors import UserError

PARTS = [MODEL, "config.json", "vocabulary.json", LAST]
MUTATIONS = 200

drawn = settings(
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

kinds = st.sampled_from(["<f4", "<f2", "<f8", "<i8", "u1", "bool"])
some_arrays = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    kinds.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=0, min_side=0, max_side=4))),
    max_size=4,
)


def everything(run: Path) -> Any:
    """Load all that a run folder holds, for comparison."""
    language_model.load(str(run))
    file, config, vocabulary = language_model.read(run)
    arrays, state = RunFolder(run).load_last()
    return (config, vocabulary, state, *map(in_bytes, (file.weights, arrays)))


def in_bytes(arrays: dict[str, np.ndarray]) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: (a.dtype.str, a.shape, a.tobytes()) for name, a in arrays.items()}


def names_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@drawn
@given(some_arrays, st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(max_size=9)))
def test_tensors_come_back_bit_by_bit(
    tmp_path: Path, named: dict[str, np.ndarray], metadata: dict[str, str]
) -> None:
    metadata.pop("sha256", None)
    write_tensors(tmp_path / "file", named, metadata)
    found, about = read_tensors(tmp_path / "file")
    assert in_bytes(found) == in_bytes(named)
    assert {**metadata, "sha256": about["sha256"]} == about


def test_tensors_come_back_however_they_lay_in_memory(tmp_path: Path) -> None:
    base = np.arange(24, dtype=np.float32).reshape(4, 6)
    named = {"turned": base.T, "every other": base[::2, ::-1], "by column": np.asfortranarray(base)}
    write_tensors(tmp_path / "file", named, {})
    found, _ = read_tensors(tmp_path / "file")
    for name, array in named.items():
        np.testing.assert_array_equal(found[name], array)


def test_a_model_comes_back(tmp_path: Path) -> None:
    weights = random_weights()
    written = ModelFile(CHARACTERS, CONFIG.to_json(), VOCABULARY.to_json(), weights)
    write_model(tmp_path / "a.safetensors", written)
    found = read_model(tmp_path / "a.safetensors", CHARACTERS)
    assert (found.kind, found.config, found.vocabulary) == (
        CHARACTERS,
        written.config,
        VOCABULARY.to_json(),
    )
    assert in_bytes(found.weights) == in_bytes(weights)


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int64, np.uint8, np.bool_])
def test_weights_are_float32_whatever_the_file_holds(tmp_path: Path, kind: type) -> None:
    weights = {name: (7 * array).astype(kind) for name, array in random_weights().items()}
    found = read_model(write_signed(tmp_path / "a.safetensors", weights), CHARACTERS).weights
    for name, array in weights.items():
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], array.astype(np.float32))


def test_a_run_folder_is_self_contained(run: Path, tmp_path: Path) -> None:
    before = everything(run)
    moved = run.rename(tmp_path / "elsewhere")
    assert everything(moved) == before
    for part in (MODEL, "."):
        assert language_model.read(moved / part)[1:] == (CONFIG, VOCABULARY)


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    about = {name: name for name in ("zebra", "a", "m", "é", "quite", "some", "more", "names")}
    files = set()
    for order in (1, -1):
        for _ in range(4):
            write_tensors(
                tmp_path / "file",
                dict(list(random_weights().items())[::order]),
                dict(list(about.items())[::order]),
            )
            files.add((tmp_path / "file").read_bytes())
    assert len(files) == 1


def test_json_comes_back_and_is_readable(tmp_path: Path) -> None:
    data = {"kind": "charlm", "list": [1, 2.5, None, "é\n"], "inner": {"a": True}}
    write_json(tmp_path / "a.json", data)
    assert read_json(tmp_path / "a.json") == data
    assert len((tmp_path / "a.json").read_text().splitlines()) > 5


WRITERS: dict[str, Callable[[RunFolder], object]] = {
    MODEL: lambda run: write_model(
        run.path / MODEL,
        ModelFile(CHARACTERS, CONFIG.to_json(), VOCABULARY.to_json(), random_weights(seed=1)),
    ),
    LAST: lambda run: run.save_last(random_weights(seed=1), {"step": 4}),
    "config.json": lambda run: run.write_config({"kind": "else"}),
}


@pytest.mark.parametrize("part", WRITERS)
def test_a_write_that_fails_leaves_the_old_file(
    run: Path, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, names = everything(run), names_below(run)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(UserError, match=r"cannot write .*the disk is full"):
            WRITERS[part](RunFolder(run))
    assert everything(run) == before
    assert names_below(run) == names
    WRITERS[part](RunFolder(run))
    assert set(names_below(run)) - {PREVIOUS} == set(names)


def test_a_kill_while_saving_leaves_the_last_good_save(run: Path) -> None:
    before = everything(run)
    program = (
        "import os, sys, numpy; from pathlib import Path\n"
        "from charlm.runs.run_folder import RunFolder\n"
        "os.fsync = lambda handle: os._exit(9)\n"
        "RunFolder(Path(sys.argv[1])).save_last({'a': numpy.ones(99_999)}, {'step': 4})\n"
    )
    root = Path(language_model.__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", program, str(run)], cwd=root, check=False)
    assert done.returncode == 9
    assert everything(run) == before


def test_a_folder_holds_one_run(run: Path) -> None:
    before = everything(run)
    with pytest.raises(UserError, match="holds a run already"):
        RunFolder(run).create(CHARACTERS, "", {})
    assert everything(run) == before


@pytest.mark.parametrize("part", PARTS)
def test_a_harmed_file_is_refused_or_loads_unchanged(run: Path, part: str) -> None:
    before = everything(run)
    path = run / part
    refusals = []
    for harmed in damaged(path.read_bytes(), MUTATIONS, seed=PARTS.index(part)):
        path.write_bytes(harmed)
        try:
            assert everything(run) == before
        except UserError as error:
            refusals.append(str(error))
    assert len(refusals) > MUTATIONS / 2
    assert all(str(run) in line for line in refusals)


def test_every_byte_of_a_model_file_counts(run: Path) -> None:
    """Not one of its bits can flip unnoticed where the weights and the vocabulary are."""
    good = (run / MODEL).read_bytes()
    alone = run.parent / "alone.safetensors"
    random = np.random.default_rng(0)
    for place in random.permutation(len(good))[:400]:
        bit = 1 << int(random.integers(8))
        alone.write_bytes(good[:place] + bytes([good[place] ^ bit]) + good[place + 1 :])
        with pytest.raises(UserError):
            language_model.load(str(alone))


@pytest.mark.parametrize("part", PARTS)
def test_a_file_cut_short_anywhere_is_refused(run: Path, part: str) -> None:
    good = (run / part).read_bytes()
    ends = np.random.default_rng(1).permutation(len(good.rstrip()) - 1)[:60]
    for end in [0, 1, 7, 8, 9, *ends]:
        (run / part).write_bytes(good[:end])
        with pytest.raises(UserError):
            everything(run)


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


def test_files_of_two_runs_do_not_mix(run: Path) -> None:
    longer = VOCABULARY.extend("xyz")
    other = write_run(
        run.parent / "other", vocabulary=longer, config=CONFIG.replace({"cell": "gru"})
    )
    for part in ("config.json", "vocabulary.json", MODEL):
        own = (run / part).read_bytes()
        (run / part).write_bytes((other / part).read_bytes())
        with pytest.raises(UserError, match="does not belong"):
            language_model.load(str(run))
        (run / part).write_bytes(own)
    language_model.load(str(run))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def folder(path: Path) -> None:
    path.mkdir()


def circle(path: Path) -> None:
    path.symlink_to("circle")
    path.with_name("circle").symlink_to(path.name)


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def missing(path: Path) -> None:
    pass


def zeros(path: Path) -> None:
    path.write_bytes(bytes(10_000))


def announced(path: Path) -> None:
    """A header that is said to be longer than any memory."""
    path.write_bytes(b"\xff" * 8 + b"{}" * 100)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("put", [empty, folder, circle, dangling, missing, zeros, announced])
def test_something_else_in_the_place_of_a_file_is_refused(
    run: Path, part: str, put: Callable[[Path], None]
) -> None:
    (run / part).unlink()
    put(run / part)
    with pytest.raises(UserError):
        everything(run)
    if part == MODEL:
        with pytest.raises(UserError):
            language_model.load(str(run / MODEL))


@pytest.mark.parametrize(
    "name", ["x" * 5000, "x/" * 3000, "a\0b", "\udce9", "runs", "", "/dev/null"]
)
def test_names_that_are_no_model_are_refused(run: Path, name: str) -> None:
    with pytest.raises(UserError):
        language_model.load(name)
    for ask in (
        RunFolder(Path(name)).load_last,
        lambda: RunFolder(Path(name)).read_config(CHARACTERS),
    ):
        with pytest.raises(UserError):
            ask()


def test_the_optional_files_of_a_run_may_be_missing(run: Path) -> None:
    assert not (run / METRICS).exists()
    (run / LAST).unlink()
    language_model.load(str(run))
