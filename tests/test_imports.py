"""Imports point one way, cost what they must, and do nothing."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import charlm
from charlm.__main__ import COMMANDS
from seq.caption.__main__ import COMMANDS as CAPTION_COMMANDS
from seq.forecast.__main__ import COMMANDS as FORECAST_COMMANDS
from seq.imdb.__main__ import COMMANDS as REVIEW_COMMANDS
from seq.scan.__main__ import COMMANDS as SCAN_COMMANDS

ROOT = Path(charlm.__file__).resolve().parents[1]
HEAVY = [
    *("torch", "textual", "datasets", "tokenizers", "pandas", "pyarrow", "matplotlib"),
    *("pooch", "requests"),
]
FREE_OF_TORCH = [
    "charlm.generation.cells",
    "charlm.generation.compiled",
    "charlm.generation.generate",
    "charlm.language_model",
    "charlm.runs.model_file",
    "charlm.runs.run_folder",
    "charlm.config",
    "charlm.commands.generate",
    "charlm.commands.score",
    "charlm.commands.models",
    "charlm.commands.corpora",
]


def modules(package: str) -> list[str]:
    """The package and all modules in it, but for the one that is a program."""
    found = pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
    return [package, *(info.name for info in found if not info.name.endswith("__main__"))]


def answered(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout


def loaded(names: list[str], heavy: list[str]) -> list[str]:
    """Import `names` one after the other; say which of `heavy` came, and with which of them."""
    program = (
        "import importlib, sys\n"
        "names, heavy = (words.split(',') for words in sys.argv[1:])\n"
        "seen = set()\n"
        "for name in names:\n"
        "    importlib.import_module(name)\n"
        "    new = set(heavy) & set(sys.modules) - seen\n"
        "    seen |= new\n"
        "    for module in sorted(new): print(module, 'with', name)\n"
    )
    return answered(program, ",".join(names), ",".join(heavy)).splitlines()


def test_the_corpora_load_nothing_heavy() -> None:
    assert loaded(modules("corpora"), [*HEAVY, "rich", "charlm", "seq", "tui"]) == []


def test_the_path_from_a_model_file_to_text_needs_no_torch() -> None:
    assert loaded(FREE_OF_TORCH, [*HEAVY, "seq", "tui"]) == []


@pytest.mark.long
def test_only_the_app_draws_with_textual() -> None:
    assert [line for line in watched() if line.startswith("loaded")] == []


def test_the_packages_themselves_are_free() -> None:
    heavy = [*HEAVY, "numpy", "rich", "cyclopts"]
    assert loaded(["corpora", "charlm", "seq", "tui", "charlm.commands"], heavy) == []


HELP = """
import contextlib, io, sys
from charlm.__main__ import build_app
heavy = set(sys.argv[1].split(","))
seen = set()
for tokens in sys.argv[2].split(","):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        build_app()([*tokens.split(), "--help"], result_action="return_value")
    assert "Usage" in shown.getvalue(), tokens
    new = heavy & set(sys.modules) - seen
    seen |= new
    for module in sorted(new): print(module, "with", tokens)
"""


@pytest.mark.long
def test_help_loads_neither_torch_nor_textual() -> None:
    nested = {"imdb": REVIEW_COMMANDS, "scan": SCAN_COMMANDS, "forecast": FORECAST_COMMANDS}
    nested["caption"] = CAPTION_COMMANDS
    inner = [f"{app} {name}" for app, names in nested.items() for name in names]
    commands = ["", *COMMANDS, "corpora get", "corpora clean", *inner]
    assert answered(HELP, ",".join(HEAVY), ",".join(commands)) == ""


def test_help_that_needs_no_model_does_without_numpy() -> None:
    assert answered(HELP, "numpy,safetensors", ",train,corpora,imdb,scan") == ""


WATCH = """
import importlib, os, signal, sys, threading
import numpy, torch
def world():
    signals = [signal.getsignal(number) for number in signal.valid_signals()]
    numbers = (numpy.random.get_state()[1].tolist(), torch.random.initial_seed())
    threads = (torch.get_num_threads(), threading.active_count())
    return dict(os.environ), os.getcwd(), signals, numbers, threads
sys.argv[1:], names = [], sys.argv[1].split(',')
before = world()
for name in names:
    importlib.import_module(name)
    for module in {"textual", "tui"} & set(sys.modules): print("loaded", module, "with", name)
    if world() != before: print("changed by", name)
print("all", len(names))
"""


@cache
def watched() -> list[str]:
    """What comes with the modules of the house, or changes, as they are imported one by one."""
    names = [name for package in ("corpora", "charlm", "seq") for name in modules(package)]
    lines = answered(WATCH, ",".join([*names, "charlm.__main__"])).splitlines()
    assert lines[-1] == f"all {len(names) + 1}"
    assert len(names) > 30
    return lines


@pytest.mark.long
def test_importing_does_nothing() -> None:
    assert [line for line in watched() if line.startswith("changed")] == []
