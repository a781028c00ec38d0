from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals
from tiny_models import VOCABULARY

from charlm import language_model
from charlm.generation.sampling import Sampling

Refused = Callable[..., str]

TINY = "runs/tiny"

pytestmark = pytest.mark.usefixtures("run")


def test_standard_output_carries_the_text_and_nothing_else(charlm: Any) -> None:
    ended = charlm("generate", TINY, "--prompt", "abc", "--length", "60", "--seed", "3")
    text = language_model.load(TINY).generate("abc", length=60, seed=3)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.removesuffix("\n") == ("abc" + text).removesuffix("\n")
    assert ended.out.endswith("\n")


def test_the_echo_can_be_left_out(charlm: Any) -> None:
    asked = ("generate", TINY, "--prompt", "abc", "--length", "20", "--seed", "3")
    assert "abc" + charlm(*asked, "--no-echo").out == charlm(*asked).out


def test_the_options_are_those_of_the_library(charlm: Any) -> None:
    about: dict[str, Any] = {"temperature": 1.5, "top_k": 5, "top_p": 0.9}
    options = ["--temperature", "1.5", "--top-k", "5", "--top-p", "0.9"]
    ended = charlm("generate", TINY, "--length", "80", "--seed", "3", *options)
    assert ended.out.strip("\n") == language_model.load(TINY).generate(
        length=80, seed=3, **about
    ).strip("\n")


def test_seeds(charlm: Any) -> None:
    asked = ("generate", TINY, "--length", "60", "--temperature", "1")
    one, again, other = (charlm(*asked, "--seed", seed).out for seed in ("3", "3", "4"))
    assert one == again != other
    assert charlm(*asked).out != charlm(*asked).out


def test_temperature_zero_needs_no_seed(charlm: Any) -> None:
    greedy = {charlm("generate", TINY, "--temperature", "0").out for _ in range(3)}
    assert len(greedy) == 1
    assert len(greedy.pop().removesuffix("\n")) in (499, 500)


def test_stop(charlm: Any) -> None:
    text = language_model.load(TINY).generate(length=300, seed=1, temperature=1)
    stops = [text[40:42], text[90:93]]
    first = min(text.index(stop) + len(stop) for stop in stops)
    options = ["--seed", "1", "--temperature", "1", "--stop", stops[0], "--stop", stops[1]]
    ended = charlm("generate", TINY, *options)
    assert ended.out.removesuffix("\n") == text[:first].removesuffix("\n")


@pytest.mark.parametrize(
    ("data", "prompt"), [(b"ab\ncd\n", "ab\ncd"), (b"ab\r\ncd\r\n\r\n", "ab\ncd\n"), (b"", "")]
)
def test_a_prompt_from_a_file_or_a_pipe(charlm: Any, data: bytes, prompt: str) -> None:
    Path("prompt.txt").write_bytes(data)
    asked = ("generate", TINY, "--length", "9", "--seed", "3")
    expected = charlm(*asked, f"--prompt={prompt}")
    assert charlm(*asked, "--prompt-file", "prompt.txt") == expected
    assert charlm(*asked, "--prompt-file", "-", stdin=data) == expected
    assert expected.out.startswith(prompt)


def test_unknown_characters_are_refused_or_skipped(charlm: Any, refused: Refused) -> None:
    asked = ("generate", TINY, "--length", "9", "--seed", "3")
    line = refused(*asked, "--prompt", "aXbYc")
    assert all(part in line for part in ("'X'", "position 1", "2 unknown", "--unknown skip"))
    skipped = charlm(*asked, "--prompt", "aXbYc", "--unknown", "skip")
    assert skipped == charlm(*asked, "--prompt", "abc")
    nothing = charlm(*asked, "--prompt", "-–XY", "--unknown", "skip")
    assert nothing == charlm(*asked)


def test_samples_are_separated_and_begin_with_the_prompt(charlm: Any) -> None:
    asked = ("generate", TINY, "--prompt", "ab", "--length", "7", "--seed", "3")
    data = json.loads(charlm(*asked, "--samples", "4", "--json").out)
    texts = ["ab" + sample["text"] for sample in data["samples"]]
    assert len(set(texts)) == 4
    assert charlm(*asked, "--samples", "4").out.rstrip("\n") == "\n\n".join(texts).rstrip("\n")
    assert charlm(*asked).out.rstrip("\n") == texts[0].rstrip("\n")


def test_json_is_one_object_with_every_figure(charlm: Any) -> None:
    asked = ("--prompt", "ab", "--length", "30", "--seed", "3", "--temperature", "0.5")
    ended = charlm("generate", TINY, *asked, "--top-k", "9", "--samples", "2", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    samples = data.pop("samples")
    assert data == {
        "model": TINY,
        "prompt": "ab",
        "seed": 3,
        "temperature": 0.5,
        "top_k": 9,
        "top_p": None,
    }
    assert len(samples) == 2
    for sample in samples:
        assert set(sample) == {"text", "tokens"}
        assert sample["text"] == "".join(token["character"] for token in sample["tokens"])
        assert len(sample["text"]) == 30
        for token in sample["tokens"]:
            assert_consistent(token)
    sampling = Sampling(temperature=0.5, top_k=9)
    tokens = language_model.load(TINY).stream("ab", length=30, seed=3, sampling=sampling)
    found = [t["surprisal"] for t in samples[0]["tokens"]]
    # Two texts side by side are another product of matrices than one: the last bits may differ.
    assert found == pytest.approx([t.surprisal for t in tokens], rel=1e-5)


def assert_consistent(token: dict[str, Any]) -> None:
    assert set(token) == {"character", "probability", "surprisal", "entropy", "alternatives"}
    assert math.isclose(math.exp(-token["surprisal"]), token["probability"])
    assert 0 <= token["entropy"] <= math.log(len(VOCABULARY))
    best = [other["probability"] for other in token["alternatives"]]
    assert best == sorted(best, reverse=True)
    assert sum(best) <= 1 + 1e-9
    named = {other["character"]: other["probability"] for other in token["alternatives"]}
    assert set(named) <= set(VOCABULARY.symbols)
    assert named.get(token["character"], token["probability"]) == token["probability"]


def test_a_seed_that_chance_chose_is_told_and_works(charlm: Any) -> None:
    data = json.loads(charlm("generate", TINY, "--length", "40", "--json").out)
    again = charlm("generate", TINY, "--length", "40", "--seed", str(data["seed"]), "--json")
    assert json.loads(again.out) == data


@refusals(
    """
    --length 0                 | --length
    --length -5                | --length
    --samples 0                | --samples
    --temperature -1           | temperature
    --temperature nan          | temperature
    --top-k 0                  | top-k
    --top-p 0                  | top-p
    --top-p 1.5                | top-p
    --seed -1                  | seed
    --seed one                 | --seed
    --prompt a --prompt-file x | not both
    --prompt-file nowhere.txt  | nowhere.txt: it does not exist
    --prompt-file .            | it is a folder
    --unknown guess            | --unknown
    --json=maybe               | --json
    --prompt                   | --prompt
    """
)
def test_impossible_options_are_one_line(refused: Refused, arguments: list[str], line: str) -> None:
    assert line in refused("generate", TINY, *arguments)


def test_models_that_cannot_be_loaded_are_one_line(refused: Refused) -> None:
    assert "no model 'nowhere'; known are: runs/tiny" in refused("generate", "nowhere")
    assert "no model 'war_and_peace'" in refused("generate")
    Path("broken.safetensors").write_bytes(b"\x80\x05broken")
    assert "broken.safetensors is not a model file" in refused("generate", "broken.safetensors")


def test_an_argument_too_many_is_one_line(refused: Refused) -> None:
    assert "more" in refused("generate", TINY, "more")
