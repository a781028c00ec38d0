"""What the pane Captions looks at: scenes by rule, pictures of the user's, and what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from seers import GRID, Seer

from corpora.errors import UserError
from corpora.scenes.grammar import split_words
from corpora.scenes.scene import SIZE
from corpora.scenes.splits import find_scene
from tui.caption.picture_view import draw_picture, fit
from tui.caption.remembered import Remembered
from tui.caption.subject import (
    Said,
    Wanted,
    describe_look,
    find_number,
    judge_in_words,
    open_subject,
    to_json,
)

SCENE = Wanted(number=10)
"""A scene of three shapes."""


def say(wanted: Wanted = SCENE, name: str = "seer") -> Said:
    seer = Seer(name)
    return Said(name, tuple(seer.describe(open_subject(wanted, None).pixels, width=5)), GRID)


def test_a_scene_is_that_of_the_test_part_and_its_sentences_are_true() -> None:
    subject = open_subject(SCENE, None)
    assert subject.scene == find_scene("random", "test", 1, 10)
    assert subject.pixels.shape == (SIZE, SIZE, 3)
    assert len(subject.sentences) > 1
    for sentence in subject.sentences:
        assert judge_in_words(split_words(sentence), subject.scene) == (
            True,
            "✓ true, and names every shape",
        )
    right, why = judge_in_words(["a", "small", "blue", "ring"], subject.scene)
    assert not right
    assert why.startswith("✗ not true: ")


@pytest.mark.parametrize("shapes", ["1", "2", "3"])
def test_the_next_scene_has_as_many_shapes_as_are_wanted(shapes: str) -> None:
    number = 5
    for step in (1, 1, -1, 0):
        found = find_number(Wanted(number=number), shapes, step)
        assert len(find_scene("random", "test", 1, found).shapes) == int(shapes)
        assert (found - number) * step >= abs(step)
        number = found
    assert find_number(Wanted(number=0), "any", -1) == 0  # there is none before the first


def test_the_look_of_a_word_is_measured_beside_the_share_of_the_picture() -> None:
    subject, said = open_subject(SCENE, None), say()
    line = describe_look(said, 0, 2, subject.scene)
    caption = said.captions[0]
    inside, share = (float(part.split("%")[0].split()[-1]) for part in line.split(" of ", 1))
    assert inside > 2 * share
    assert line.endswith("of the picture")
    assert caption.words[2] in line
    end = describe_look(said, 0, len(caption.words), subject.scene)
    assert end.startswith("its brightest cell has 3%")
    own = describe_look(said, 0, 2, None)
    assert own.startswith("its brightest cell")
    assert "no attention" in describe_look(say(name="unseeing"), 0, 0, subject.scene)


def test_a_picture_fits_its_room() -> None:
    pixels = open_subject(SCENE, None).pixels
    weights = np.eye(GRID) / GRID
    for columns, lines in ((10, 3), (60, 6), (52, 24), (100, 48), (300, 90)):
        shown = fit(pixels, columns, lines)
        assert len(shown) % 2 == 0
        assert len(shown) // 2 <= lines
        assert shown.shape[1] <= columns
        for color in (True, False):
            drawn = draw_picture(pixels, weights, columns, lines, color=color)
            assert {line.cell_len for line in drawn} == {shown.shape[1]}


def test_a_picture_is_dark_where_a_word_does_not_look() -> None:
    pixels = np.full((SIZE, SIZE, 3), 200, dtype=np.uint8)
    weights = np.zeros((GRID, GRID))
    weights[0, 0] = 1.0
    line = draw_picture(pixels, weights, SIZE, SIZE // 2, color=True)[0]
    bright, dark = str(line.spans[0].style), str(line.spans[-1].style)
    assert bright == "#c8c8c8 on #c8c8c8"
    assert dark < bright


def test_a_picture_of_the_user_is_read_and_what_is_none_is_said() -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (90, 60), (255, 0, 0)).save("red.png")
    subject = open_subject(Wanted(path="red.png"), None)
    assert (subject.name, subject.scene, subject.sentences) == ("red.png", None, ())
    assert subject.pixels.shape == (SIZE, SIZE, 3)
    Path("bad.png").write_text("no picture")
    for path in ("bad.png", "missing.png", "a\0b"):
        with pytest.raises(UserError):
            open_subject(Wanted(path=path), None)


def test_the_file_says_what_is_true() -> None:
    subject = open_subject(SCENE, None)
    made = to_json(SCENE, subject, say())
    assert made["model"] == "seer"
    assert all(one["true"] for one in made["captions"])
    assert made["captions"][0]["words"] == list(say().captions[0].words)


def test_what_is_kept_comes_back_and_damage_is_left_out() -> None:
    kept = Remembered(model="seer", split="pairs", shapes="2", number=77, seed=3, width=4)
    assert Remembered.read(kept.write()) == kept
    assert kept.want("seer") == Wanted("seer", "", "pairs", 77, 3, 4)
    damaged = {"split": "x", "shapes": 3, "number": -1, "seed": True, "width": 9999, "path": 1}
    assert Remembered.read(damaged) == Remembered()
