from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from refusals import refusals
from tiny_models import CONFIG, VOCABULARY, random_text, random_weights
from torch.nn import functional as F

from charlm.model import CharLM

TINY = "runs/tiny"
KEYS = {"characters", "nats_per_character", "bits_per_character", "perplexity", "crlf_equivalent"}
ASKED = ("--device", "cpu", "--json")

pytestmark = pytest.mark.usefixtures("run")


@pytest.fixture
def text() -> str:
    """The text of text.txt; it ends in a letter, so that normalising it changes nothing."""
    found = random_text(6000, seed=4).strip() + "h"
    Path("text.txt").write_text(found, encoding="utf-8")
    return found


def by_hand(part: str) -> dict[str, float]:
    """The figures of a text read in one piece by torch."""
    model = CharLM(CONFIG, len(VOCABULARY)).eval()
    model.load_state_dict({name: torch.from_numpy(a) for name, a in random_weights().items()})
    ids = torch.from_numpy(VOCABULARY.encode(part))
    with torch.inference_mode():
        logits, _ = model(ids[None, :-1])
        nats = float(F.cross_entropy(logits[0].double(), ids[1:], reduction="sum"))
    mean = nats / (len(part) - 1)
    return {
        "characters": len(part) - 1,
        "nats_per_character": mean,
        "bits_per_character": mean / math.log(2),
        "perplexity": math.exp(mean),
        "crlf_equivalent": nats / len(part[1:].replace("\n", "\r\n")),
    }


def assert_close(found: dict[str, Any], expected: dict[str, float]) -> None:
    for key, value in expected.items():
        assert math.isclose(found[key], value, rel_tol=1e-4), key


@pytest.mark.parametrize(
    ("split", "first", "last"),
    [("train", 0, 0.8), ("validation", 0.8, 0.9), ("test", 0.9, 1), ("all", 0, 1)],
)
def test_figures_are_those_of_torch(
    charlm: Any, text: str, split: str, first: float, last: float
) -> None:
    ended = charlm("evaluate", TINY, "text.txt", "--split", split, *ASKED)
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    assert {"model", "corpus", "split"} | KEYS == set(data)
    assert (data["model"], data["corpus"], data["split"]) == (TINY, "text", split)
    part = text[int(len(text) * first) : int(len(text) * last)]
    assert part.count("\n") > 20
    assert_close(data, by_hand(part))
    assert data["characters"] == len(part) - 1


def test_the_test_part_is_what_is_evaluated_unless_told(charlm: Any, text: str) -> None:
    assert charlm("evaluate", TINY, "text.txt", *ASKED) == charlm(
        "evaluate", TINY, "text.txt", "--split", "test", *ASKED
    )


def test_a_text_reads_the_same_from_everywhere(charlm: Any, text: str) -> None:
    expected = json.loads(charlm("evaluate", TINY, "text.txt", *ASKED).out)
    windows = text.replace("\n", "\r\n").encode("latin-1")
    Path("windows.txt").write_bytes(windows)
    again = charlm("evaluate", TINY, "windows.txt", "--encoding", "latin-1", *ASKED)
    piped = charlm("evaluate", TINY, "-", *ASKED, stdin=text.encode())
    assert json.loads(again.out) == {**expected, "corpus": "windows"}
    assert json.loads(piped.out) == {**expected, "corpus": "stdin"}


def test_the_figures_in_words(charlm: Any, text: str) -> None:
    ended = charlm("evaluate", TINY, "text.txt", "--device", "cpu")
    data = json.loads(charlm("evaluate", TINY, "text.txt", *ASKED).out)
    assert (ended.code, ended.err) == (0, "")
    for key in KEYS - {"characters", "perplexity"}:
        assert f"{data[key]:.4f}" in ended.out
    assert f"{data['characters']:,} characters" in ended.out


def test_dynamic_evaluation_learns_from_what_it_reads(charlm: Any) -> None:
    Path("monotonous.txt").write_text("abcdefgh" * 60, encoding="utf-8")
    ended = charlm("evaluate", TINY, "monotonous.txt", "--split", "all", "--dynamic", *ASKED)
    assert ended.code == 0
    data = json.loads(ended.out)
    assert set(data["dynamic"]) == KEYS
    assert data["dynamic"]["characters"] == data["characters"]
    assert data["dynamic"]["nats_per_character"] < data["nats_per_character"]


def test_a_text_of_other_characters_is_one_line(refused: Callable[..., str]) -> None:
    Path("other.txt").write_text("abXcd" * 200, encoding="utf-8")
    line = refused("evaluate", TINY, "other.txt", "--device", "cpu")
    assert "'X' (U+0058) at position 2" in line


@refusals(
    """
    runs/tiny nowhere.txt               | nowhere.txt
    runs/tiny short.txt                 | 2 are needed
    runs/tiny empty.txt                 | holds no text
    nowhere short.txt                   | no model 'nowhere'
    runs/tiny short.txt --split half    | --split
    runs/tiny --nope                    | --nope
    runs/tiny short.txt --encoding nope | 'nope'
    runs/tiny short.txt --device tpu    | --device
                                        | no model 'war_and_peace'
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    Path("short.txt").write_text("abcabcabc")
    Path("empty.txt").write_text("")
    assert line in refused("evaluate", *arguments)


def test_the_model_is_left_as_it_was(charlm: Any, text: str, run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    charlm("evaluate", TINY, "text.txt", "--dynamic", *ASKED)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    assert np.isfinite(json.loads(charlm("evaluate", TINY, "text.txt", *ASKED).out)["perplexity"])
