"""What is said of a scene is true of it, and the reader knows what is not."""

from __future__ import annotations

import re

import pytest

from corpora.scenes.grammar import COLORS, WORDS, describe, join_words, split_words
from corpora.scenes.reader import judge, read_sentence
from corpora.scenes.scene import Scene, Shape, make_scene

CIRCLE = Shape("circle", "red", "small", 10, 10, 4)
SQUARE = Shape("square", "blue", "large", 12, 36, 9)
RING = Shape("ring", "green", "small", 40, 12, 5)
SCENE = Scene((CIRCLE, SQUARE, RING))
TWINS = Scene((CIRCLE, Shape("circle", "red", "large", 34, 11, 8), SQUARE))

MANY = [make_scene(9, number) for number in range(400)]


def test_every_sentence_is_true_and_names_every_shape() -> None:
    for scene in MANY:
        sentences = describe(scene)
        assert len(sentences) == len(set(sentences)) >= 2
        for sentence in sentences:
            verdict = judge(sentence, scene)
            assert verdict.true, (sentence, verdict.why, scene)
            assert verdict.names_all(scene)
            assert set(split_words(sentence)) <= set(WORDS)
            assert join_words(split_words(sentence)) == sentence


def test_a_sentence_with_another_colour_is_never_true() -> None:
    """Of any scene with that sentence: the colour that takes its place is nowhere in the scene."""
    for scene in MANY:
        unseen = next(c for c in COLORS if c not in {shape.color for shape in scene.shapes})
        for sentence in describe(scene):
            words = split_words(sentence)
            for place, word in enumerate(words):
                if word in COLORS:
                    other = [*words[:place], unseen, *words[place + 1 :]]
                    assert not judge(other, scene).true


def test_a_relation_and_its_opposite_are_never_both_true() -> None:
    opposites = {"above": "below", "below": "above", "left": "right", "right": "left"}
    tried = 0
    for scene in MANY:
        for sentence in describe(scene):
            relations = re.findall("above|below|left|right", sentence)
            twins = len({(shape.kind, shape.color, shape.size) for shape in scene.shapes})
            if len(relations) == 1 and twins == len(scene.shapes):
                turned = sentence.replace(relations[0], opposites[relations[0]])
                assert not judge(turned, scene).true
                tried += 1
    assert tried > 100


@pytest.mark.parametrize(
    "sentence",
    [
        "a small red circle",
        "a circle",
        "a red circle above a large blue square",
        "There is a blue square.",
        "a blue square below a circle and left of a green ring",
        "one red circle, a ring and a square",
        "a small green ring right of a small red circle",
        "a square and a ring",
    ],
)
def test_true_sentences(sentence: str) -> None:
    assert judge(sentence, SCENE).true


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("a large red circle", "there is no large red circle"),
        ("two red circles", "there is 1, not 2: red circles"),
        ("two crosses", "there are no crosses"),
        ("a red circle below a blue square", "the red circle is not below the blue square"),
        ("a circle above a ring", "the circle is not above the ring"),
        ("a ring above a square and left of a circle", "is not above the square and left of the"),
        ("a circle and a red circle", "one shape cannot be two things"),
        ("a red", "nothing stands where one of circle"),
        ("red circle", "'red' stands where a, one, two or three should"),
        ("a red circles", "circles does not go with a"),
        ("two red circle", "circle does not go with two"),
        ("there are a red circle", "are does not go with a"),
        ("a circle, a ring", "a list must end with and"),
        ("a circle a ring", "'a' cannot follow 'a circle'"),
        ("a circle above a square and a ring", "above, below, left of or right of must follow"),
        ("a circle and above a square", "'above' cannot follow and here"),
        ("a circle and a ring and left of a square", "left of cannot follow a list"),
        ("a dog", "'dog' stands where one of circle"),
        ("", "nothing stands where a, one, two or three should"),
    ],
)
def test_false_sentences_and_what_is_none(sentence: str, why: str) -> None:
    verdict = judge(sentence, SCENE)
    assert not verdict.true
    assert why in verdict.why
    assert not verdict.names_all(SCENE)


def test_numbers_are_exact_and_a_means_that_there_is_one() -> None:
    for sentence in ("two red circles", "a red circle", "two circles above a square"):
        assert judge(sentence, TWINS).true
    for sentence in ("one red circle", "three red circles", "two small red circles"):
        assert not judge(sentence, TWINS).true
    verdict = judge("a small red circle left of a large red circle", TWINS)
    assert verdict.true
    assert not verdict.names_all(TWINS)


def test_the_reader_says_which_words_name_which_shapes() -> None:
    words = split_words("a blue square below a small red circle")
    verdict = judge(words, SCENE)
    assert verdict.shapes == ((1,), (0,))
    assert verdict.sentence is not None
    said = [words[phrase.start : phrase.end] for phrase in verdict.sentence.phrases]
    assert said == [("a", "blue", "square"), ("a", "small", "red", "circle")]
    assert not isinstance(read_sentence("three white rings"), str)
