"""The figures of the commands, from Python in a notebook, pictures included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from tiny_models import write_run

TEXT = "abc. defg, hé"

CELLS = """
import charlm
import charlm.inside
model = charlm.load("runs/tiny")
TEXT = "abc. defg, hé"
---
import json
units = charlm.inside.trace(model, TEXT).select([(0, 3), (1, 2)])
print(json.dumps(units.records()))
---
units
---
units.plot()
---
charlm.inside.trace(model, TEXT).select([(1, 2)]).plot()
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """What each cell of the notebook has shown."""
    folder = tmp_path_factory.mktemp("notebook")
    write_run(folder / "runs" / "tiny")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS.split("---")]
    )
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute()
    return [cell.outputs for cell in notebook.cells]


def test_a_notebook_gives_the_records_of_the_command(
    outputs: list[list[Any]], charlm: Any, tmp_path: Path
) -> None:
    write_run(Path("runs/tiny"))
    asked = ("inside", "trace", "runs/tiny", TEXT, "--json")
    first = json.loads(charlm(*asked, "--layer", "1", "--unit", "3").out)["records"]
    second = json.loads(charlm(*asked, "--layer", "2", "--unit", "2").out)["records"]
    expected = [{**one, **other} for one, other in zip(first, second, strict=True)]
    assert json.loads(outputs[1][0].text) == expected


def test_a_notebook_shows_text_and_pictures(outputs: list[list[Any]]) -> None:
    (colored,), (rows,), (text,) = outputs[2:]
    assert "<span" in colored.data["text/html"]
    for picture in (rows, text):
        assert picture.data["image/png"].startswith("iVBORw0KGgo")  # a PNG in base 64
