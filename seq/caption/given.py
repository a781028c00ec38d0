"""Pictures with captions that a Python program has: lists, data frames, data sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from reprlib import repr as shortened
from typing import Any

import numpy as np

from corpora.errors import UserError
from corpora.given import find_column, list_columns, list_values
from corpora.pictures import CAPTION_COLUMNS, PICTURE_COLUMNS, CaptionedPictures, take_picture
from corpora.tables import choose_column


@dataclass(frozen=True)
class GivenPictures:
    """N pictures of a Python program. They are read when it is known how large they must be."""

    names: tuple[str, ...]
    """Of files, their names; else numbers, as in a folder that charlm writes."""
    pictures: tuple[Any, ...]
    """Paths, pictures of Pillow or arrays; see `corpora.pictures.take_picture`."""
    captions: tuple[tuple[str, ...], ...]
    """Captions of each, one at least."""

    def read(self, size: int) -> CaptionedPictures:
        """Return the pictures, (N, size, size, 3).

        Raises:
            UserError: a picture cannot be read.
        """
        pixels = [
            take_picture(picture, size, f"picture {number:,}")
            for number, picture in enumerate(self.pictures, 1)
        ]
        return CaptionedPictures(self.names, np.stack(pixels), self.captions)


def take_pictures(pictures: Any, captions: Any = None) -> GivenPictures:
    """Return pictures with their captions. A path that comes several times is one picture.

    Args:
        pictures: N pictures, each a path, a picture of Pillow or an array; or a dictionary, data
            frame or data set of Hugging Face with a column of pictures and one of captions.
        captions: for each picture a caption or a list of captions; None where `pictures` has
            columns.

    Raises:
        UserError: they are missing, are not of one length, or are no captions.
    """
    names = list_columns(pictures)
    if names is not None:
        where, table = Path("the table"), pictures  # a path only for messages
        pictures = find_column(table, choose_column(where, names, None, PICTURE_COLUMNS, ""))
        if captions is None:
            chosen = choose_column(where, names, None, CAPTION_COLUMNS, "")
            captions = find_column(table, chosen)
    if captions is None:
        raise UserError("pictures are nothing to learn from without captions; give some for each")
    listed = [*pictures] if isinstance(pictures, np.ndarray) else list_values(pictures, "pictures")
    said = list_values(captions, "captions")
    if len(listed) != len(said):
        raise UserError(f"there are {len(listed):,} pictures, but {len(said):,} captions")
    found: dict[Any, tuple[Any, list[str]]] = {}
    for number, (picture, some) in enumerate(zip(listed, said, strict=True)):
        key = Path(picture) if isinstance(picture, str | Path) else number
        found.setdefault(key, (picture, []))[1].extend(_list_captions(some, number + 1))
    shown = [(key, picture, some) for key, (picture, some) in found.items() if some]
    if not shown:
        raise UserError("there are no captions to learn from")
    called = [key.name if isinstance(key, Path) else f"{key:06}.png" for key, _, _ in shown]
    return GivenPictures(
        tuple(called), tuple(one for _, one, _ in shown), tuple(tuple(some) for _, _, some in shown)
    )


def _list_captions(said: Any, number: int) -> Sequence[str]:
    """Return the captions of a picture, without empty ones."""
    some = [said] if isinstance(said, str) else said
    listed = list_values(some, f"the captions of picture {number:,}")
    if wrong := [one for one in listed if not isinstance(one, str)]:
        raise UserError(
            f"a caption must be a string, not {shortened(wrong[0])} (picture {number:,})"
        )
    return [one for one in listed if one.strip()]
