"""`charlm calibrate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import random_text

import charlm as library

TINY = "runs/tiny"
ON = ("--device", "cpu", "--precision", "fp32")

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture(autouse=True)
def text() -> None:
    Path("text.txt").write_text(random_text(6000, seed=4).strip() + "h", encoding="utf-8")


def test_the_new_model_has_the_loss_that_was_said_and_can_be_used_everywhere(charlm: Any) -> None:
    said = json.loads(charlm("calibrate", TINY, "new", "text.txt", "--json", *ON).out)
    evaluate = ("evaluate", "new", "text.txt", "--split", "validation", "--json", *ON)
    figures = json.loads(charlm(*evaluate).out)
    assert figures["nats_per_character"] == pytest.approx(said["after"], abs=1e-6)
    assert said["after"] < said["before"]
    back = ("--temperature", str(1 / said["temperature"]))
    figures = json.loads(charlm(*evaluate, *back).out)
    assert figures["nats_per_character"] == pytest.approx(said["before"], abs=1e-6)
    recorded = json.loads(Path("new/config.json").read_text())
    assert recorded["calibration"] == said
    assert recorded["validation_loss"] == said["after"]
    usual, new = library.load(TINY), library.load("new")
    warmer = usual.generate("ab", length=40, temperature=0.8 * said["temperature"], seed=1)
    assert new.generate("ab", length=40, temperature=0.8, seed=1) == warmer
    assert charlm("export", "new", "half").code == 0


def test_the_rates_that_are_fitted_are_those_of_the_next_evaluation(charlm: Any) -> None:
    Path("text.txt").write_text(random_text(1500, seed=4), encoding="utf-8")
    said = charlm("calibrate", TINY, "new", "text.txt", "--dynamic", *ON)
    assert said.code == 0
    assert "dynamic evaluation: rate" in said.out
    recorded = json.loads(Path("new/config.json").read_text())["dynamic"]
    figures = []
    for rate in (recorded["rate"], 0.5):
        about = json.loads(Path("new/config.json").read_text())
        about["dynamic"]["rate"] = rate
        Path("new/config.json").write_text(json.dumps(about))
        found = charlm("evaluate", "new", "text.txt", "--dynamic", "--json", *ON)
        figures.append(json.loads(found.out)["dynamic"]["nats_per_character"])
    assert figures[0] != figures[1]


@refusals(
    """
    calibrate runs/tiny runs/tiny text.txt             | holds a model already
    calibrate runs/tiny/model.safetensors new text.txt | takes a run folder
    calibrate runs/tiny new nowhere.txt                | nowhere.txt
    evaluate runs/tiny text.txt --temperature 0        | --temperature must lie above 0
    evaluate runs/tiny text.txt --temperature 1000     | --temperature must lie above 0
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    assert line in refused(*arguments)
    assert not Path("new").exists()
