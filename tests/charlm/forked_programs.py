"""Programs that start as copies of a process in which torch is loaded already.

Loading torch, and what its optimizers load at their first call, takes five seconds of a core: more
than all else that a short training does. So one process of each test process loads them once, and
is copied (`os.fork`) for every program. A copy has its own process id, signals, streams, folder and
environment, and ends as Python ends. What the start of Python itself does is not seen here: tests
of that start Python.

As a program, this module is the process that is copied.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL
LOADED = (
    *("torch._dynamo", "torch.optim", "datasets", "pandas", "tokenizers", "rich.live"),
    *("charlm.start", "charlm.console.watch", "charlm.console.live", "charlm.training.tensorboard"),
    *("charlm.evaluation", "charlm.language_model", "seq.imdb.training", "seq.imdb.words.training"),
    *("seq.imdb.library", "seq.scan.training", "seq.scan.library"),
)
"""What programs have in common. None of it runs anything when it is imported."""

MOST = 1 << 20
"""Bytes of a request, at most."""


class Program:
    """A copy that runs `python -m MODULE ARGUMENTS`, or `python -c CODE ARGUMENTS`.

    It has the part of `subprocess.Popen` that the tests use. Streams are pipes, null or files.

    Args:
        arguments: what stands behind `python`.
        cwd: its folder; by default the one of this process.
        env: its environment; by default that of this process.
        streams: `stdin`, `stdout` and `stderr`: by default null and two pipes.
        text: whether pipes are read as text.
        leads: "" for nothing; "group" for a process group of its own; "terminal" for a session of
            its own, whose terminal is standard input.
    """

    def __init__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: int | IO[Any] = DEVNULL,
        stdout: int | IO[Any] = PIPE,
        stderr: int | IO[Any] = PIPE,
        text: bool = True,
        leads: str = "",
    ) -> None:
        self.returncode: int | None = None
        request = {
            "arguments": [str(one) for one in arguments],
            "cwd": str(cwd or Path.cwd()),
            "env": dict(os.environ if env is None else env),
            "leads": leads,
        }
        with contextlib.ExitStack() as theirs:
            given: list[int] = []
            ours: list[IO[Any] | None] = []
            for stream, mode in ((stdin, "w"), (stdout, "r"), (stderr, "r")):
                end, own = _open_stream(stream, mode if text else f"{mode}b", theirs)
                given.append(end)
                ours.append(own)
            self._status, told = os.pipe()
            theirs.callback(os.close, told)
            _ask(request, [*given, told])
        self.stdin, self.stdout, self.stderr = ours
        self.pid = int(self._told(60))

    def _told(self, seconds: float | None) -> bytes:
        """Return the next line about the program: its process id, and at last its exit code."""
        if not select.select([self._status], [], [], seconds)[0]:
            raise subprocess.TimeoutExpired("a copied program", seconds or 0)
        line = b""
        while (byte := os.read(self._status, 1)) not in (b"", b"\n"):
            line += byte
        return line

    def poll(self) -> int | None:
        """Return the exit code, or None while the program runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end of the program, and return its exit code; minus a signal that ended it.

        Raises:
            subprocess.TimeoutExpired: it runs still.
        """
        if self.returncode is None:
            self.returncode = int(self._told(timeout) or -signal.SIGKILL)
            os.close(self._status)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """Read both pipes to their ends, wait, and return what they held."""
        parts: dict[IO[Any], list[bytes]] = {}
        open_pipes = [pipe for pipe in (self.stdout, self.stderr) if pipe and not pipe.closed]
        parts = {pipe: [] for pipe in open_pipes}
        end = time.monotonic() + (10**6 if timeout is None else timeout)
        while open_pipes:
            ready = select.select(open_pipes, [], [], max(0.0, end - time.monotonic()))[0]
            if not ready:
                raise subprocess.TimeoutExpired("a copied program", timeout or 0)
            for pipe in ready:
                parts[pipe].append(data := os.read(pipe.fileno(), 1 << 16))
                if not data:
                    open_pipes.remove(pipe)
        self.wait(max(0.0, end - time.monotonic()) + 5)
        read = [self._close(pipe, parts) for pipe in (self.stdout, self.stderr)]
        return read[0], read[1]

    def _close(self, pipe: IO[Any] | None, parts: dict[IO[Any], list[bytes]]) -> Any:
        if pipe is None or pipe not in parts:
            return None
        pipe.close()
        data = b"".join(parts[pipe])
        return data if "b" in pipe.mode else data.decode()

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the program has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the program at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *error: object) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()
        if error[0] is not None:
            self.kill()
        self.wait()


def run(*arguments: str | Path, **about: Any) -> tuple[int, Any, Any]:
    """Run a program to its end; return its exit code and what it wrote to both streams."""
    program = Program(*arguments, **about)
    out, err = program.communicate()
    return program.wait(), out, err


def _open_stream(
    stream: int | IO[Any], mode: str, theirs: contextlib.ExitStack
) -> tuple[int, IO[Any] | None]:
    """Return the program's end of a stream, and this process's end of it if it is a pipe."""
    if stream == DEVNULL:
        end = os.open(os.devnull, os.O_RDWR)
        theirs.callback(os.close, end)
        return end, None
    if stream == PIPE:
        read, write = os.pipe()
        end, own = (write, read) if "r" in mode else (read, write)
        theirs.callback(os.close, end)
        return end, os.fdopen(own, mode, buffering=-1)
    return (stream if isinstance(stream, int) else stream.fileno()), None


@functools.cache
def _start_server() -> socket.socket:
    """Start the process that is copied. It ends when this one does, whose socket it reads."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST)
    server = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        cwd=Path(__file__).parents[2],
        stdin=DEVNULL,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def _ask(request: dict[str, Any], files: list[int]) -> None:
    socket.send_fds(_start_server(), [json.dumps(request).encode()], files)


def _serve(asked: socket.socket) -> dict[str, Any]:
    """Copy this process for every request; return the request, in the copy."""
    while True:
        data, files, _, _ = socket.recv_fds(asked, MOST, 4)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG if data else 0)[0]:
                pass
        if not data:
            sys.exit()
        if os.fork() == 0:
            asked.close()
            request = json.loads(data)
            _watch_over(files.pop(), files)
            _become(request, files)
            return request  # type: ignore[no-any-return]
        for file in files:
            os.close(file)


def _watch_over(told: int, files: list[int]) -> None:
    """Copy again; go on in the copy, and tell its number and its end from here."""
    ready, go = os.pipe()
    if (copy := os.fork()) == 0:
        os.close(go)
        os.close(told)
        os.read(ready, 1)  # until its number is told: its end comes after
        os.close(ready)
        return
    for file in files:
        os.close(file)
    os.write(told, b"%d\n" % copy)
    os.write(go, b"x")
    _, status = os.waitpid(copy, 0)
    with contextlib.suppress(BrokenPipeError):
        os.write(told, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(request: dict[str, Any], files: list[int]) -> None:
    """Take the streams, the folder, the environment and the signals of a fresh program."""
    if request["leads"] == "group":
        os.setpgid(0, 0)
    if request["leads"] == "terminal":
        os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    if request["leads"] == "terminal":
        import fcntl
        import termios

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        errors = "backslashreplace" if name == "stderr" else "strict"
        lines = name == "stderr" or os.isatty(number)
        stream = open(  # noqa: SIM115
            number, mode, 1 if lines else -1, "utf-8", errors, closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def main() -> None:
    """Load, wait for requests, and run each in a copy."""
    import gc
    import importlib
    import runpy

    tests = Path(__file__).parents[1]
    sys.path[:1] = [str(tests.parent), *(str(tests / name) for name in ("", "charlm", "seq"))]
    for name in LOADED:
        importlib.import_module(name)
    gc.freeze()
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    how, what, *arguments = request["arguments"]
    sys.argv = [what, *arguments]
    sys.path.insert(0, "")
    if how == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv[0] = "-c"
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    main()
