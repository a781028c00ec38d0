"""The course notebook runs from top to bottom, in two minutes, and shows what it promises."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

COURSE = Path(__file__).parent / "notebooks" / "course.ipynb"
MOST_CPU_SECONDS = 120.0
"""Of all its processes together; on two cores that nobody shares, it takes no longer than that."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook with its outputs, executed in an empty folder."""
    notebook = nbformat.read(COURSE, 4)
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHARLM_CACHE", str(folder / "cache"))
        patch.setenv("HF_HUB_OFFLINE", "1")
        before = os.times()
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=300, resources=resources).execute()
    now = os.times()
    used = now.children_user + now.children_system - before.children_user - before.children_system
    assert used < MOST_CPU_SECONDS
    return notebook


def outputs(course: Any, part: str) -> list[Any]:
    """Return the outputs of the cell that begins or goes on with `part`."""
    (cell,) = (cell for cell in course.cells if cell.cell_type == "code" and part in cell.source)
    return list(cell.outputs)


def printed(found: list[Any]) -> str:
    return "".join(one.text for one in found if one.output_type == "stream")


def test_it_is_kept_without_outputs() -> None:
    cells = nbformat.read(COURSE, 4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]


def test_the_training_is_one_line(course: Any) -> None:
    line, _ = outputs(course, 'charlm.train(\n    "sample", preset="tiny", epochs=4')
    assert line.data["text/plain"].startswith("finished at step")
    assert "\n" not in line.data["text/plain"]


def test_results_show_themselves(course: Any) -> None:
    for part in ("model.surprise", "explain(reviews", "attentive\n", "inside.step(weights"):
        (shown,) = (
            one for one in outputs(course, part.strip()) if one.output_type == "execute_result"
        )
        assert "<" in shown.data["text/html"], part
        assert len(shown.data["text/plain"]) < 600, part
    for part in ("gradients.plot()", "result.history"):
        assert "image/png" in outputs(course, part)[-1].data


def test_no_cell_writes_to_standard_error(course: Any) -> None:
    for cell in course.cells:
        for one in cell.get("outputs", ()):
            assert one.get("name") != "stderr", one.text


def test_each_kind_of_task_has_its_command(course: Any) -> None:
    said = printed(outputs(course, "charlm imdb classify"))
    for part in ("equal to torch.nn", "positive", "I_TURN_LEFT I_TURN_LEFT", "19 characters"):
        assert part in said
    assert "Traceback" not in said
    assert "charlm: " not in said
