"""The movie reviews from a mirror, and the errors where they cannot be read."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import huggingface_hub.utils
import numpy as np
import pyarrow.parquet
import pytest
from datasets.utils import logging as datasets_logging
from tiny_models import damaged

from corpora.errors import UserError
from corpora.labelled import imdb
from corpora.places import cache_dir

TEXTS = [f"Review {n}.<br /><br />Good &amp; é 😀" for n in range(6)]
LABELS = [0, 0, 1, 1, 0, 1]

Mirrored = Callable[..., Path]
Parquet = Callable[..., bytes]
Fails = Callable[..., str]
Splits = dict[str, dict[str, list[Any]]]

pytestmark = pytest.mark.usefixtures("small_imdb")


@pytest.fixture
def whole(parquet: Parquet) -> bytes:
    """Return the file of a whole split for training."""
    return parquet(text=TEXTS, label=LABELS)


@pytest.fixture
def mirrored(tmp_path: Path) -> Callable[..., Path]:
    def write(data: bytes, split: str = "train") -> Path:
        path = tmp_path / "mirror" / "imdb" / f"{split}.parquet"
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        return path

    return write


def test_the_mirror_is_read_as_it_is(
    mirrored: Mirrored, parquet: Parquet, small_imdb: Splits
) -> None:
    for name, columns in small_imdb.items():
        mirrored(parquet(**columns), name)
    for split in imdb.SPLITS:
        found = imdb.load(split)
        assert (found.name, found.classes) == ("imdb", ("negative", "positive"))
        assert list(found.texts) == small_imdb[split]["text"]
        assert found.labels.tolist() == small_imdb[split]["label"]
        assert found.labels.dtype == np.int64
    assert not cache_dir().exists()


def test_the_mirror_needs_no_library_of_the_hub(mirrored: Mirrored, whole: bytes) -> None:
    mirrored(whole)
    program = (
        "import sys; from corpora.labelled import imdb; imdb._FACTS = {'train': (6, {0, 1})}\n"
        "found = imdb.load('train')\n"
        "print(len(found), *sorted({'datasets', 'huggingface_hub'} & set(sys.modules)))"
    )
    root = Path(imdb.__file__).resolve().parents[2]
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["6"]


def test_a_changed_mirror_is_read_anew_whatever_its_time(
    mirrored: Mirrored, parquet: Parquet
) -> None:
    for texts in (TEXTS, TEXTS[::-1]):
        os.utime(mirrored(parquet(text=texts, label=LABELS)), (10**9, 10**9))
        assert list(imdb.load("train").texts) == texts


def test_the_mirror_may_have_any_name(
    mirrored: Mirrored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bytes
) -> None:
    odd = tmp_path / "a [b] *?%20 é::"
    mirrored(whole).parents[1].rename(odd)
    for name in (str(odd), os.path.relpath(odd)):
        monkeypatch.setenv("CHARLM_MIRROR", name)
        assert len(imdb.load("train")) == 6


@pytest.mark.parametrize(
    "columns",
    [
        {"text": TEXTS[:5], "label": LABELS[:5]},
        {"text": [*TEXTS, "x"], "label": [*LABELS, 1]},
        {"text": TEXTS[:0], "label": LABELS[:0]},
        {"text": TEXTS, "label": [0] * 6},
        {"text": TEXTS, "label": [0, 1, 2, 0, 1, 0]},
        {"text": TEXTS, "label": [-1] * 6},
        {"text": TEXTS, "label": [0.0, 1.0] * 3},
        {"text": TEXTS, "label": [0.5, 1.5] * 3},
        {"text": TEXTS, "label": [True, False] * 3},
        {"text": TEXTS, "label": ["0", "1"] * 3},
        {"text": TEXTS, "label": [0, 1, None] * 2},
        {"text": [*TEXTS[:5], None], "label": LABELS},
        {"text": list(range(6)), "label": LABELS},
        {"text": TEXTS},
        {"label": LABELS},
        {"review": TEXTS, "label": LABELS},
    ],
)
def test_other_reviews_are_refused(
    mirrored: Mirrored, columns: dict[str, list[Any]], parquet: Parquet, imdb_fails: Fails
) -> None:
    path = mirrored(parquet(**columns))
    assert str(path) in imdb_fails("does not hold the 6 train reviews; remove it|cannot be read")


def test_a_damaged_mirror_gives_one_line_or_reviews(
    mirrored: Mirrored, whole: bytes, imdb_fails: Fails
) -> None:
    mirrored(b"")
    imdb_fails("cannot be read")
    for harmed in damaged(whole, 15, seed=1):
        path = mirrored(harmed)
        try:
            found = imdb.load("train")
        except UserError as error:
            line = str(error)
        else:
            assert len(found) == 6
            continue
        assert line.startswith(f"{path} ")


def test_a_text_that_is_no_unicode_is_refused(mirrored: Mirrored, imdb_fails: Fails) -> None:
    texts = pyarrow.array([b"\xff\xfe", *[text.encode() for text in TEXTS[1:]]])
    columns = {"text": texts.view(pyarrow.string()), "label": LABELS}
    pyarrow.parquet.write_table(pyarrow.table(columns), path := mirrored(b""))
    assert str(path) in imdb_fails("cannot be read")


def test_a_folder_in_place_of_the_mirror_or_its_file(
    mirrored: Mirrored, whole: bytes, imdb_fails: Fails
) -> None:
    path = mirrored(whole)
    path.unlink()
    path.mkdir()
    imdb_fails("no hub")
    path.rmdir()
    path.parent.rmdir()
    path.parent.write_text("a file")
    imdb_fails("no hub")


def test_a_mirror_that_may_not_be_read(
    mirrored: Mirrored,
    monkeypatch: pytest.MonkeyPatch,
    whole: bytes,
    parquet: Parquet,
    imdb_fails: Fails,
) -> None:
    path = mirrored(whole)
    for method in ("open", "is_file"):
        with monkeypatch.context() as patched:

            def refuse(self: Path, *args: object) -> None:
                raise PermissionError(13, "no", str(path))

            patched.setattr(Path, method, refuse)
            imdb_fails("cannot read .*train.parquet: permission denied")


def test_a_cache_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, imdb_fails: Fails
) -> None:
    (tmp_path / "cache").write_text("a file")
    imdb_fails("cannot write .*cache.*; set CHARLM_CACHE to a folder that can be written")
    (tmp_path / "cache").unlink()

    def refuse(**about: object) -> None:
        raise PermissionError(13, "no", str(tmp_path / "cache" / "lock"))

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda *a, **b: None)
    monkeypatch.setattr(datasets, "load_dataset", refuse)
    imdb_fails("cannot write .*lock: permission denied; set CHARLM_CACHE")


@pytest.mark.parametrize("bars", [True, False])
def test_the_library_is_silent_and_then_as_it_was(
    mirrored: Mirrored,
    capfd: pytest.CaptureFixture[str],
    bars: bool,
    whole: bytes,
    imdb_fails: Fails,
) -> None:
    (datasets.enable_progress_bar if bars else datasets.disable_progress_bar)()
    datasets_logging.set_verbosity(logging.INFO)
    level = logging.getLogger("huggingface_hub").level

    def state() -> list[object]:
        return [
            datasets.is_progress_bar_enabled(),
            huggingface_hub.utils.are_progress_bars_disabled(),
            datasets_logging.get_verbosity(),
            logging.getLogger("huggingface_hub").level,
            datasets.config.HF_HUB_OFFLINE,
            list(warnings.filters),
        ]

    before = state()
    try:
        mirrored(whole)
        imdb.load("train")
        assert state() == before
        mirrored(whole[:-9])
        imdb_fails("cannot be read")
        imdb_fails("no hub", "test")
        assert state() == before
    finally:
        datasets.enable_progress_bar()
        datasets_logging.set_verbosity(logging.WARNING)
        logging.getLogger("huggingface_hub").setLevel(level)
    assert capfd.readouterr() == ("", "")
