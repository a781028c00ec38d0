"""`charlm caption describe`, `draw`, `evaluate`, `compare` and `info` as people call them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_helpers import assert_not_trained_anew
from PIL import Image
from refusals import refusals
from scene_helpers import captioner_flags

from corpora.scenes.drawing import draw_scenes
from corpora.scenes.grammar import WORDS, describe
from corpora.scenes.reader import judge
from corpora.scenes.splits import find_scene
from seq.caption.library import load

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.mark.long
def test_describe_shows_picture_words_and_maps_of_one_caption(charlm: Charlm, scenes: Path) -> None:
    arguments = ("caption", "describe", "--model", scenes, "--number", "3", "--split", "pairs")
    found = json.loads(charlm(*arguments, "--json").out)
    scene = find_scene("pairs", "test", 1, 3)
    (library,) = load(str(scenes), device="cpu").describe(draw_scenes([scene])[0])
    (caption,) = found["captions"]
    assert caption["caption"] == library.text
    assert np.allclose(caption["attention"], library.attention)
    verdict = judge(library.words, scene)
    assert (caption["true"], caption["why"]) == (verdict.true, verdict.why)
    shown = charlm(*arguments, "--png", "looks.png")
    assert shown.code == 0, shown.err
    assert library.text in shown.out
    assert "█" in shown.out
    assert Path("looks.png").read_bytes().startswith(b"\x89PNG")
    brief = charlm(*arguments, "--no-maps").out
    assert len(brief.splitlines()) == 24 + 1
    several = json.loads(charlm(*arguments, "--beam", "3", "--json").out)["captions"]
    assert len(several) == 3


@pytest.mark.long
def test_in_colour_two_pixels_stand_in_each_character(
    charlm: Charlm, scenes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    shown = charlm("caption", "draw", "1").out
    top, below = draw_scenes([find_scene("random", "test", 1, 0)])[0][:2, 0].tolist()
    assert "▀" in shown
    for ground, pixel in (("38", top), ("48", below)):
        assert f"{ground};2;{';'.join(map(str, pixel))}" in shown


def test_draw_says_what_is_true_and_writes_what_it_drew(charlm: Charlm) -> None:
    found = json.loads(charlm("caption", "draw", "2", "--start", "5", "--json").out)["scenes"]
    scenes = [find_scene("random", "test", 1, number) for number in (5, 6)]
    assert [one["captions"] for one in found] == [[*describe(scene)] for scene in scenes]
    assert [one["shapes"][0]["box"] for one in found] == [[*s.shapes[0].box] for s in scenes]
    shown = charlm("caption", "draw", "2", "--start", "5").out
    assert all(describe(scene)[0] in shown for scene in scenes)
    assert charlm("caption", "draw", "2", "--start", "5", "--out", "own").code == 0
    with Image.open("own/Images/000001.png") as picture:
        assert np.array_equal(np.asarray(picture), draw_scenes(scenes)[1])
    assert charlm("caption", "draw", "4", "--png", "sheet.png").code == 0
    assert Path("sheet.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.long
def test_evaluate_reports_truth_by_number_of_shapes(charlm: Charlm, scenes: Path) -> None:
    arguments = ("caption", "evaluate", scenes, "--count", "20", "--split", "counts")
    found = json.loads(charlm(*arguments, "--json").out)
    assert found["pictures"] == 20
    assert sum(group["pictures"] for group in found["by_shapes"]) == 20
    assert found["true"] == sum(group["true"] for group in found["by_shapes"])
    assert found["true"] + len(found["mistakes"]) == 20
    shown = charlm(*arguments).out
    assert "split counts, test part: 20 pictures" in shown
    assert "all shapes named" in shown


@pytest.mark.long
def test_compare_trains_tests_and_goes_on(charlm: Charlm) -> None:
    wanted = captioner_flags("--split", "--attention", epochs=1)
    arguments = ["caption", "compare", "--splits", "random", "pairs", "--seeds", "2"]
    arguments += ["--count", "10", "--out", "all", *wanted]
    ended = charlm(*arguments)
    assert ended.code == 0, ended.err
    rows = json.loads(Path("all/compare.json").read_text())
    assert [(row["split"], row["attention"], len(row["test"])) for row in rows] == [
        (split, attention, 2)
        for split in ("random", "pairs")
        for attention in ("none", "scaled_dot")
    ]
    assert [row["test"][0]["looks"] is None for row in rows][::2] == [True, True]
    assert Path("all/compare.png").read_bytes().startswith(b"\x89PNG")
    assert_not_trained_anew(charlm, arguments, (12, 6))


def test_info_says_what_the_splits_never_show(charlm: Charlm) -> None:
    shown = charlm("caption", "info").out
    assert "red circles" in shown
    assert "two triangles of one colour" in shown
    assert json.loads(charlm("caption", "info", "--json").out)["words"] == len(WORDS)


@refusals(
    """
    describe --model nowhere        | there is no model 'nowhere'
    describe nowhere.png --model RUN | nowhere.png
    describe no.png --model RUN     | no.png is no picture that can be read
    describe --model RUN --beam 0   | --beam must lie between 1 and 1000, not 0
    describe --model RUN --number -1 | --number and --seed cannot be negative
    evaluate RUN --count 0          | --count must lie between 1 and
    evaluate RUN --data nowhere     | there is no folder nowhere
    draw 0                          | the number of scenes must lie between 1 and
    draw 100 --png a.png            | a sheet has room for 60 scenes, not 100
    draw --seed -1                  | --seed and --start cannot be negative
    compare --seeds 0               | --seeds must lie between 1 and 1000
    compare --count 0               | --count must lie between 1 and
    info nowhere                    | there is no folder nowhere
    """
)
@pytest.mark.long
def test_what_cannot_be_done_is_a_line(
    refused: Refused, scenes: Path, arguments: list[str], line: str
) -> None:
    Path("no.png").write_bytes(b"no picture")
    assert line in refused("caption", *(str(scenes) if one == "RUN" else one for one in arguments))


@pytest.mark.long
def test_a_captioner_is_loaded_without_the_compiler_of_torch(scenes: Path) -> None:
    """It takes a second, and comes if numbers are drawn on a device that has none."""
    program = "import sys, seq; seq.load(sys.argv[1]); print('torch._dynamo' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(scenes)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
