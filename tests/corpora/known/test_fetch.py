from __future__ import annotations

import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import UserError
from corpora.known import catalog
from corpora.known.catalog import Entry, Source
from corpora.known.fetch import fetch
from corpora.places import cache_dir

Read = Callable[..., str]
Write = Callable[..., Path]

TEXT = "THE RAIN\n\n" + "It rained on the roofs of the town.\n" * 4000 + "It stopped.\n"
RAW = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode() + b"\r\n \r\n"
OTHER = TEXT.replace("roofs", "domes")
DIGEST = sha256(TEXT.encode()).hexdigest()


class Bar:
    def __init__(self) -> None:
        self.total = -1
        self.done = 0
        self.closed = 0

    def update(self, n: int) -> None:
        assert not self.closed
        self.done += n

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """List a corpus "rain" in the catalogue, in the place of all others."""

    def put(*sources: Source) -> None:
        entry = Entry(name="rain", title="Rain", language="en", licence="none", sources=sources)
        monkeypatch.setattr(catalog, "CATALOG", {"rain": entry})

    return put


def fixed(url: str = "", **more: Any) -> Source:
    return Source(url=url, mirror="corpora/rain.txt", sha256=DIGEST, **more)


def loose(url: str, **more: Any) -> Source:
    ends = {"opening": "THE RAIN", "closing": "It stopped."}
    return Source(url=url, edition="the other edition", **ends, **more)


def files_below(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_from_the_mirror_normalised_into_the_cache(listed: Any, mirrored: Write) -> None:
    listed(fixed("http://127.0.0.1:9/"))
    mirrored(RAW.decode(), "corpora/rain.txt")
    path = fetch("rain")
    assert path == cache_dir() / "corpora" / "rain.txt"
    assert path.read_bytes() == TEXT.encode()
    assert files_below(cache_dir()) == ["rain.txt"]


def test_from_the_network_with_progress(listed: Any, server: Any) -> None:
    server.pages["/rain"] = (200, RAW, None)
    listed(fixed(server.url + "/rain"))
    bar = Bar()
    notices: list[str] = []
    assert fetch("rain", progress=bar, notice=notices.append).read_bytes() == TEXT.encode()
    assert (bar.total, bar.done, bar.closed) == (len(RAW), len(RAW), 1)
    assert notices == []
    assert fetch("rain").read_bytes() == TEXT.encode()
    assert server.requests == ["/rain"], "the second time, the cache serves"
    assert files_below(cache_dir()) == ["rain.txt"]


def test_nothing_is_said_on_the_way(
    listed: Any, server: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    server.pages["/rain"] = (200, RAW, None)
    listed(fixed(server.url + "/gone"), fixed(server.url + "/rain"))
    fetch("rain", progress=Bar())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("harm", [b"", TEXT.encode()[:-9], OTHER.encode(), b"\xff\0"])
def test_a_harmed_cache_is_fetched_again(listed: Any, mirrored: Write, harm: bytes) -> None:
    listed(fixed())
    mirrored(TEXT, "corpora/rain.txt")
    fetch("rain").write_bytes(harm)
    assert fetch("rain").read_bytes() == TEXT.encode()


def test_a_file_put_into_the_cache_by_hand_is_taken_whatever_its_line_ends(
    listed: Any, read_text: Read
) -> None:
    listed(fixed("http://127.0.0.1:9/"))
    path = cache_dir() / "corpora" / "rain.txt"
    path.parent.mkdir(parents=True)
    path.write_bytes(RAW)
    assert read_text(fetch("rain")) == TEXT


@pytest.mark.parametrize("content", [OTHER, TEXT[:-20], "<html>log in</html>", ""])
def test_another_text_is_refused_and_nothing_placed(
    listed: Any, server: Any, mirrored: Write, content: str
) -> None:
    digests = rf"{sha256(content.encode()).hexdigest()[:12]}, expected {DIGEST[:12]}"
    server.pages["/rain"] = (200, content.encode(), None)
    listed(fixed(server.url + "/rain"), loose(server.url + "/never"))
    with pytest.raises(UserError, match=rf"http.*{digests}.*nothing was placed"):
        fetch("rain")
    file = mirrored(content, "corpora/rain.txt")
    with pytest.raises(UserError, match=rf"{file}.*{digests}.*nothing was placed"):
        fetch("rain")
    assert files_below(cache_dir()) == []
    assert server.requests == ["/rain"]


def test_another_edition_is_announced_each_time_and_kept(
    listed: Any, server: Any, mirrored: Write
) -> None:
    server.pages["/other"] = (200, OTHER.encode(), None)
    listed(fixed(server.url + "/gone"), loose(server.url + "/other"))
    bar = Bar()
    notices: list[str] = []
    for _ in range(2):
        path = fetch("rain", progress=bar, notice=notices.append)
        assert path.read_bytes() == OTHER.encode()
    assert notices == ["the other edition"] * 2
    assert server.requests == ["/gone", "/other"]
    assert bar.closed == 1

    mirrored(TEXT, "corpora/rain.txt")
    assert fetch("rain", notice=notices.append).read_bytes() == TEXT.encode()
    assert len(notices) == 2, "the measured edition, once it can be had, needs no notice"


def test_the_measured_edition_from_a_loose_source_needs_no_notice(listed: Any, server: Any) -> None:
    server.pages["/rain"] = (200, RAW, None)
    listed(loose(server.url + "/rain", sha256=DIGEST))
    notices: list[str] = []
    assert fetch("rain", notice=notices.append).read_bytes() == TEXT.encode()
    assert notices == []


def test_another_edition_in_the_mirror_is_announced(listed: Any, mirrored: Write) -> None:
    listed(loose("http://127.0.0.1:9/", mirror="rain.txt", sha256=DIGEST))
    mirrored(OTHER, "rain.txt")
    notices: list[str] = []
    assert fetch("rain", notice=notices.append).read_bytes() == OTHER.encode()
    assert notices == ["the other edition"]


@pytest.mark.parametrize("content", ["<html>log in</html>", OTHER[:-20], OTHER[5:], ""])
def test_a_loose_source_is_known_by_its_two_ends(listed: Any, server: Any, content: str) -> None:
    server.pages["/rain"] = (200, content.encode(), None)
    listed(loose(server.url + "/rain"))
    with pytest.raises(UserError, match=r"not the whole text of rain.*nothing was placed"):
        fetch("rain")
    assert files_below(cache_dir()) == []


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("page", "reason", "attempts"),
    [
        ((404, b"no", None), "HTTP status 404", 1),
        ((500, b"no", None), "HTTP status 500", 1),
        ((200, RAW[:9000], len(RAW)), "the connection broke off", 2),
        (None, "no connection", 0),
    ],
)
def test_a_network_that_fails_is_one_line_that_says_what_to_do(
    listed: Any, server: Any, page: Any, reason: str, attempts: int
) -> None:
    server.pages["/rain"] = page
    url = server.url + "/rain" if page else f"http://127.0.0.1:{closed_port()}/rain"
    listed(fixed(url))
    bar = Bar()
    with pytest.raises(UserError) as caught:
        fetch("rain", progress=bar)
    line = str(caught.value)
    assert "rain is not in the mirror or the cache and could not be downloaded (offline?)" in line
    assert f"{url}: {reason};" in line
    assert f"put the file at {cache_dir() / 'corpora' / 'rain.txt'} or set CHARLM_MIRROR" in line
    assert bar.closed == 1
    assert server.requests == ["/rain"] * attempts
    assert list((cache_dir() / "corpora").iterdir()) == []


def test_a_cache_that_cannot_be_written_says_which_setting_helps(
    listed: Any, mirrored: Write, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "file" / "cache"))
    listed(fixed(server.url + "/rain"))
    with pytest.raises(UserError, match="set CHARLM_CACHE"):
        fetch("rain")
    mirrored(TEXT, "corpora/rain.txt")
    with pytest.raises(UserError, match="set CHARLM_CACHE"):
        fetch("rain")
