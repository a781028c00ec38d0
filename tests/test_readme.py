"""What README promises is what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import charlm
import seq
from charlm import parts
from charlm.__main__ import COMMANDS
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.splits import find_scene
from corpora.series.load import load_series

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SHOWN = 6
"""Examples with models that ship; those after them train, and take longer."""


def test_the_python_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    characters, inside, reviews, commands, forecasts, pictures = EXAMPLES[:SHOWN]
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
    exec(pictures, names)
    assert re.fullmatch(r"a .* True \(\d+, 6, 6\)\n", capsys.readouterr().out)


@pytest.mark.long
def test_the_examples_that_train_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_registered", {})
    Path("corpora").mkdir()
    shutil.copy(ROOT / "corpora/sample.txt", "corpora/sample.txt")
    text, others, numbers, own_cell, own_task = EXAMPLES[SHOWN:]
    names: dict[str, Any] = {"charlm": charlm, "seq": seq, "__name__": "__main__"}
    names |= {
        one.__name__: one for one in (load_series, find_scene, draw_scenes)
    }  # as shown before
    exec(text, names)
    written, figures = capsys.readouterr().out.split("\n[")
    assert len(written) >= 40
    assert "runs/text" in figures
    exec(others, names)
    assert capsys.readouterr().out == "1\n('b', 'a')\n"
    exec(numbers, names)
    assert re.fullmatch(r"\(24,\)\n\['\w.*'\]\n", capsys.readouterr().out)
    exec(own_cell, names)
    assert len(capsys.readouterr().out) > 40
    assert names["again"].config.cell == "mgu"
    exec(own_task, names)
    first, last = map(float, capsys.readouterr().out.split())
    assert last < 0.2 * first
    task = own_task[own_task.index("class") : own_task.index("found")]
    assert len(task.splitlines()) < 30


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
