"""Pictures of the user's own with captions: a folder, and a table with the layout of Flickr8k's."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpora.atomic import write_atomic
from corpora.errors import UserError, os_error
from corpora.tables import READERS, choose_column

Pixels = npt.NDArray[np.uint8]
"""Pictures (N, size, size, 3), or one (size, size, 3): red, green and blue from 0 to 255."""

TABLES = ("captions.txt", "captions.csv", "captions.tsv", "captions.json", "captions.jsonl")
"""Names of the table in a folder of pictures."""
FOLDERS = ("", "Images", "images", "pictures")
"""Where in the folder the pictures may lie."""
PICTURE_COLUMNS = ("image", "image_name", "picture", "file", "file_name", "filename")
CAPTION_COLUMNS = ("caption", "comment", "text", "sentence", "description")
NO_PILLOW = "pictures of your own need Pillow; pip install 'pillow>=11'"


@dataclass(frozen=True)
class CaptionedPictures:
    """Pictures and what people wrote about each."""

    names: tuple[str, ...]
    """File names, (N,)."""
    pictures: Pixels
    """(N, size, size, 3)."""
    captions: tuple[tuple[str, ...], ...]
    """Captions of each, one at least."""

    @property
    def digest(self) -> str:
        """A sum of all pixels and letters."""
        found = sha256(self.pictures.tobytes())
        found.update(repr((self.names, self.captions)).encode())
        return found.hexdigest()


def read_captioned(place: Path, size: int) -> CaptionedPictures:
    """Read a folder of pictures with a table of captions, or the table by its own name.

    Args:
        place: a folder that holds one of `TABLES`, or a table; its pictures lie beside it, or in
            one of `FOLDERS`.
        size: width and height of what is returned: the middle of each picture, made as large.

    Raises:
        UserError: there is no table, no such picture, or one cannot be read.
    """
    table = _find_table(place)
    said: dict[str, list[str]] = {}
    for name, caption in _read_rows(table):
        said.setdefault(name, []).append(caption)
    if not said:
        raise UserError(f"{table} holds no caption")
    folders = [table.parent / folder for folder in FOLDERS]
    pictures = np.empty((len(said), size, size, 3), dtype=np.uint8)
    for row, name in enumerate(said):
        path = next((folder / name for folder in folders if (folder / name).is_file()), None)
        if path is None:
            raise UserError(f"{table} names {name}, and there is no such picture beside it")
        pictures[row] = read_picture(path, size)
    return CaptionedPictures(tuple(said), pictures, tuple(map(tuple, said.values())))


def read_picture(path: Path, size: int) -> Pixels:
    """Return a picture of any format that Pillow knows, (size, size, 3).

    Args:
        path: the file.
        size: width and height of what is returned: the middle square, made as large.

    Raises:
        UserError: the file is no picture, or Pillow is not installed.
    """
    Image, ImageOps = _import_pillow()  # noqa: N806  (modules of these names)
    try:
        with Image.open(path) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
            # Where nothing is, a picture is black.
            black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
            whole = Image.alpha_composite(black, upright).convert("RGB")
            return np.asarray(ImageOps.fit(whole, (size, size)), dtype=np.uint8)
    except Image.DecompressionBombError as error:
        raise UserError(f"{path} is too large a picture") from error
    except OSError as error:
        if error.errno is not None:
            raise os_error(error, path) from error
        raise UserError(f"{path} is no picture that can be read") from error
    except (ValueError, SyntaxError, EOFError) as error:  # what Pillow says of damaged files
        raise UserError(f"{path} is no picture that can be read") from error


def _find_table(place: Path) -> Path:
    if not place.exists():
        raise UserError(f"there is no folder {place}; name one with pictures and captions.txt")
    if not place.is_dir():
        return place
    for name in TABLES:
        if (place / name).is_file():
            return place / name
    raise UserError(f"{place} holds no captions.txt with the columns image and caption")


def _read_rows(table: Path) -> list[tuple[str, str]]:
    suffix = ".csv" if table.suffix.lower() == ".txt" else table.suffix.lower()
    if suffix not in READERS:
        raise UserError(f"{table} is no table of captions; its name must end in .txt or .csv")
    try:
        names, column = READERS[suffix](table, "utf-8")
    except OSError as error:
        raise os_error(error, table) from error
    image, caption = (
        column(choose_column(table, names, None, usual, kind))
        for usual, kind in ((PICTURE_COLUMNS, "image"), (CAPTION_COLUMNS, "caption"))
    )
    rows = zip(image, caption, strict=True)
    return [(str(name), str(said)) for name, said in rows if name and said and str(said).strip()]


def write_captioned(folder: Path, pictures: Pixels, captions: Sequence[Sequence[str]]) -> None:
    """Write pictures and their captions as `read_captioned` reads them.

    Args:
        folder: where to; it is made, and must not hold a table of captions.
        pictures: (N, height, width, 3).
        captions: captions of each.

    Raises:
        UserError: the folder cannot be written to, or holds captions already.
    """
    Image, _ = _import_pillow()  # noqa: N806  (a module of that name)
    if any((folder / name).exists() for name in TABLES):
        raise UserError(f"{folder} holds captions already; name another folder")
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["image", "caption"])
    for number, (picture, said) in enumerate(zip(pictures, captions, strict=True)):
        png = io.BytesIO()
        Image.fromarray(picture).save(png, "PNG")
        name = f"{number:06}.png"
        write_atomic(folder / "Images" / name, png.getvalue())
        rows.writerows([name, caption] for caption in said)
    write_atomic(folder / "captions.txt", table.getvalue().encode())


def _import_pillow() -> tuple[Any, Any]:
    """Return Pillow's modules Image and ImageOps.

    Raises:
        UserError: it is not installed.
    """
    try:
        from PIL import Image, ImageOps
    except ImportError as error:
        raise UserError(NO_PILLOW) from error
    return Image, ImageOps
