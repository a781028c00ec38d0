"""A write that fails, a kill, damage: a run is whole, or it is refused in one line."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_models import CONFIG, VOCABULARY, damaged, random_weights, write_run
from whole_runs import PARTS, everything

from charlm import language_model
from charlm.runs.files import LAST, METRICS, MODEL, PREVIOUS
from charlm.runs.model_file import ModelFile, write_model
from charlm.runs.registry import CHARACTERS
from charlm.runs.run_folder import RunFolder
from corpora.errors import UserError

MUTATIONS = 200


def names_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


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


def test_a_run_that_a_later_charlm_has_resumed_lacks_fields_in_one_file_only(run: Path) -> None:
    about = json.loads((run / "config.json").read_text())
    del about["model"]["residual"]  # as if it had been begun before there was that field
    (run / "config.json").write_text(json.dumps(about))
    language_model.load(str(run))
    about["model"]["num_layers"] += 1
    (run / "config.json").write_text(json.dumps(about))
    with pytest.raises(UserError, match="does not belong"):
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
