"""Scenes: the same for ever, no shape over another, and drawn where they are said to be."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from corpora.scenes.drawing import NOISE, draw_scenes
from corpora.scenes.draws import Draws, draw_bytes, make_key
from corpora.scenes.grammar import describe
from corpora.scenes.scene import COLORS, GAP, KINDS, SIZE, SIZES, Scene, Shape, make_scene
from corpora.scenes.splits import HELD, HELD_COUNTS, HELD_PAIRS, find_scene

DIGESTS = {
    "random": ("ef9f08ffebb1ec8f", "34904231b3975f5d"),
    "pairs": ("21c42e6827c436e0", "abdfa7f3892a46f2"),
    "counts": ("b9501a36fff2e136", "ef4a4de491552221"),
}
"""Of the pictures and of the sentences of the first twenty scenes of each test part."""


@pytest.mark.parametrize("split", DIGESTS)
def test_scenes_are_the_same_for_ever(split: str) -> None:
    scenes = [find_scene(split, "test", 1, number) for number in range(20)]  # type: ignore[arg-type]
    pictures = sha256(draw_scenes(scenes).tobytes()).hexdigest()
    sentences = sha256(repr([describe(scene) for scene in scenes]).encode()).hexdigest()
    assert (pictures[:16], sentences[:16]) == DIGESTS[split]


def test_a_picture_does_not_depend_on_those_beside_it() -> None:
    scenes = [make_scene(3, number) for number in range(30)]
    together = draw_scenes(scenes)
    assert together.shape == (30, SIZE, SIZE, 3)
    assert together.dtype == np.uint8
    for number in (0, 7, 29):
        assert np.array_equal(draw_scenes([scenes[number]])[0], together[number])


def test_shapes_lie_apart_and_inside() -> None:
    for number in range(300):
        scene = make_scene(1, number)
        for place, one in enumerate(scene.shapes):
            left, top, right, bottom = one.box
            assert 0 < left < right < SIZE
            assert 0 < top < bottom < SIZE
            for other in scene.shapes[place + 1 :]:
                x = max(one.box[0], other.box[0]) - min(one.box[2], other.box[2])
                y = max(one.box[1], other.box[1]) - min(one.box[3], other.box[3])
                assert max(x, y) >= GAP


def test_all_looks_come_about_as_often() -> None:
    shapes = [shape for number in range(900) for shape in make_scene(5, number).shapes]
    for name, values in (("kind", KINDS), ("color", COLORS), ("size", SIZES)):
        counts = [sum(getattr(shape, name) == value for shape in shapes) for value in values]
        assert min(counts) > 0.75 * len(shapes) / len(counts), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius", [4, 10])
def test_a_shape_fills_its_box_and_nothing_else(kind: str, radius: int) -> None:
    shape = Shape(kind, "white", "large", 30, 14, radius)
    empty, drawn = (draw_scenes([Scene(shapes)])[0].astype(int) for shapes in ((), (shape,)))
    rows, columns = np.nonzero(np.abs(drawn - empty).max(axis=2) > 60)
    left, top, right, bottom = shape.box
    assert abs(columns.min() - left) <= 1
    assert abs(columns.max() - (right - 1)) <= 1
    assert abs(rows.min() - top) <= 1
    assert abs(rows.max() - (bottom - 1)) <= 1
    outside = np.ones((SIZE, SIZE), dtype=bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(drawn[outside], empty[outside])


def test_noise_is_small_and_has_no_direction() -> None:
    grounds = draw_scenes([Scene((), noise=key) for key in range(1, 20)]).astype(int) - 40
    assert grounds.min() == -NOISE
    assert grounds.max() == NOISE
    assert abs(grounds.mean()) < 0.1
    moved = draw_scenes([replace(make_scene(1, 1), noise=key) for key in (1, 2)])
    assert not np.array_equal(moved[0], moved[1])


@pytest.mark.parametrize("split", ["pairs", "counts"])
def test_training_never_shows_what_the_test_always_shows(split: str) -> None:
    held = HELD[split]  # type: ignore[index]
    assert held is not None
    for part, wanted in (("training", False), ("validation", False), ("test", True)):
        scenes = [find_scene(split, part, 2, number) for number in range(150)]  # type: ignore[arg-type]
        assert [held(scene) for scene in scenes] == [wanted] * 150


def test_parts_and_seeds_have_other_scenes() -> None:
    series = [
        {repr(find_scene("random", part, seed, number)) for number in range(40)}  # type: ignore[arg-type]
        for part, seed in (("training", 1), ("validation", 1), ("test", 1), ("test", 2))
    ]
    assert len(set.union(*series)) == 160


def test_each_half_of_what_is_held_back_is_seen_otherwise() -> None:
    for color in COLORS:
        assert 0 < len({kind for kind in KINDS if (color, kind) in HELD_PAIRS}) < len(KINDS)
    assert {kind for _, kind in HELD_PAIRS} == set(KINDS)
    for number in (2, 3):
        assert 0 < len({kind for kind in KINDS if (number, kind) in HELD_COUNTS}) < len(KINDS)


def test_the_two_makers_of_random_numbers_agree() -> None:
    """One draws numbers one by one, the other bytes for many keys at once."""
    keys = [make_key(1, number) for number in range(3)]
    found = draw_bytes(np.array(keys, dtype=np.uint64), 20)
    for key, row in zip(keys, found, strict=True):
        draws = Draws(key)
        whole = b"".join(draws.below(2**64).to_bytes(8, "little") for _ in range(3))
        assert row.tobytes() == whole[:20]
    assert make_key(1, 2) != make_key(2, 1)
