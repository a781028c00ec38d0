"""What is looked at: a scene by rule, or a picture of the user's. This module uses no screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING, Any

from charlm.console.program import format_name
from corpora.errors import UserError
from corpora.scenes.scene import MOST_SHAPES, SIZE, Scene
from corpora.scenes.splits import PARTS, Split, find_scene
from tui.files import parse_path

if TYPE_CHECKING:
    from corpora.pictures import Pixels
    from seq.caption.library import Caption, PictureCaptioner

ANY = "any"
COUNTS = (ANY, *map(str, range(1, MOST_SHAPES + 1)))
"""How many shapes a scene is to have."""
SPLITS: tuple[Split, ...] = ("random", "pairs", "counts")
PART = PARTS[-1]
"""The part of a split that is shown: no training has seen it."""
MOST_TRIES = 1000
"""Scenes that are looked at for one with so many shapes."""
MOST_NUMBER = 99_999


@dataclass(frozen=True)
class Wanted:
    """What the user wants to look at."""

    model: str | None = None
    """Name of the captioner; None for none."""
    path: str = ""
    """A picture of the user's; empty for a scene."""
    split: Split = "random"
    number: int = 7
    seed: int = 1
    width: int = 5
    """Width of the beam."""


@dataclass(frozen=True)
class Subject:
    """A picture, and the scene that it was made from if there is one."""

    name: str
    pixels: Pixels
    """The picture as a captioner sees it, (S, S, 3)."""
    scene: Scene | None = None
    sentences: tuple[str, ...] = ()
    """Sentences that are true of the scene."""


@dataclass(frozen=True)
class Said:
    """What a captioner says of a subject."""

    model: str
    captions: tuple[Caption, ...]
    """The likeliest captions, the best first."""
    size: int
    """Number of cells of the grid that words look at, in a line."""


def open_subject(wanted: Wanted, captioner: PictureCaptioner | None) -> Subject:
    """Return the picture that the user wants.

    Raises:
        UserError: the picture cannot be read.
    """
    from corpora.scenes.drawing import draw_scenes
    from corpora.scenes.grammar import describe

    size = SIZE if captioner is None else captioner.size
    if wanted.path:
        from corpora.pictures import read_picture

        path = parse_path(wanted.path)
        return Subject(format_name(path.name), read_picture(path, size))
    if size != SIZE:
        raise UserError(
            f"{format_name(wanted.model or '')} looks at pictures of {size} pixels, and scenes "
            f"have {SIZE}; open a picture (^o)"
        )
    scene = find_scene(wanted.split, PART, wanted.seed, wanted.number)
    name = f"scene {wanted.number:,} of {wanted.split}, seed {wanted.seed}"
    return Subject(name, draw_scenes([scene])[0], scene, describe(scene))


def find_number(wanted: Wanted, shapes: str, step: int) -> int:
    """Return the number of the next scene, or of the one before, with so many shapes.

    Args:
        wanted: the scene that is shown.
        shapes: one of `COUNTS`.
        step: 1 or -1; 0 for the scene itself, or the next one that will do.
    """
    numbers = count(wanted.number + step, step or 1)
    for number in islice(numbers, MOST_TRIES):
        if not 0 <= number <= MOST_NUMBER:
            break
        scene = find_scene(wanted.split, PART, wanted.seed, number)
        if shapes == ANY or len(scene.shapes) == int(shapes):
            return number
    return wanted.number


def judge_in_words(words: Sequence[str], scene: Scene) -> tuple[bool, str]:
    """Return whether a caption is true of a scene, and what is to be said of it."""
    from corpora.scenes.reader import judge

    verdict = judge(words, scene)
    if not verdict.true:
        return False, f"✗ not true: {verdict.why}"
    named = sum(map(len, verdict.shapes))
    if verdict.names_all(scene):
        return True, "✓ true, and names every shape"
    return True, f"✓ true, but names {named} of {len(scene.shapes)} shapes"


def describe_look(said: Said, index: int, place: int, scene: Scene | None) -> str:
    """Return how much a word of a caption looks at what its phrase names, beside its share.

    Args:
        said: what was said.
        index: number of the caption.
        place: number of the word.
        scene: the scene; None for a picture of the user's.
    """
    import numpy as np

    caption = said.captions[index]
    if caption.attention is None:
        return f"{said.model} has no attention: no word looks at one place more than at another"
    weights = caption.attention[place]
    largest = f"its brightest cell has {weights.max():.0%}, even would be {1 / weights.size:.1%}"
    if scene is None or place >= len(caption.words):
        return largest
    from corpora.scenes.reader import judge
    from seq.caption.boxes import cover_cells

    verdict = judge(caption.words, scene)
    if verdict.sentence is None or not verdict.true:
        return largest
    for phrase, shapes in zip(verdict.sentence.phrases, verdict.shapes, strict=True):
        if phrase.start <= place < phrase.end:
            covered = cover_cells(scene, shapes, said.size)
            inside = float((weights * covered).sum())
            return (
                f"{inside:.0%} of its look lies on the {phrase}, which is "
                f"{float(np.mean(covered)):.0%} of the picture"
            )
    return largest


def to_json(wanted: Wanted, subject: Subject, said: Said) -> dict[str, Any]:
    """Return captions as an object for JSON, with whether they are true if that can be decided."""
    from seq.caption.commands.describe import to_json as convert

    captions = [convert(one, subject.scene) for one in said.captions]
    return {"model": said.model, "picture": subject.name, "captions": captions}
