"""The movie reviews from a hub on this machine, and from the cache when the hub is gone."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpora.labelled import imdb
from corpora.places import cache_dir

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
    """As much of the Hugging Face hub as the library asks for."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {
            "README.md": CARD.encode(),
            **{f"plain_text/{split}.parquet": data for split, data in files.items()},
        }

    def __call__(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers of an answer."""
        found = self.find(path.partition("?")[0])
        data = found or b""
        headers = {"ETag": f'"{hashlib.sha1(data).hexdigest()}"', "X-Repo-Commit": COMMIT}
        if found is None:
            return 404, data, {**headers, "X-Error-Code": "EntryNotFound"}
        return 200, data, headers

    def find(self, path: str) -> bytes | None:
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


@pytest.fixture
def hub(
    serve: Callable[[Hub], Any], small_imdb: dict[str, dict[str, list[Any]]], parquet: Any
) -> Any:
    return serve(Hub({split: parquet(**columns) for split, columns in small_imdb.items()}))


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
    command = [sys.executable, "-W", "error::UserWarning", "-c", PROGRAM.format(facts=imdb._FACTS)]
    environment = {**os.environ, "HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "huggingface")}
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_CACHE", "HF_DATASETS_CACHE"):
        environment.pop(name, None)
    run = subprocess.run(
        [*command, *splits], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert run.stderr == ""
    *lines, seconds = run.stdout.splitlines()
    return lines, float(seconds)


@pytest.mark.long
def test_from_the_hub_then_from_the_cache_without_it(hub: Any, tmp_path: Path) -> None:
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
    assert lines[1].startswith(
        "UserError: the train reviews cannot be downloaded from stanfordnlp/imdb"
    )
    assert "; connect to the network, or set CHARLM_MIRROR to " in lines[1]
    assert seconds < 5
    assert len(hub.requests) == asked
