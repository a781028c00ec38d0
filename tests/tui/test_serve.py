"""The app in a browser: who gets it, what a page gets from it, and what a page cannot do."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from corpora.errors import UserError
from tui import visitors
from tui.serve import COLUMNS, LINES, MOST_SESSIONS, read_size

pytestmark = pytest.mark.long

SECONDS = 30


class Served:
    """The app, served at a free port."""

    def __init__(self, *options: str) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        environment = {**os.environ, "CHARLM_STATE": str(Path("state").absolute())}
        command = [sys.executable, "-m", "tui", "--serve", "--port", str(self.port), *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        (self.address,) = re.findall(r"http://\S+", self.said)
        (self.token,) = re.findall(r"/([\w-]{20,})/", self.said)
        self.origin = f"http://localhost:{self.port}"

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=SECONDS)

    @property
    def apps(self) -> list[psutil.Process]:
        """The processes of pages."""
        return psutil.Process(self.process.pid).children(recursive=True)

    async def socket(self, session: aiohttp.ClientSession, **headers: str) -> Any:
        """Open a page's websocket."""
        sent = {"Origin": self.origin, **headers}
        return await session.ws_connect(f"{self.address}ws?width=100&height=30", headers=sent)


@pytest.fixture
def served() -> Iterator[Served]:
    server = Served()
    yield server
    server.end()


def wait_until(what: str, holds: Any) -> None:
    for _ in range(SECONDS * 20):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError(f"waited {SECONDS} s for {what}")


async def read_until(page: Any, wanted: bytes) -> bytes:
    """Return what the app draws for a page, up to `wanted`."""
    seen = b""
    async with asyncio.timeout(SECONDS):
        while wanted not in seen:
            message = await page.receive()
            if message.type == aiohttp.WSMsgType.BINARY:
                seen += message.data
            elif message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE):
                raise AssertionError(f"the page was closed before {wanted!r} came")
    return seen


def test_a_page_shows_the_app_and_its_process_ends_with_it(served: Served) -> None:
    async def look() -> None:
        async with aiohttp.ClientSession() as session, await served.socket(session) as page:
            assert b"Generate" in await read_until(page, b"Translate")
            assert served.apps

    asyncio.run(look())
    wait_until("the process of the page to end", lambda: not served.apps)


def test_the_page_comes_with_rules_for_the_browser(served: Served) -> None:
    async def look() -> None:
        async with aiohttp.ClientSession() as session, session.get(served.address) as answer:
            assert answer.status == 200
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert served.token in await answer.text()

    asyncio.run(look())


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/ws", {}),
        ("/wrong/", {}),
        ("/TOKENx/", {}),
        ("/TOKEN/", {"Host": "evil.example"}),
        ("/TOKEN/", {"Host": "localhost"}),
        ("/TOKEN/", {"Origin": "http://evil.example"}),
        ("/TOKEN/", {"Origin": "null"}),
        ("/TOKEN/ws", {"Origin": "http://evil.example", "Upgrade": "websocket"}),
        ("/TOKEN/ws", {"Upgrade": "websocket"}),
        ("/TOKEN/ws", {"Origin": "https://localhost:PORT", "Upgrade": "websocket"}),
        ("/TOKEN/ws", {"Origin": "http://localhost:1", "Upgrade": "websocket"}),
    ],
)
def test_whoever_is_not_meant_is_refused(
    served: Served, path: str, headers: dict[str, str]
) -> None:
    path = path.replace("TOKEN", served.token)
    sent = {name: value.replace("PORT", str(served.port)) for name, value in headers.items()}

    async def ask() -> int:
        url = f"http://localhost:{served.port}{path}"
        async with aiohttp.ClientSession() as session, session.get(url, headers=sent) as answer:
            return answer.status

    assert asyncio.run(ask()) == 403
    assert not served.apps


def test_two_starts_have_two_secrets(served: Served) -> None:
    other = Served()
    other.end()
    assert other.token != served.token


def test_odd_frames_end_nothing(served: Served) -> None:
    async def attack() -> None:
        async with aiohttp.ClientSession() as session, await served.socket(session) as page:
            await read_until(page, b"Translate")
            odd: list[Any] = ["[", "[" * 100_000, "5", "[]", '["stdin", 5]', '["resize", 3]']
            odd.append('["resize", {"width": 1000000000, "height": 1000000000}]')
            odd.append('["resize", {"width": "x", "height": null}]')
            for frame in odd:
                await page.send_str(frame)
            await page.send_bytes(b"\0\1")
            await page.send_json(["ping", 7])
            async with asyncio.timeout(SECONDS):
                while (message := await page.receive()).type != aiohttp.WSMsgType.TEXT:
                    pass
            assert message.json() == ["pong", 7]
            (app,) = [one for one in served.apps if "tui" in one.cmdline()]
            assert app.memory_info().rss < 1 << 30

    asyncio.run(attack())


def test_there_is_a_limit_to_pages(served: Served) -> None:
    async def open_many() -> None:
        async with aiohttp.ClientSession() as session:
            pages = [await served.socket(session) for _ in range(MOST_SESSIONS)]
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await served.socket(session)
            assert refused.value.status == 503
            await pages.pop().close()
            async with asyncio.timeout(SECONDS):
                while True:
                    try:
                        pages.append(await served.socket(session))
                        break
                    except aiohttp.WSServerHandshakeError:
                        await asyncio.sleep(0.1)
            for page in pages:
                await page.close()

    asyncio.run(open_many())
    wait_until("all pages' processes to end", lambda: not served.apps)


@pytest.mark.wide
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_pages_end_with_the_server(served: Served, number: int) -> None:
    async def leave() -> list[psutil.Process]:
        async with aiohttp.ClientSession() as session, await served.socket(session) as page:
            await read_until(page, b"Translate")
            apps = served.apps
            assert apps
            served.process.send_signal(number)
            served.process.wait(SECONDS)
            return apps

    apps = asyncio.run(leave())
    wait_until("the processes to end", lambda: not any(map(psutil.Process.is_running, apps)))


@pytest.mark.parametrize("port", ["0", "70000", "taken"])
def test_a_port_that_cannot_be_is_said(port: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        if port == "taken":
            port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "tui", "--serve", "--port", port],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("charlm: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("asked", [{}, {"width": "x"}, {"width": None}, {"width": "1" * 5000}])
def test_sizes_stay_within_bounds(asked: dict[str, Any]) -> None:
    for size in (asked, {"width": -5, "height": 10**9}, {"width": 3.7, "height": True}):
        columns, lines = read_size(size)
        assert COLUMNS[0] <= columns <= COLUMNS[1]
        assert LINES[0] <= lines <= LINES[1]


def test_visitors_have_the_files_of_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, home = tmp_path / "given", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    (root / "out").symlink_to(home)
    assert visitors.allow(home / "secret") == home / "secret"
    monkeypatch.setenv(visitors.FILES, str(root))
    assert visitors.allow(Path("a/b.txt")) == root.resolve() / "a" / "b.txt"
    for path in ("../home/secret", str(home / "secret"), "out/secret", "a/../../home/x", "/"):
        with pytest.raises(UserError, match="no files but"):
            visitors.allow(Path(path))
    monkeypatch.setenv(visitors.FILES, "")
    with pytest.raises(UserError, match="without files"):
        visitors.allow(Path("a"))
