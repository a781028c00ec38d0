"""No test sees the user's cache, a mirror, the network or another test's folder.

And the console script, to call in this process.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from charlm.__main__ import build_app
from charlm.console import program
from charlm.console.process import share_cores
from charlm.runs import registry

share_cores()  # as the programs do, before any test module loads torch
# There is a test process for each core. Two threads in each of them wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")


LONG = (
    "test_stand_in_device.py",
    "test_monkey.py",
    "test_distributed.py",
    "test_memory.py",
    "test_kills.py",
    "test_resume.py",
    "test_fuzz.py",
)
"""Files of few tests that take long. They come first: at the end, one process would be left with
them, and the other would have nothing to do."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the further cases of wide tests to the slow set, and sort the files."""
    cases = Counter[str]()
    for item in items:
        if wide := item.get_closest_marker("wide"):
            name = item.nodeid.partition("[")[0]
            cases[name] += 1
            if cases[name] > (wide.args or (1,))[0]:
                item.add_marker("slow")
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("CHARLM_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path / "work")


Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Make a folder once for a whole test run, however many processes share the tests.

    `once("models", make)` calls `make(folder)` in the process that asks first, and returns the
    folder in all. Nobody writes into it afterwards.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def folder(name: str, make: Callable[[Path], object]) -> Path:
        made = shared / "once" / name
        made.parent.mkdir(exist_ok=True)
        with FileLock(f"{made}.lock"):
            if not made.exists():
                begun = made.with_name(f"{name}.begun")
                begun.mkdir()
                make(begun)
                begun.rename(made)
        return made

    return folder


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


Charlm = Callable[..., Ended]


@pytest.fixture
def charlm(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Charlm:
    """Call the console script in this process: `charlm("generate", "runs/tiny", stdin=b"")`.

    No model ships with it.
    """
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / "shipped" / package)

    def call(*arguments: str | Path, stdin: bytes = b"") -> Ended:
        monkeypatch.setattr(sys, "argv", ["charlm", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            program.run(build_app())
        assert isinstance(caught.value.code, int)
        return Ended(caught.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def refused(charlm: Charlm) -> Callable[..., str]:
    """Call the console script with what is wrong: one line, exit code 2; return the line."""

    def call(*arguments: str | Path, stdin: bytes = b"") -> str:
        ended = charlm(*arguments, stdin=stdin)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("charlm: ")
        assert ended.err.endswith("\n")
        assert ended.err[:-1].isprintable()
        return ended.err

    return call
