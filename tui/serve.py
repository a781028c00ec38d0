"""The app in a browser, for whoever has the address that is printed, and nobody else.

A page that is open in the same browser can send requests to this machine, and every user of the
machine can. So the address holds a secret, and every request must name this server as its host
and, where a browser says where it comes from, as its origin.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from tui.visitors import FILES

MOST_SESSIONS = 4
"""Pages that can be open at once: each has a process of its own."""
COLUMNS, LINES = (20, 500), (5, 200)
"""Sizes that a page may ask for: a screen of a billion columns would take all memory."""
LARGEST_MESSAGE = 1 << 20
"""Bytes of a message from a page."""
GRACE_SECONDS = 3.0
"""Time that the process of a page has to end by itself."""
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)


class VisitorProcess(AppService):
    """The app for one page: a process that ends with its page."""

    def __init__(self, files: Path | None, state: str, **hooks: Any) -> None:
        super().__init__("", **hooks)
        self.files, self.state = files, state

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Any:
        environment = self._build_environment(width=width, height=height)
        environment |= {FILES: str(self.files or ""), "CHARLM_STATE": self.state}
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.files,
            env=environment,
            start_new_session=True,
        )  # fmt: skip
        self._stdin = process.stdin
        return process

    async def end(self) -> None:
        """Ask the process to end, and end it if it does not."""
        try:
            await asyncio.wait_for(self.stop(), GRACE_SECONDS)
        except TimeoutError:
            pass
        finally:
            if self._process is not None and self._process.returncode is None:
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:  # on Windows
                    self._process.kill()
                await self._process.wait()


def _call_on_signals(end: Callable[[], None]) -> None:
    """Call `end` in the running event loop on each signal that ends a program."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is None:
            continue
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # on Windows
            signal.signal(number, lambda number, frame: loop.call_soon_threadsafe(end))


class GuardedServer(Server):
    """Serves the app on this machine.

    Args:
        port: where.
        files: folder that visitors may open files in and write to; None for no files at all.
    """

    def __init__(self, port: int, files: Path | None) -> None:
        super().__init__("charlm", host="localhost", port=port, title="charlm")
        self.files = files
        self.token = secrets.token_urlsafe(24)
        self.hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        self.origins = {f"http://{host}" for host in self.hosts}
        self.running: set[VisitorProcess] = set()
        self.opened = 0

    @property
    def address(self) -> str:
        """Where the app is found."""
        return f"{self.public_url}/{self.token}/"

    def serve(self, debug: bool = False) -> None:
        """Serve until a signal ends it, such as Ctrl-C; then end the processes of all pages.

        Raises:
            OSError: the port cannot be had.
        """
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        ended = asyncio.Event()
        _call_on_signals(ended.set)
        runner = web.AppRunner(await self._make_app())
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            files = f"files in {self.files}" if self.files else "no files (see --files)"
            sys.stdout.write(f"the app is at {self.address}\n")
            sys.stdout.write(f"visitors have {files}; Ctrl-C ends it\n")
            sys.stdout.flush()
            await ended.wait()
        finally:
            await runner.cleanup()

    async def _make_app(self) -> web.Application:
        # Parts of the base class, at addresses that hold the secret.
        app = web.Application(middlewares=[self._guard])
        import aiohttp_jinja2
        import jinja2

        aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(self.templates_path))
        root = f"/{self.token}"
        app.add_routes(
            [
                web.get(f"{root}/", self.handle_index, name="index"),
                web.get(f"{root}/ws", self.handle_websocket, name="websocket"),
                web.get(f"{root}/download/{{key}}", self.handle_download, name="download"),
                web.static(f"{root}/static", self.statics_path, name="static"),
            ]
        )
        app.on_response_prepare.append(self._add_headers)
        app.on_shutdown.append(self.on_shutdown)
        return app

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Refuse requests that are not meant for this server, or do not know the secret."""
        origin = request.headers.get("Origin")
        named = secrets.compare_digest(request.path.split("/")[1].encode(), self.token.encode())
        if not named or request.headers.get("Host") not in self.hosts:
            raise web.HTTPForbidden
        # A browser always says where a websocket comes from.
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if origin not in self.origins and (is_socket or origin is not None):
            raise web.HTTPForbidden
        return await handler(request)

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"

    async def on_shutdown(self, app: web.Application) -> None:
        """End the processes of all pages."""
        await asyncio.gather(*(process.end() for process in list(self.running)))

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run the app for a page, as long as the page is there."""
        if self.opened >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(text="too many pages are open; close one")
        self.opened += 1
        websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=LARGEST_MESSAGE)
        try:
            await websocket.prepare(request)
            with tempfile.TemporaryDirectory(prefix="charlm-visitor-") as state:
                process = VisitorProcess(
                    self.files,
                    state,
                    write_bytes=websocket.send_bytes,
                    write_str=websocket.send_str,
                    close=websocket.close,
                    download_manager=self.download_manager,
                )
                self.running.add(process)
                try:
                    await process.start(*read_size(request.query))
                    await self._hand_on(websocket, process)
                finally:
                    self.running.discard(process)
                    await process.end()
        finally:
            self.opened -= 1
            await websocket.close()
        return websocket

    async def _hand_on(self, websocket: web.WebSocketResponse, app_service: VisitorProcess) -> None:
        """Hand on what a page sends; leave out what no page of ours would send."""
        async for message in websocket:
            if message.type != WSMsgType.TEXT:
                continue
            try:
                kind, *rest = message.json()
            except (ValueError, TypeError, RecursionError):
                continue
            given = rest[0] if rest else None
            if kind == "stdin" and isinstance(given, str):
                await app_service.send_bytes(given.encode("utf-8", "replace"))
            elif kind == "resize" and isinstance(given, dict):
                await app_service.set_terminal_size(*read_size(given))
            elif kind == "ping" and isinstance(given, str | int | float):
                await websocket.send_json(["pong", given])
            elif kind == "blur":
                await app_service.blur()
            elif kind == "focus":
                await app_service.focus()


def read_size(asked: Any) -> tuple[int, int]:
    """Return the columns and lines that a page asks for, within bounds."""

    def within(value: object, bounds: tuple[int, int], usual: int) -> int:
        try:
            number = int(str(value)[:9])
        except ValueError:
            return usual
        return min(max(number, bounds[0]), bounds[1])

    return within(asked.get("width"), COLUMNS, 80), within(asked.get("height"), LINES, 24)
