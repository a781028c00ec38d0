"""What README promises is what there is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from charlm.__main__ import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    characters, inside, reviews, commands, forecasts = re.findall(
        r"```python\n(.*?)```", README, re.DOTALL
    )
    names: dict[str, object] = {}
    exec(characters, names)  # the project's own README
    assert len(capsys.readouterr().out) > 300
    assert isinstance(names["surprise"], list)
    exec(inside, names)
    assert capsys.readouterr().out == "(25, 4, 128)\n"
    exec(reviews, names)
    labels = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert labels == ["positive", "negative"]
    exec(commands, names)
    assert capsys.readouterr().out == (
        "('I_TURN_LEFT', 'I_JUMP', 'I_TURN_LEFT', 'I_JUMP') (5, 3)\n"
    )
    exec(forecasts, names)
    assert capsys.readouterr().out == "(24,) True\n"


def test_every_command_named_exists_and_every_command_is_named() -> None:
    named = set(re.findall(r"`charlm (\w+)", README))
    assert named == set(COMMANDS)


def test_nothing_is_left_to_fill_in() -> None:
    for page in ("README.md", "RESULTS.md"):
        assert "@@" not in (ROOT / page).read_text(encoding="utf-8")


def test_ci_runs_the_test_command_of_readme() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    (extraction,) = re.findall(r"^test_command=\$\((.*)\)$", script, re.MULTILINE)
    found = subprocess.run(
        ["bash", "-c", extraction], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    (shown,) = re.findall(r"<!-- test command -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found == shown
