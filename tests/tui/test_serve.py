"""The app in a browser: what a page gets from it."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

SECONDS = 30


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def served(*options: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "CHARLM_STATE": str(Path("state").absolute())}
    command = [sys.executable, "-m", "tui", "--serve", *options]
    return subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)


async def seen_by_a_page(port: int) -> bytes:
    """Return what the app draws for a page, up to its tabs."""
    seen = b""
    url = f"http://localhost:{port}/ws?width=100&height=30"
    async with aiohttp.ClientSession() as session, asyncio.timeout(SECONDS):
        while True:
            try:
                page = await session.ws_connect(url)
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)  # it is not there yet
        async with page:
            while b"Translate" not in seen:
                message = await page.receive()
                if message.type == aiohttp.WSMsgType.BINARY:
                    seen += message.data
    return seen


def test_a_page_shows_the_app() -> None:
    port = free_port()
    with served("--port", str(port)) as server:
        try:
            assert b"Generate" in asyncio.run(seen_by_a_page(port))
        finally:
            server.terminate()
            server.communicate(timeout=SECONDS)


@pytest.mark.parametrize("port", ["0", "70000", "taken"])
def test_a_port_that_cannot_be_is_said(port: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        if port == "taken":
            port = str(taken.getsockname()[1])
        with served("--port", port) as server:
            _, said = server.communicate(timeout=SECONDS)
    assert server.returncode == 2
    assert said.decode().startswith("charlm: ")
    assert said.count(b"\n") == 1
