from __future__ import annotations

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from corpora.known import catalog
from corpora.known.catalog import CATALOG, Entry, Source
from corpora.known.resolve import encode
from corpora.places import cache_dir
from corpora.series.known import KNOWN

Refused = Callable[..., str]

TEXT = "THE RAIN\n\nIt rained on the roofs of the town.\n"


@pytest.fixture
def rain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A corpus "rain" whose file, returned, may lie in the mirror."""
    digest = sha256(TEXT.encode()).hexdigest()
    source = Source(url="http://127.0.0.1:9/", mirror="corpora/rain.txt", sha256=digest)
    entry = Entry(name="rain", title="Rain", language="en", licence="none", sources=(source,))
    monkeypatch.setattr(catalog, "CATALOG", {"rain": entry})
    (tmp_path / "mirror" / "corpora").mkdir()
    return tmp_path / "mirror" / "corpora" / "rain.txt"


def where(charlm: Any) -> dict[str, str]:
    ended = charlm("corpora", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    rows = json.loads(ended.out)["corpora"]
    assert all(
        set(row) == {"name", "title", "language", "licence", "path", "where"} for row in rows
    )
    return {row["name"]: row["where"] for row in rows}


def test_the_list_says_where_each_text_would_come_from(charlm: Any, tmp_path: Path) -> None:
    found = where(charlm)
    assert list(found) == list(CATALOG)
    assert found.pop("sample") == "ships with charlm"
    assert set(found.values()) == {"network"}
    (tmp_path / "mirror" / "corpora").mkdir()
    (tmp_path / "mirror" / "corpora" / "war_and_peace.txt").write_text("x")
    found = where(charlm)
    assert (found["war_and_peace"], found["mysterious_island"]) == ("mirror", "network")
    (cache_dir() / "corpora").mkdir(parents=True)
    (cache_dir() / "corpora" / "war_and_peace.txt").write_text("x")
    assert where(charlm)["war_and_peace"] == "cached"


def test_the_list_has_the_series_as_well(charlm: Any, tmp_path: Path) -> None:
    def series() -> dict[str, str]:
        rows = json.loads(charlm("corpora", "--json").out)["series"]
        assert all(set(row) == {"name", "title", "licence", "where"} for row in rows)
        return {row["name"]: row["where"] for row in rows}

    assert series() == dict.fromkeys(KNOWN, "network")
    (tmp_path / "mirror" / "series").mkdir()
    (tmp_path / "mirror" / "series" / "sunspots.csv").write_text("x")
    assert series() == {"sunspots": "mirror", "co2": "network"}
    assert all(known.entry.title[:20] in charlm("corpora").out for known in KNOWN.values())


def test_the_list_for_people(charlm: Any) -> None:
    ended = charlm("corpora")
    assert (ended.code, ended.err) == (0, "")
    for entry in CATALOG.values():
        assert entry.name in ended.out
        assert entry.title in ended.out


def test_a_text_from_the_mirror_goes_to_the_cache(charlm: Any, rain: Path) -> None:
    rain.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    ended = charlm("corpora", "get", "rain")
    assert (ended.code, ended.err) == (0, "")
    assert Path(ended.out.removesuffix("\n")).read_text(encoding="utf-8") == TEXT


def test_a_text_is_put_where_it_is_wanted(charlm: Any, rain: Path) -> None:
    rain.write_text(TEXT)
    target = Path("a rather long folder name " * 8) / "rain.txt"
    ended = charlm("corpora", "get", "rain", target)
    assert (ended.code, ended.err, ended.out) == (0, "", f"{target}\n")
    assert target.read_text(encoding="utf-8") == TEXT


def test_the_sample_needs_nothing(charlm: Any) -> None:
    ended = charlm("corpora", "get", "sample")
    assert (ended.code, ended.err) == (0, "")
    assert len(Path(ended.out.strip()).read_text(encoding="utf-8")) > 1000


def test_another_text_in_the_mirror_is_refused(refused: Refused, rain: Path) -> None:
    rain.write_text(TEXT.replace("roofs", "domes"))
    assert "nothing was placed" in refused("corpora", "get", "rain", "out.txt")
    assert not Path("out.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["get", "nowhere"], "the known corpora are"),
        (["get", "war_and_piece"], "did you mean war_and_peace"),
        (["get"], "NAME"),
        (["get", "sample", "corpus.txt/inside"], "cannot write"),
        (["get", "sample", "corpus.txt"], "corpus.txt exists already; remove it, or name another"),
        (["get", "sample", ""], "the path is empty; name a file or a folder"),
        (["clean", "now"], "now"),
        (["--nope"], "--nope"),
        (["take", "sample"], "take"),
    ],
)
def test_impossible_requests_are_one_line(
    refused: Refused, arguments: list[str], said: str
) -> None:
    Path("corpus.txt").write_text("")
    assert said in refused("corpora", *arguments)


def test_a_mirror_that_is_no_folder_is_one_line(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARLM_MIRROR", "nowhere")
    assert "CHARLM_MIRROR names nowhere" in refused("corpora")
    assert "CHARLM_MIRROR names nowhere" in refused("corpora", "get", "war_and_peace")


def test_a_text_goes_into_a_folder(charlm: Any) -> None:
    Path("books").mkdir()
    for target in ("books", "books/", "new/"):
        ended = charlm("corpora", "get", "sample", target)
        path = f"{target.removesuffix('/')}/sample.txt"
        assert (ended.code, ended.err, ended.out) == (0, "", f"{path}\n")
        assert len(Path(path).read_text(encoding="utf-8")) > 1000


def test_a_home_folder_of_nobody_is_one_line(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARLM_CACHE", "~nosuchuser/x")
    assert "CHARLM_CACHE names ~nosuchuser/x" in refused("corpora")
    assert "CHARLM_CACHE names ~nosuchuser/x" in refused("corpora", "clean")


def test_cleaning_says_what_it_freed(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(Path.cwd()))
    encode("sample")
    folder = cache_dir() / "ids"
    left = folder / ".x.npy.0123456789abcdef.tmp"
    left.write_bytes(bytes(2_500_000))
    os.utime(left, (0, 0))
    ended = charlm("corpora", "clean")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(
        "removed 1 temporary file (2.5 MB) and 0 encoded texts (0.0 MB); 1 "
    )
    assert ended.out.endswith(f"left in {folder}\n")
    ended = charlm("corpora", "clean", "--all", "--json")
    found = json.loads(ended.out)
    assert found["folder"] == str(folder)
    assert found["temporary"] == found["kept"] == {"count": 0, "bytes": 0}
    assert found["texts"]["count"] == 1
    assert list(folder.iterdir()) == []
    ended = charlm("corpora", "clean", "--all")
    assert ended.out.startswith("removed 0 temporary files (0.0 MB) and 0 encoded texts (0.0 MB)")
