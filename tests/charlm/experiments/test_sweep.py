"""`charlm sweep` as people call it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_helpers import MODEL_CONFIG, TRAINING_CONFIG, options, result, short_text

from charlm.experiments import grid
from charlm.experiments.sweep import Sweep
from charlm.runs.files import CONFIG, LAST, MODEL
from charlm.task import LanguageModelling
from charlm.training.log import best_loss

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]

NAMES = ["rnn-1x6", "gru-1x6", "rnn-2x6", "gru-2x6"]
GRID = ("--cells", "rnn", "gru", "--layers", "1", "2", "--hidden", "6")
STEPS = 33
"""Of a training of one pass."""


def recipe(**changes: Any) -> list[str]:
    """The options of a training of a blink, but for those that the grid settles."""
    given = options(**{"epochs": 1, **changes})
    settled = [f"--{name}" for name in ("cell", "hidden-size", "num-layers", "embedding-size")]
    at = [given.index(name) for name in settled]
    return [o for i, o in enumerate(given) if i not in at and i - 1 not in at]


@pytest.fixture
def sweep(charlm: Charlm) -> Charlm:
    short_text(Path())

    def call(*arguments: str, **changes: Any) -> Any:
        return charlm("sweep", "text.txt", "--out", "out", *GRID, *recipe(**changes), *arguments)

    return call


@pytest.fixture
def swept(sweep: Charlm, once: Callable[..., Path]) -> str:
    """What the sweep printed that has ended in out/; it was made once for all tests."""

    def make(folder: Path) -> None:
        ended = sweep()
        assert (ended.code, ended.err.splitlines()[0]) == (0, "4 models")
        Path("out").rename(folder / "out")
        (folder / "said").write_text(ended.out, encoding="utf-8")

    folder = once("sweep", make)
    shutil.copytree(folder / "out", "out")
    return (folder / "said").read_text(encoding="utf-8")


def stopping(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Send this process SIGINT while it makes that step of all those of the sweep."""
    real, made = LanguageModelling.units, iter(range(10**9))

    def units(self: LanguageModelling, batch: Any) -> int:
        if next(made) == step:
            os.kill(os.getpid(), signal.SIGINT)
        return real(self, batch)

    monkeypatch.setattr(LanguageModelling, "units", units)


def found() -> list[dict[str, Any]]:
    data = json.loads(Path("out/sweep.json").read_text(), parse_constant=pytest.fail)
    return list(data["models"])


def named(row: dict[str, Any]) -> str:
    return f"{row['cell']}-{row['num_layers']}x{row['hidden_size']}"


def page() -> list[list[str]]:
    lines = Path("out/sweep.md").read_text(encoding="utf-8").splitlines()
    return [[word.strip() for word in line.strip("|").split("|")] for line in lines[2:]]


def test_every_model_of_the_grid_is_in_the_table(swept: str, charlm: Charlm) -> None:
    rows = found()
    assert [named(row) for row in rows] == NAMES
    headings, _, *lines = page()
    assert headings == ["layers × hidden", "rnn", "gru"]
    assert [line[0] for line in lines] == ["1 × 6", "2 × 6"]
    shown = [cell for line in lines for cell in line[1:]]
    for name, row, cell, line in zip(NAMES, rows, shown, swept.splitlines(), strict=False):
        info = json.loads(charlm("info", f"out/{name}", "--json").out)
        assert row["parameters"] == info["parameters"]["total"]
        assert info["config"]["embedding_size"] == 6
        assert (row["passes"], row["ended"], row["test"]) == (1.0, "finished", None)
        loss = row["validation"]["nats_per_character"]
        assert loss == best_loss(Path("out", name))
        assert cell == f"{row['validation']['crlf_equivalent']:.3f}"
        said = name.replace("-", " ").replace("x", " × ")
        assert line.startswith(f"{said}: validation {loss:.4f}")
        assert cell in swept.split("validation: nats per byte")[1]
        assert row["characters_per_second"] > 0
        assert row["minutes"] > 0


@pytest.mark.usefixtures("swept")
def test_what_has_ended_is_not_trained_again(
    sweep: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, files = found(), [path for path in Path("out").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    monkeypatch.setattr(LanguageModelling, "__init__", None)  # nothing is made to be trained
    again = sweep("--json")
    assert again.code == 0
    assert "4 trained already" in again.err
    assert json.loads(again.out)["models"] == rows
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.wide
@pytest.mark.parametrize("step", [5, 2 * STEPS + 20])
def test_a_sweep_that_was_stopped_goes_on(
    sweep: Charlm, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, step: int
) -> None:
    """In the first training, in the third."""
    done = step // STEPS
    with monkeypatch.context() as patch:
        stopping(patch, step)
        ended = sweep()
    assert ended.code == 130
    assert "the same command goes on" in ended.err
    assert [named(row) for row in found()] == NAMES[:done]
    assert sum(cell == "–" for line in page()[2:] for cell in line) == 4 - done
    assert not Path("out", NAMES[done + 1]).exists()
    again = sweep()
    assert again.code == 0
    assert sum(": validation" in line for line in again.out.splitlines()) == 4 - done
    Path("out").rename("in two")
    request.getfixturevalue("swept")
    for name in NAMES:
        assert result(Path("in two", name)) == result(Path("out", name))


@pytest.mark.usefixtures("swept")
def test_a_training_that_was_killed_before_its_first_save_begins_anew(sweep: Charlm) -> None:
    killed = Path("out", NAMES[1])
    before = (killed / MODEL).read_bytes()
    for name in (LAST, MODEL, "metrics.jsonl"):
        (killed / name).unlink()
    assert sweep().code == 0
    assert (killed / MODEL).read_bytes() == before


def test_a_model_that_diverges_is_noted_and_the_others_go_on(
    sweep: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LanguageModelling.loss

    def loss(self: LanguageModelling, *given: Any) -> torch.Tensor:
        bad = self.model.config.cell == "gru" and self.model.config.num_layers == 1
        return real(self, *given) * (torch.nan if bad else 1)

    monkeypatch.setattr(LanguageModelling, "loss", loss)
    ended = sweep("--test")
    assert ended.code == 0
    assert "gru 1 × 6: diverged; " in ended.out
    assert [row["ended"] == "diverged" for row in found()] == [False, True, False, False]
    assert found()[1]["validation"] is None
    assert page()[2][2] == "diverged"
    assert "4 trained already" in sweep("--test").err


@pytest.mark.usefixtures("swept")
def test_the_test_part_is_read_when_asked_and_once(
    sweep: Charlm, charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = sweep("--test")
    assert ended.code == 0
    assert ended.out.count("), test ") == 4
    for name, row in zip(NAMES, found(), strict=True):
        said = json.loads(charlm("evaluate", f"out/{name}", "text.txt", "--json").out)
        for figure, value in row["test"].items():
            assert value == pytest.approx(said[figure], rel=1e-6)
    assert page()[2][1] == f"{found()[0]['test']['crlf_equivalent']:.3f}"
    monkeypatch.setattr(Sweep, "_compute_test_loss", None)
    rows = found()
    assert sweep("--test").code == sweep().code == 0
    assert found() == rows
    assert page()[2][1] == f"{found()[0]['validation']['crlf_equivalent']:.3f}"


@pytest.mark.usefixtures("swept")
def test_a_sweep_goes_on_with_what_may_change(sweep: Charlm, charlm: Charlm) -> None:
    assert sweep("--test").code == 0
    assert "4 trained already" in sweep(device="auto", save_seconds=9).err
    longer = sweep("--test", epochs=2)
    assert (longer.code, longer.err.splitlines()[0]) == (0, "4 models")
    for name, row in zip(NAMES, found(), strict=True):
        assert row["passes"] == 2.0
        said = json.loads(charlm("evaluate", f"out/{name}", "text.txt", "--json").out)
        assert row["test"]["nats_per_character"] == pytest.approx(said["nats_per_character"])


def test_embeddings_can_have_a_size_of_their_own(charlm: Charlm) -> None:
    short_text(Path())
    given = ("--cells=lstm", "--layers=1", "--hidden=6", "--out=own", *recipe(residual=True))
    assert charlm("sweep", "text.txt", *given, "--embedding-size=4").code == 0
    config = json.loads(Path("own/lstm-1x6", CONFIG).read_text())
    assert config["model"]["embedding_size"] == 4
    assert config["preset"] == "default"


@pytest.mark.usefixtures("swept")
def test_other_settings_or_texts_do_not_mix_with_runs_that_are_there(refused: Refused) -> None:
    rest = ("--out", "out", *GRID)
    assert "has seed 1, not 2; name another" in refused("sweep", "text.txt", *rest, *recipe(seed=2))
    short_text(Path(), characters=5000, name="other.txt")
    assert "has characters 4000, not 5000" in refused("sweep", "other.txt", *rest, *recipe())


@pytest.mark.usefixtures("swept")
def test_a_damaged_log_is_a_line(refused: Refused) -> None:
    with Path("out", NAMES[0], "metrics.jsonl").open("a") as file:
        file.write('{"event": "step"}\n')
    assert "is damaged" in refused("sweep", "text.txt", "--out=out", *GRID, *recipe())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "CORPUS"),
        (["nowhere.txt"], "nowhere.txt"),
        (["-"], "name a file"),
        (["text.txt", "--cells", "lstn"], "lstn"),
        (["text.txt", "--layers", "0"], "num_layers must lie between"),
        (["text.txt", "--hidden", "8", "-8"], "-8"),
        (["text.txt", "--preset", "huge-ish"], "there is no preset 'huge-ish'"),
        (["text.txt", "--dropout", "2"], "dropout must lie between"),
        (["text.txt", "--cell", "lstm"], "--cell"),
        (["text.txt", "--batch-size", "4000"], "too few for one batch"),
    ],
)
def test_what_is_wrong_is_a_line_before_anything_is_trained(
    refused: Refused, arguments: list[str], said: str
) -> None:
    short_text(Path())
    assert said in refused("sweep", *arguments)
    assert not Path("runs").exists()


def test_a_grid_counts_what_is_named_twice_once() -> None:
    trials = grid.make_grid(
        ((2, 1, 2), (8, 4, 8), ("gru", "gru")), MODEL_CONFIG, TRAINING_CONFIG, Path("x")
    )
    assert [trial.name for trial in trials] == ["gru 2 × 8", "gru 2 × 4", "gru 1 × 8", "gru 1 × 4"]
    assert [trial.model.embedding_size for trial in trials] == [8, 4, 8, 4]


def test_rows_stay_whole_in_a_narrow_terminal(
    sweep: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    ended = sweep("--cells", "rnn", "--layers", "1")
    page = Path("out/sweep.md").read_text().splitlines()
    for row in (page[2], *page[4:]):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert any(re.split(r"  +", line.strip()) == cells for line in ended.out.splitlines()), (
            cells
        )
