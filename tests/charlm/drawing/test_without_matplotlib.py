"""matplotlib is an extra: what draws says so in one line, and everything else does without it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from programs import ROOT, run_python

from charlm.console.extras import NO_PICTURES

PROGRAM = """
import sys
sys.modules["matplotlib"] = None  # as if it were not installed
{body}
"""
COMMAND = "from charlm.__main__ import main; sys.argv[1:1] = []; main()"
LIBRARY = """
import charlm, charlm.inside
from corpora.errors import UserError
found = charlm.inside.trace(charlm.load(), "abc")
print(len(found.records()) > 0, "<" in found._repr_html_())
try:
    found.plot()
except UserError as error:
    print(error)
"""


def without(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_python("-c", PROGRAM.format(body=body), *arguments)


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ["inside", "step", "--png", "a.png"],
        ["inside", "gradients", "--png", "a.png"],
        ["inside", "trace", "war_and_peace", "abc", "--png", "a.png"],
        ["scan", "translate", "jump twice", "--png", "a.png"],
        ["scan", "attention", "jump twice", "--png", "a.png"],
    ],
)
def test_a_picture_that_cannot_be_drawn_is_refused_before_the_work(command: list[str]) -> None:
    ended = without(COMMAND, *command)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"charlm: {NO_PICTURES}\n"
    assert not Path("a.png").exists()


@pytest.mark.long
@pytest.mark.parametrize(
    "command", [["inside", "step"], ["inside", "trace", "war_and_peace", "abc"], ["--help"]]
)
def test_what_draws_nothing_does_without(command: list[str]) -> None:
    ended = without(COMMAND, *command)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.long
def test_a_result_shows_itself_and_says_why_it_has_no_picture() -> None:
    ended = without(LIBRARY)
    assert ended.stdout == f"True True\n{NO_PICTURES}\n", ended.stderr


def test_no_module_but_one_imports_it() -> None:
    for package in ("corpora", "charlm", "seq", "tui"):
        for path in (ROOT / package).rglob("*.py"):
            lines = path.read_text(encoding="utf-8").splitlines()
            for line in lines if path.name != "figures.py" else ():
                if "from matplotlib" in line or "import matplotlib" in line:
                    assert line == "    from matplotlib.figure import Figure", path  # for types
