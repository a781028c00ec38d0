"""Make a training of a captioner from pictures and a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from charlm.runs.place import PLACE
from charlm.runs.registry import CAPTIONER
from charlm.training.config import Precision
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job, Request
from seq.caption.config import CaptionerConfig, CaptionerTraining
from seq.caption.data import Source
from seq.caption.model import Captioner
from seq.caption.task import Captioning
from seq.caption.words import read_vocabulary


@dataclass(frozen=True, kw_only=True)
class CaptionerRequest(Request):
    """A request for the training of a captioner."""

    kind: ClassVar[str] = CAPTIONER
    place: ClassVar[frozenset[str]] = PLACE

    model: CaptionerConfig
    """Shape of the captioner."""
    training: CaptionerTraining
    """Settings of the training."""
    source: Source
    """The pictures."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Read the pictures, make the vocabulary, and return the job.

        Pictures and attention make its name.
        """
        data = self.source.read(self.model.picture_size)
        words = (
            data.make_vocabulary(self.training)
            if vocabulary is None
            else read_vocabulary(vocabulary)
        )

        def task(world: World, precision: Precision) -> Captioning:
            return Captioning(
                Captioner(self.model, len(words)).to(world.device),
                words,
                data.part("training", self.training),
                data.part("validation", self.training),
                self.training,
                precision=precision,
                world=world,
            )

        return Job(
            kind=self.kind,
            name=f"caption-{data.name}-{self.model.attention}",
            training=self.training,
            model=self.model.to_json(),
            vocabulary=words.to_json(),
            about={"corpus": data.record()},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded.

        Args:
            signed: what the last checkpoint says of the run.
            moved: `spec`, if the pictures are now somewhere else, or `given`, if Python has them.

        Raises:
            UserError: the record is damaged.
        """
        return cls(
            model=CaptionerConfig.from_json(signed["model"]),
            training=CaptionerTraining.from_json(signed["training"]),
            source=Source.from_record(signed["corpus"], **moved),
        )
