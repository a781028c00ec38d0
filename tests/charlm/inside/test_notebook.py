"""The figures of the commands, from Python in a notebook, pictures included."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tiny_models import random_text, random_weights, write_run

pytestmark = pytest.mark.long

OPENING = """
import json
import charlm
from charlm import inside
model, other = charlm.load("runs/tiny"), charlm.load("runs/other")
text = open("text.txt", newline="").read()
"""
SHOWN = "result = {}\nprint(json.dumps(result.records()))\ndisplay(result)\ndisplay(result.plot())"

LOOKS = {
    "inside.step()": "step",
    "inside.compare_recurrences([0.7, 0.9, 1.1])": "recurrences",
    "inside.list_tensors(inside.StackSizes(cell='gru', hidden_size=3, num_layers=2))": (
        "shapes --cell gru --hidden 3 --layers 2"
    ),
    "inside.trace(model, text[:50]).select([(1, 2)])": (
        "trace runs/tiny --file short.txt --layer 2 --unit 2"
    ),
    "inside.compare(model, other, text[:50])": "compare runs/tiny runs/other --file short.txt",
    "inside.find_neighbours(model, 'a')": "neighbours runs/tiny a",
    "inside.find_units(model, text)": (
        "units runs/tiny text.txt --split all --characters 3000 --clamp 0"
    ),
    "inside.silence(model, text)": "silence runs/tiny text.txt --split all --characters 2000",
    "inside.measure_gradients(inside.before_and_after(model), text)": (
        "gradients runs/tiny --corpus text.txt"
    ),
}
"""What is asked in Python, and the command that gives the same figures."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs and a text."""
    folder = tmp_path_factory.mktemp("notebook")
    write_run(folder / "runs" / "tiny")
    write_run(folder / "runs" / "other", random_weights(seed=1))
    text = random_text(3000)
    (folder / "text.txt").write_text(text, newline="")
    (folder / "short.txt").write_text(text[:50] + "\n", newline="")
    return folder


@pytest.fixture(scope="module")
def outputs(folder: Path) -> dict[str, list[Any]]:
    """What the notebook has shown for each of `LOOKS`: a printed text, the result, a picture."""
    cells = [OPENING.strip(), *(SHOWN.format(look) for look in LOOKS)]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    return {look: cell.outputs for look, cell in zip(LOOKS, notebook.cells[1:], strict=True)}


def same(one: Any, other: Any) -> bool:
    """Whether two figures are equal, but for the last bits of products in two processes."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-7)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@pytest.mark.parametrize("look", LOOKS)
def test_a_notebook_gives_the_records_of_the_command(
    outputs: dict[str, list[Any]],
    look: str,
    charlm: Any,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(folder)
    ended = charlm("inside", *LOOKS[look].split(), "--json")
    assert ended.code == 0, ended.err
    wanted = json.loads(ended.out)["records"]
    found = json.loads(outputs[look][0].text)
    assert len(found) == len(wanted) > 0
    for mine, theirs in zip(found, wanted, strict=True):
        # The command also compares with torch, where Python was not asked to.
        known = {name: value for name, value in mine.items() if value is not None}
        assert known
        assert all(same(value, theirs[name]) for name, value in known.items()), (mine, theirs)


@pytest.mark.parametrize("look", LOOKS)
def test_a_notebook_shows_results_and_pictures(outputs: dict[str, list[Any]], look: str) -> None:
    _, result, picture = outputs[look]
    assert "<" in result.data["text/html"]
    assert picture.data["image/png"].startswith("iVBORw0KGgo")  # a PNG in base 64
