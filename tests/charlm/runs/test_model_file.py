"""What is written is what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from tiny_models import CONFIG, VOCABULARY, random_weights, write_signed
from whole_runs import everything, in_bytes

from charlm import language_model
from charlm.runs.files import MODEL, read_json, write_json
from charlm.runs.model_file import ModelFile, read_model, write_model
from charlm.runs.registry import CHARACTERS
from charlm.runs.tensors import read_tensors, write_tensors

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


@settings(drawn, max_examples=20)
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
