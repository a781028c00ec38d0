"""What is counted as true, and where attention is said to lie."""

from __future__ import annotations

import numpy as np
import pytest

from corpora.scenes.grammar import describe, split_words
from corpora.scenes.reader import judge
from corpora.scenes.scene import Scene, Shape, make_scene
from seq.caption.boxes import cover_cells
from seq.caption.examples import GivenExamples, MadeExamples
from seq.caption.library import Caption
from seq.caption.metrics import find_bleu, measure_looks, report
from seq.caption.report import HEADINGS, format_measures

SCENE = Scene(
    (Shape("circle", "red", "large", 16, 16, 8), Shape("ring", "blue", "small", 40, 40, 4))
)


class Parrot:
    """Says of each picture what it is told to, in turn."""

    size = 48

    def __init__(self, said: list[str]) -> None:
        self.said = iter(said)

    def describe_all(self, pictures: np.ndarray, *, width: int) -> list[list[Caption]]:
        return [[caption(next(self.said))] for _ in pictures]


def caption(text: str, attention: np.ndarray | None = None) -> Caption:
    words = split_words(text)
    return Caption(words, True, -1.0, np.ones(len(words) + 1, dtype=np.float32), attention)


def test_a_report_counts_truth_and_words_apart() -> None:
    examples = MadeExamples("random", "test", 1, 40)
    scenes = examples.find(np.arange(40))
    said = [describe(scene)[-1] for scene in scenes]
    numbers = {len(scene.shapes): row for row, scene in enumerate(scenes)}
    several = numbers[2]
    first = scenes[several].shapes[0]
    said[several] = f"a {first.color} {first.kind}"  # true, but it does not name all
    said[numbers[1]] = "a dog"
    found = report(Parrot(said), examples)  # type: ignore[arg-type]
    assert (found.pictures, found.true, found.whole) == (40, 39, 38)
    assert found.exact == 38
    assert [(one.pictures - one.true) for one in found.by_shapes] == [1, 0, 0]
    (mistake,) = found.mistakes
    assert mistake.picture == numbers[1]
    assert mistake.why.startswith("'dog' stands where")
    assert found.looks is None
    assert format_measures([found])[HEADINGS.index("true")] == "97.5%"


def test_own_pictures_are_compared_with_what_people_wrote() -> None:
    pictures = np.zeros((2, 48, 48, 3), dtype=np.uint8)
    own = GivenExamples(pictures, [(("a", "dog"), ("the", "dog")), (("a", "cat"),)])
    found = report(Parrot(["the dog", "a cow"]), own)  # type: ignore[arg-type]
    assert (found.exact, found.true) == (1, None)
    assert [one.said for one in found.mistakes] == ["a cow"]


def test_bleu_is_that_of_the_best_words() -> None:
    could = [(split_words("a small red circle above a large ring"), split_words("a ring"))] * 3
    right = find_bleu([caption("a small red circle above a large ring")] * 3, could)
    near = find_bleu([caption("a small red circle above a large cross")] * 3, could)
    assert right == pytest.approx(100)
    assert near is not None
    assert 0 < near < 100


def test_boxes_cover_cells_by_their_share() -> None:
    cover = cover_cells(SCENE, [0], 6)
    wanted = np.zeros((6, 6))
    wanted[1:3, 1:3] = 1
    assert np.array_equal(cover, wanted)
    assert cover_cells(SCENE, [0, 1], 6).sum() * 64 == 16 * 16 + 8 * 8
    for number in range(30):
        scene = make_scene(2, number)
        left, top, right, bottom = scene.shapes[0].box
        assert cover_cells(scene, [0], 6).sum() * 64 == (right - left) * (bottom - top)


def test_attention_is_measured_at_the_words_that_name_a_shape() -> None:
    text = "a large red circle above a small blue ring"
    attention = np.zeros((10, 6, 6))
    attention[:, 5, 0] = 1.0  # words that name nothing look at an empty corner
    attention[1:4] = cover_cells(SCENE, [0], 6) / 4
    attention[6:9] = 0
    attention[6:9, 0, 5] = 1.0  # and the second shape is not looked at
    verdict = judge(split_words(text), SCENE)
    assert verdict.true
    looks = measure_looks([caption(text, attention)], [verdict], [SCENE])
    assert looks is not None
    assert looks.inside == pytest.approx((1 + 0) / 2)
    assert looks.boxes == pytest.approx((256 + 64) / 2 / 48**2)
    assert looks.phrases == 2
    wrong = judge("a dog", SCENE)
    assert measure_looks([caption("a dog", attention)], [wrong], [SCENE]) is None
