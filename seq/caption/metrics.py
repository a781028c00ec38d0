"""How good captions are: whether they are true, and whether attention looks at what is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from corpora.scenes.reader import Verdict, judge
from corpora.scenes.scene import Scene
from seq.caption.boxes import cover_cells
from seq.caption.examples import Captions, Examples
from seq.caption.library import Caption, PictureCaptioner
from seq.caption.task import batch_rows
from seq.caption.words import to_text


@dataclass(frozen=True)
class Group:
    """Scenes with the same number of shapes."""

    shapes: int
    pictures: int
    true: int
    """Pictures whose caption is true."""


@dataclass(frozen=True)
class Looks:
    """Where attention lies while shapes are named: means over the phrases of true captions."""

    inside: float
    """Share of the attention that lies in the boxes of the shapes that are named."""
    boxes: float
    """Share of the picture that these boxes are: what attention without aim would reach."""
    phrases: int
    """Phrases that were looked at."""


@dataclass(frozen=True)
class Mistake:
    """A caption that is wrong."""

    picture: int
    """Its number in the part."""
    said: str
    could: str
    """One of the captions that the picture has."""
    why: str
    """Why it is not true; empty for pictures of one's own."""


@dataclass(frozen=True)
class Report:
    """Results of the captions of some pictures."""

    pictures: int
    exact: int
    """Captions that are one of those that the picture has."""
    mistakes: tuple[Mistake, ...]
    """Captions that are not true; of pictures of one's own, those that are not exact."""
    bleu: float | None = None
    """BLEU-4 against all captions of each picture, from 0 to 100; None without sacrebleu."""
    true: int | None = None
    """Captions that are true; None where nobody can decide that."""
    whole: int | None = None
    """Captions that are true and name every shape."""
    by_shapes: tuple[Group, ...] = ()
    looks: Looks | None = None
    """None without attention."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as an object for JSON."""
        return asdict(self)


def report(captioner: PictureCaptioner, examples: Examples, width: int = 1) -> Report:
    """Caption the pictures of `examples`, at least one, and measure the captions.

    Args:
        captioner: writes the captions.
        examples: pictures with captions.
        width: width of the beam; 1 is greedy search.
    """
    said: list[Caption] = []
    could: list[Captions] = []
    scenes: list[Scene] = []
    for rows in batch_rows(len(examples)):
        shown = examples.take(rows)
        said += [found[0] for found in captioner.describe_all(shown.pictures, width=width)]
        could += shown.captions
        scenes += shown.scenes or []
    exact = [one.words in some for one, some in zip(said, could, strict=True)]
    about: dict[str, Any] = {"pictures": len(said), "exact": sum(exact)}
    about["bleu"] = find_bleu(said, could)
    if scenes:
        return _judge(said, could, scenes, about)
    mistakes = [
        Mistake(row, said[row].text, to_text(could[row][0]), "")
        for row, right in enumerate(exact)
        if not right
    ]
    return Report(mistakes=tuple(mistakes), **about)


def _judge(
    said: Sequence[Caption], could: Sequence[Captions], scenes: Sequence[Scene], about: Any
) -> Report:
    """Return the report of captions of scenes, whose truth is read off the scene."""
    verdicts = [judge(one.words, scene) for one, scene in zip(said, scenes, strict=True)]
    groups: dict[int, list[bool]] = {}
    for verdict, scene in zip(verdicts, scenes, strict=True):
        groups.setdefault(len(scene.shapes), []).append(verdict.true)
    return Report(
        **about,
        true=sum(verdict.true for verdict in verdicts),
        whole=sum(v.names_all(scene) for v, scene in zip(verdicts, scenes, strict=True)),
        by_shapes=tuple(Group(n, len(group), sum(group)) for n, group in sorted(groups.items())),
        looks=measure_looks(said, verdicts, scenes),
        mistakes=tuple(
            Mistake(row, said[row].text, to_text(could[row][0]), verdict.why)
            for row, verdict in enumerate(verdicts)
            if not verdict.true
        ),
    )


def measure_looks(
    said: Sequence[Caption], verdicts: Sequence[Verdict], scenes: Sequence[Scene]
) -> Looks | None:
    """Return where attention lies while the size, the colour and the kind of shapes are said.

    Attention is spread evenly over each cell of the grid. The words for numbers do not count: they
    name nothing yet.

    Args:
        said: captions.
        verdicts: whether they are true; only phrases of true captions are measured.
        scenes: what they are captions of.
    """
    inside, boxes = [], []
    for caption, verdict, scene in zip(said, verdicts, scenes, strict=True):
        if caption.attention is None or not verdict.true or verdict.sentence is None:
            continue
        for phrase, shapes in zip(verdict.sentence.phrases, verdict.shapes, strict=True):
            cover = cover_cells(scene, shapes, caption.attention.shape[1])
            weights = caption.attention[phrase.start + 1 : phrase.end].mean(axis=0)
            inside.append(float((weights * cover).sum()))
            boxes.append(float(cover.mean()))
    if not inside:
        return None
    return Looks(float(np.mean(inside)), float(np.mean(boxes)), len(inside))


def find_bleu(said: Sequence[Caption], could: Sequence[Captions]) -> float | None:
    """Return BLEU-4 of the captions, words as they are; None if sacrebleu is not installed."""
    try:
        from sacrebleu.metrics.bleu import BLEU
    except ImportError:
        return None
    most = max(map(len, could))
    references: Any = [  # what a picture lacks is None, which its types do not know
        [" ".join(some[number]) if number < len(some) else None for some in could]
        for number in range(most)
    ]
    measure = BLEU(tokenize="none", force=True)  # they are words already
    return float(measure.corpus_score([" ".join(one.words) for one in said], references).score)
