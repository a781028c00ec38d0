"""Train a captioner from Python: `seq.train_captioner`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from charlm.runs.place import FROM_PYTHON
from charlm.trained import Folders, Progress, Trained, keep_settled, take_settings, train_here
from corpora.errors import UserError
from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig
from seq.caption.data import SCENES, Source
from seq.caption.given import take_pictures
from seq.caption.library import PictureCaptioner, load
from seq.caption.training import CaptionerRequest


def train_captioner(
    pictures: Any = None,
    captions: Any = None,
    /,
    *,
    rarest: int | None = None,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[PictureCaptioner]:
    """Train a captioner of pictures, and return it with the history of its losses.

    A tenth of the pictures chooses the best model, and another tenth is never seen
    (`validation_share`, `test_share`). Ctrl-C (in a notebook: the stop button) ends the training
    after a save: then `interrupted` is true, the model so far is there, and `resume=result.run`,
    with the same pictures, goes on.

    >>> result = seq.train_captioner(["dog.jpg", …], ["a dog, running", …])  # doctest: +SKIP
    >>> result.model.describe("cat.jpg")[0].text  # doctest: +SKIP

    Args:
        pictures: a list of pictures, each a path, a picture of Pillow, or an array of uint8, (H, W,
            3) in red, green and blue from 0 to 255, rows from the top; of each, the middle square
            is made `picture_size` pixels wide and high, which needs Pillow unless it is so already.
            Or a dictionary, data frame or data set of Hugging Face with the columns image and
            caption; or the path of a folder, as for `charlm caption train`; or `scenes`, which are
            drawn by rule. None only with `resume`.
        captions: for each picture a caption, or a list of captions; None where `pictures` has them.
            (The setting `captions=2` says how many of each picture a pass takes.)
        rarest: least times that a word of the captions must occur, by default 1; rarer words are
            unknown.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `CaptionerConfig`, `CaptionerTraining` and `SceneConfig` of
            `seq.caption.config`, such as `picture_size`, `attention`, `epochs` or `scenes`.

    Raises:
        UserError: the pictures, the captions or a setting cannot be used.
    """
    take_settings(settings, CaptionerConfig, CaptionerTraining, SceneConfig)
    if pictures is None and resume is None:
        raise UserError(f"which pictures? give a list with captions, a table, a path, or {SCENES}")
    if not isinstance(settings.get("captions", 1), int):
        raise UserError("give the captions as the second argument, without captions=")
    keep_settled(resume, rarest=rarest)
    given = {} if pictures is None else _place(pictures, captions)

    def request(folder: Path | None) -> CaptionerRequest:
        return CaptionerRequest(
            model=CaptionerConfig().replace(settings),
            training=CaptionerTraining().replace(settings),
            source=Source(
                **{"spec": FROM_PYTHON, **given},
                rarest=1 if rarest is None else rarest,
                how=SceneConfig().replace(settings),
            ),
            run=folder,
        )

    return train_here(
        CaptionerRequest, request, load, settings, given, Folders(out, resume), progress
    )


def _place(pictures: Any, captions: Any) -> dict[str, Any]:
    """Return the arguments of a source that pictures, a path or a name are."""
    if not isinstance(pictures, str | Path):
        return {"given": take_pictures(pictures, captions)}
    if captions is not None:
        raise UserError("one picture alone teaches nothing: give a list of pictures with captions")
    return {"spec": str(pictures)}
