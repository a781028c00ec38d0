"""The reviews from a mirror, from a hub on this machine, and from what is left when it is gone."""

import hashlib
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import huggingface_hub.utils
import numpy as np
import pandas
import pyarrow.parquet
import pytest
from datasets.utils import logging as datasets_logging
from tiny_models import damaged

from corpora.errors import UserError
from corpora.labelled import imdb
from corpora.places import cache_dir

FACTS = {"train": (6, {0, 1}), "test": (4, {0, 1}), "unsupervised": (3, {-1})}
TEXTS = [f"Review {n}.<br /><br />Good &amp; é 😀" for n in range(6)]
LABELS = [0, 0, 1, 1, 0, 1]


def parquet(**columns: list[Any]) -> bytes:
    out = BytesIO()
    pandas.DataFrame(columns).to_parquet(out)
    return out.getvalue()


WHOLE = parquet(text=TEXTS, label=LABELS)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the splits small, and the hub unreachable to this process."""
    monkeypatch.setattr(imdb, "_FACTS", FACTS)

    def no_hub(*args: object, **about: object) -> None:
        raise ConnectionError("no hub")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", no_hub)


@pytest.fixture
def mirrored(tmp_path: Path) -> Callable[..., Path]:
    def write(data: bytes, split: str = "train") -> Path:
        path = tmp_path / "mirror" / "imdb" / f"{split}.parquet"
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(data)
        return path

    return write


Mirrored = Callable[..., Path]


def fails(match: str, split: imdb.Split = "train") -> str:
    with pytest.raises(UserError, match=match) as caught:
        imdb.load(split)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 1000
    return line


def test_the_mirror_is_read_as_it_is(mirrored: Mirrored) -> None:
    mirrored(WHOLE)
    mirrored(parquet(text=TEXTS[:4], label=LABELS[:4]), "test")
    mirrored(parquet(text=TEXTS[:3], label=[-1] * 3), "unsupervised")
    for split in imdb.SPLITS:
        found = imdb.load(split)
        assert (found.name, found.classes) == ("imdb", ("negative", "positive"))
        assert list(found.texts) == TEXTS[: len(found)]
        assert found.labels.dtype == np.int64
    assert imdb.load("train").labels.tolist() == LABELS
    assert set(imdb.load("unsupervised").labels.tolist()) == {-1}
    assert not cache_dir().exists()


def test_a_changed_mirror_is_read_anew_whatever_its_time(mirrored: Mirrored) -> None:
    for texts in (TEXTS, TEXTS[::-1]):
        os.utime(mirrored(parquet(text=texts, label=LABELS)), (10**9, 10**9))
        assert list(imdb.load("train").texts) == texts


def test_the_mirror_may_have_any_name(
    mirrored: Mirrored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / "a [b] *?%20 é::"
    mirrored(WHOLE).parents[1].rename(odd)
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
def test_other_reviews_are_refused(mirrored: Mirrored, columns: dict[str, list[Any]]) -> None:
    path = mirrored(parquet(**columns))
    assert str(path) in fails("does not hold the 6 train reviews; remove it|cannot be read")


def test_a_damaged_mirror_gives_one_line_or_reviews(mirrored: Mirrored) -> None:
    mirrored(b"")
    fails("cannot be read")
    for harmed in damaged(WHOLE, 15, seed=1):
        path = mirrored(harmed)
        try:
            found = imdb.load("train")
        except UserError as error:
            line = str(error)
        else:
            assert len(found) == 6
            continue
        assert line.startswith(f"{path} ")


def test_a_text_that_is_no_unicode_is_refused(mirrored: Mirrored) -> None:
    texts = pyarrow.array([b"\xff\xfe", *[text.encode() for text in TEXTS[1:]]])
    columns = {"text": texts.view(pyarrow.string()), "label": LABELS}
    pyarrow.parquet.write_table(pyarrow.table(columns), path := mirrored(b""))
    assert str(path) in fails("cannot be read")


def test_a_folder_in_place_of_the_mirror_or_its_file(mirrored: Mirrored) -> None:
    path = mirrored(WHOLE)
    path.unlink()
    path.mkdir()
    fails("no hub")
    path.rmdir()
    path.parent.rmdir()
    path.parent.write_text("a file")
    fails("no hub")


def test_a_mirror_that_may_not_be_read(mirrored: Mirrored, monkeypatch: pytest.MonkeyPatch) -> None:
    path = mirrored(WHOLE)
    for method in ("open", "is_file"):
        with monkeypatch.context() as patched:

            def refuse(self: Path, *args: object) -> None:
                raise PermissionError(13, "no", str(path))

            patched.setattr(Path, method, refuse)
            fails("cannot read .*train.parquet: permission denied")


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("a file")
    fails("cannot write .*cache.*; set CHARLM_CACHE to a folder that can be written")
    (tmp_path / "cache").unlink()

    def refuse(**about: object) -> None:
        raise PermissionError(13, "no", str(tmp_path / "cache" / "lock"))

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda *a, **b: None)
    monkeypatch.setattr(datasets, "load_dataset", refuse)
    fails("cannot write .*lock: permission denied; set CHARLM_CACHE")


@pytest.mark.parametrize("bars", [True, False])
def test_the_library_is_silent_and_then_as_it_was(
    mirrored: Mirrored, capfd: pytest.CaptureFixture[str], bars: bool
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
        mirrored(WHOLE)
        imdb.load("train")
        assert state() == before
        mirrored(WHOLE[:-9])
        fails("cannot be read")
        fails("no hub", "test")
        assert state() == before
    finally:
        datasets.enable_progress_bar()
        datasets_logging.set_verbosity(logging.WARNING)
        logging.getLogger("huggingface_hub").setLevel(level)
    assert capfd.readouterr() == ("", "")


COMMIT = "0123456789abcdef" * 2 + "01234567"
CARD = """---
configs:
- config_name: plain_text
  default: true
  data_files:
  - {split: train, path: plain_text/train.parquet}
  - {split: test, path: plain_text/test.parquet}
  - {split: unsupervised, path: plain_text/unsupervised.parquet}
---
"""


class Hub:
    """As much of the Hugging Face hub as the library asks for, on the loopback."""

    def __init__(self) -> None:
        self.files = {
            "README.md": CARD.encode(),
            "plain_text/train.parquet": WHOLE,
            "plain_text/test.parquet": parquet(text=TEXTS[:4], label=LABELS[:4]),
            "plain_text/unsupervised.parquet": parquet(text=TEXTS[:3], label=[-1] * 3),
        }
        self.requests: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.requests.append(self.path)
                found = outer.answer(self.path.partition("?")[0])
                self.send_response(404 if found is None else 200)
                if found is None:
                    self.send_header("X-Error-Code", "EntryNotFound")
                data = found or b""
                self.send_header("ETag", f'"{hashlib.sha1(data).hexdigest()}"')
                self.send_header("X-Repo-Commit", COMMIT)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(data)

            do_HEAD = do_GET  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, path: str) -> bytes | None:
        if path.startswith(f"/datasets/{imdb.HUB}/resolve/"):
            return self.files.get(path.split("/", 6)[6])
        about = path.removeprefix(f"/api/datasets/{imdb.HUB}")
        if about in ("", f"/revision/{COMMIT}"):
            return json.dumps({"id": imdb.HUB, "sha": COMMIT, "siblings": []}).encode()
        if about == f"/tree/{COMMIT}/plain_text":
            entries = [
                {"type": "file", "path": name, "size": len(data), "oid": COMMIT}
                for name, data in self.files.items()
                if "/" in name
            ]
            return json.dumps(entries).encode()
        return None

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    hub.close()


PROGRAM = """
import sys
from time import perf_counter
from corpora.labelled import imdb
from corpora.errors import UserError
imdb._FACTS = {facts}
import datasets, huggingface_hub
start = perf_counter()
for split in sys.argv[1:]:
    try:
        found = imdb.load(split, notice=lambda line: print("notice:", line))
        print(split, len(found), *found.labels)
    except UserError as error:
        print("UserError:", error)
print(perf_counter() - start)
"""


def in_a_process(url: str, tmp_path: Path, *splits: str) -> tuple[list[str], float]:
    """Return what a new process, which has its hub at `url`, loads, and the seconds it took."""
    root = Path(imdb.__file__).resolve().parents[2]
    command = [sys.executable, "-W", "error::UserWarning", "-c", PROGRAM.format(facts=FACTS)]
    environment = {**os.environ, "HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "huggingface")}
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_CACHE", "HF_DATASETS_CACHE"):
        environment.pop(name, None)
    run = subprocess.run(
        [*command, *splits], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
    *lines, seconds = run.stdout.splitlines()
    return lines, float(seconds)


def test_from_the_hub_then_from_the_cache_without_it(hub: Hub, tmp_path: Path) -> None:
    expected = ["train 6 0 0 1 1 0 1", "test 4 0 0 1 1", "unsupervised 3 -1 -1 -1"]
    (told, *found), _ = in_a_process(hub.url, tmp_path, *imdb.SPLITS)
    assert told == f"notice: downloading the reviews of {imdb.HUB} to {cache_dir() / 'datasets'}"
    assert found == expected
    assert any(request.endswith("plain_text/train.parquet") for request in hub.requests)

    (cached,) = cache_dir().rglob("imdb-train.arrow")
    data = cached.read_bytes()
    cached.write_bytes(data[: len(data) // 3])
    assert in_a_process(hub.url, tmp_path, "train")[0] == [told, expected[0]]
    assert cached.read_bytes() == data

    cached.write_bytes(data[: len(data) // 3])
    hub.close()
    asked = len(hub.requests)
    lines, seconds = in_a_process(hub.url, tmp_path, "test", "train", "unsupervised")
    assert lines[0::2] == expected[1:]
    assert lines[1].startswith("UserError: the train reviews cannot be had from stanfordnlp/imdb")
    assert "; connect to the network, or set CHARLM_MIRROR to " in lines[1]
    assert seconds < 5
    assert len(hub.requests) == asked
