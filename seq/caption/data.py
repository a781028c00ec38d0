"""The data of a captioner: scenes by rule or pictures of one's own, and their parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from charlm.runs.place import (
    FROM_PYTHON,
    check_lies_somewhere,
    recall_place,
    record_place,
)
from corpora.errors import UserError
from corpora.pictures import CaptionedPictures, read_captioned
from corpora.scenes.grammar import split_words
from corpora.scenes.splits import Part
from corpora.text.vocabulary import Vocabulary
from seq.caption.config import CaptionerTraining, SceneConfig
from seq.caption.examples import Examples, GivenExamples, MadeExamples
from seq.caption.given import GivenPictures
from seq.caption.words import FIRST, make_scene_vocabulary, make_vocabulary

SCENES = "scenes"
"""What is named to learn from scenes."""
VALIDATION = 512
"""Scenes that choose the best model."""
TEST = 1000
"""Scenes of a test, unless another number is asked for."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a captioner learns from."""

    spec: str = SCENES
    """`scenes`, or a folder of pictures with a table of captions."""
    rarest: int = 1
    """Least times that a word of captions of one's own must occur."""
    how: SceneConfig = field(default_factory=SceneConfig)
    given: GivenPictures | None = field(default=None, repr=False)
    """What a Python program gave in the place of `spec`, which is then `FROM_PYTHON`."""

    def __post_init__(self) -> None:
        if self.rarest < 1:
            raise UserError(f"--rarest must be 1 or more, not {self.rarest:,}")

    @property
    def is_made(self) -> bool:
        """Whether the pictures are drawn by rule."""
        return self.spec == SCENES

    def read(self, size: int) -> Data:
        """Return the data.

        Args:
            size: width and height of the pictures, in pixels.

        Raises:
            UserError: there are no such pictures, or scenes are wanted larger than they are.
        """
        if self.given is not None:
            return Data(self, self.given.read(size))
        check_lies_somewhere(self.spec)
        if not self.is_made:
            return Data(self, read_captioned(Path(self.spec), size))
        from corpora.scenes.scene import SIZE

        if size != SIZE:
            raise UserError(f"scenes have {SIZE} x {SIZE} pixels; leave --picture-size as it is")
        return Data(self)

    @classmethod
    def from_record(
        cls,
        corpus: Mapping[str, Any],
        spec: str | None = None,
        given: GivenPictures | None = None,
    ) -> Self:
        """Return the source that `Data.record` recorded.

        Args:
            corpus: the record.
            spec: where the pictures are now, if not where they were.
            given: what a Python program gives in their place.

        Raises:
            UserError: the record is damaged.
        """
        try:
            how = {name: corpus[name] for name in ("split", "scenes", "data_seed")}
            return cls(
                spec=FROM_PYTHON if given is not None else spec or recall_place(corpus),
                given=given,
                rarest=int(corpus["rarest"]),
                how=SceneConfig.from_json(how),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UserError("the record of the pictures is damaged") from error


@dataclass(frozen=True)
class Data:
    """Pictures and captions, divided into parts."""

    source: Source
    given: CaptionedPictures | None = None
    """Pictures of one's own; None for scenes."""

    @property
    def name(self) -> str:
        """What it is called, for names of run folders and for people."""
        if self.source.given is not None:
            return "pictures"
        return self.source.how.split if self.given is None else Path(self.source.spec).stem

    def record(self) -> dict[str, Any]:
        """Return what a run folder records of it. What is drawn by rule needs no sum."""
        about = {**self.source.how.to_json(), "rarest": self.source.rarest}
        if self.given is not None:
            about |= {"pictures": len(self.given.names), "sha256": self.given.digest}
        return {**record_place(self.source.spec), **about}

    def part(self, part: Part, config: CaptionerTraining, count: int | None = None) -> Examples:
        """Return the pictures of a part.

        Args:
            part: which part.
            config: says how large the parts of pictures of one's own are.
            count: scenes of the test; by default 1,000. Of pictures of one's own, most pictures.

        Raises:
            UserError: it holds no picture.
        """
        how = self.source.how
        if self.given is None:
            many = {"training": how.scenes, "validation": VALIDATION, "test": count or TEST}
            fresh = part == "training"
            return MadeExamples(how.split, part, how.data_seed, many[part], fresh)
        return self._select(self.given, part, config, count)

    def _select(
        self, given: CaptionedPictures, part: Part, config: CaptionerTraining, most: int | None
    ) -> GivenExamples:
        """Return the pictures of a part, drawn by a lot that the data alone decides."""
        count = len(given.names)
        order = np.random.default_rng(self.source.how.data_seed).permutation(count)
        test = round(count * config.test_share)
        held = max(1, round(count * config.validation_share))
        ends = {
            "test": (0, test),
            "validation": (test, test + held),
            "training": (test + held, count),
        }
        rows = np.sort(order[slice(*ends[part])])[:most]
        if not len(rows):
            raise UserError(f"too few pictures ({count:,}): the {part} part holds none")
        captions = [tuple(map(split_words, given.captions[row])) for row in rows.tolist()]
        return GivenExamples(given.pictures[rows], captions)

    def make_vocabulary(self, config: CaptionerTraining) -> Vocabulary:
        """Return the vocabulary of the captions that are trained on.

        Raises:
            UserError: they hold no word that occurs often enough.
        """
        if self.given is None:
            return make_scene_vocabulary()
        training = self._select(self.given, "training", config, None)
        words = (caption for some in training.captions for caption in some)
        found = make_vocabulary(words, self.source.rarest)
        if len(found) == len(FIRST):
            if self.source.rarest == 1:
                raise UserError("the captions to learn from hold no word")
            raise UserError(
                f"no word of the captions occurs {self.source.rarest:,} times; take a smaller "
                "--rarest"
            )
        return found
