"""The command line that a form shows gives the training that the form describes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from charlm.runs.files import CONFIG, read_json
from tui.train.drawn_sample import is_drawing
from tui.train.form import Form
from tui.train.forms import Forms
from tui.train.log import RunLog
from tui.train.tasks import load_task

pytestmark = pytest.mark.long

SMALL = {"hidden_size": "8", "epochs": "1", "device": "cpu"}
CASES = {
    "pairs": ("mine.tsv", {"embedding_size": "4", "made_share": "0.3"}),
    "series": ("mine.csv", {"target": "heat", "inputs": "wind, air temp", "horizon": "6",
                            "context": "12", "strategy": "direct"}),
    "pictures": ("scenes", {"split": "counts", "scenes": "64", "channels": "16"}),
}  # fmt: skip


@pytest.fixture
def data() -> None:
    Path("mine.tsv").write_text("".join(f"say w{n}\tW{n}\n" for n in range(60)))
    rows = "".join(f"{n},{n % 7},{n % 5},{n % 3}\n" for n in range(300))
    Path("mine.csv").write_text(f"time,wind,heat,air temp\n{rows}")


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("task", CASES)
def test_the_command_trains_what_the_form_describes(task: str) -> None:
    source, typed = CASES[task]
    form, folder = Form(load_task(task), source=source), Path("runs/mine")
    for name, value in {**SMALL, **typed}.items():
        form.set(name, value)
    form.check()
    subprocess.run([sys.executable, "-m", *form.make_arguments(folder)], check=True, timeout=300)
    recorded, made = read_json(folder / CONFIG), form.make_configs()
    assert recorded["model"] == made.model.to_json()
    assert recorded["training"] == made.training.to_json()
    assert made.data is not None
    of_data = made.data.to_json().items()
    assert {name: recorded["corpus"].get(name) for name, _ in of_data} == dict(of_data)
    forms = Forms()
    assert forms.fill_from_run(recorded)  # and the run fills the form with itself
    assert (forms.shown, forms.current.source) == (task, source)
    assert forms.current.make_configs() == made
    assert forms.current.get("epochs") == "1"
    log = RunLog(folder)
    log.read()
    assert len(log.evaluations) == len(log.samples) == 1
    assert is_drawing(log.sample) == (task == "series")
