"""Files to read, and a server on this machine to fetch from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from loopback import Answering, Loopback

from corpora.text.normalize import iter_text

Answer = tuple[int, bytes, Mapping[str, str]]
"""Status, body and headers."""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the working folder, text as UTF-8."""

    def write(data: bytes | str, name: str = "text.txt") -> Path:
        path = tmp_path / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        return path

    return write


@pytest.fixture
def mirrored(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of the mirror."""

    def write(data: str, name: str) -> Path:
        path = tmp_path / "mirror" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def read_text() -> Callable[..., str]:
    """Return the whole normalised text of a file."""

    def read(path: Path, encoding: str = "utf-8") -> str:
        return "".join(iter_text(path, encoding))

    return read


class Server(Loopback):
    """A web server on the loopback that answers each path by a function and notes the requests."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        outer = self

        class Handler(Answering):
            def _answer(self) -> None:
                outer.requests.append(self.path)
                status, body, headers = answer(self.path)
                self.send(status, body, headers, len(body))

            do_GET = do_HEAD = _answer  # noqa: N815

        super().__init__(Handler)


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], Answer]], Server]]:
    """Start servers, and close them at the end."""
    servers: list[Server] = []

    def start(answer: Callable[[str], Answer]) -> Server:
        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Pages(Server):
    """A server of `pages`, which maps paths to (status, body, announced length)."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, int | None]] = {}
        super().__init__(self._answer)

    def _answer(self, path: str) -> Answer:
        status, body, announced = self.pages.get(path, (404, b"no", None))
        return status, body, {"Content-Length": str(announced)} if announced else {}


@pytest.fixture
def server() -> Iterator[Pages]:
    server = Pages()
    yield server
    server.close()
