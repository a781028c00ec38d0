"""Pictures of the user's own with captions: a folder, and a table with the layout of Flickr8k's."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "WEBP", "TIFF")
"""Formats that are read. Pillow knows others; to read some, it would run other programs."""
PICTURE_COLUMNS = ("image", "image_name", "picture", "file", "file_name", "filename")
CAPTION_COLUMNS = ("caption", "comment", "text", "sentence", "description")
LONGEST_NAME = 100
"""Characters of a name that are shown."""
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
        pictures[row] = read_picture(_find_picture(table, folders, name), size)
    return CaptionedPictures(tuple(said), pictures, tuple(map(tuple, said.values())))


def _find_picture(table: Path, folders: Sequence[Path], name: str) -> Path:
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise UserError(f"{table} names {shown}, which does not lie beside it")
    for folder in folders:
        with suppress(OSError, ValueError):  # what no file can be called
            if (folder / name).is_file():
                return folder / name
    raise UserError(f"{table} names {shown}, and there is no such picture beside it")


def read_picture(path: Path, size: int) -> Pixels:
    """Return a picture of one of `FORMATS`, (size, size, 3); of a moving one, the first frame.

    Args:
        path: the file.
        size: width and height of what is returned: the middle square, made as large.

    Raises:
        UserError: the file is no such picture, or Pillow is not installed.
    """
    Image, _ = _import_pillow()  # noqa: N806  (a module of that name)
    with _say_what_is_wrong(str(path)), Image.open(path, formats=FORMATS) as opened:
        return _fit(opened, size)


def take_picture(picture: Any, size: int, what: str = "the picture") -> Pixels:
    """Return a picture that a Python program has, (size, size, 3).

    Args:
        picture: path of a file; or a picture of Pillow; or an array of uint8, (H, W, 3) in red,
            green and blue, (H, W, 4) with opacity, or (H, W) in grey, rows from the top.
        size: width and height of what is returned: the middle square, made as large.
        what: names it, for messages.

    Raises:
        UserError: it is none of these, or the file cannot be read, or Pillow is needed and not
            installed. An array of the right size needs no Pillow.
    """
    if isinstance(picture, str | Path):
        return read_picture(Path(picture), size)
    if hasattr(picture, "convert") and hasattr(picture, "getexif"):  # Pillow is not loaded to ask
        with _say_what_is_wrong(what):
            return _fit(picture, size)
    name = type(picture).__name__
    if hasattr(picture, "__array__"):  # tensors as well
        array = np.asarray(picture)
        if array.dtype == np.uint8 and array.shape == (size, size, 3):
            return array
        flat = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
        if array.dtype == np.uint8 and array.size and flat:
            Image, _ = _import_pillow()  # noqa: N806
            return _fit(Image.fromarray(array), size)
        name = f"{array.dtype} {array.shape}"
    raise UserError(
        f"{what} must be a path, a picture of Pillow, or an array of uint8 (height, width, 3), not "
        f"{name}"
    )


def _fit(opened: Any, size: int) -> Pixels:
    """Return the middle square of a picture of Pillow, upright, (size, size, 3)."""
    Image, ImageOps = _import_pillow()  # noqa: N806
    upright = ImageOps.exif_transpose(opened)
    if upright.mode.startswith("I"):  # grey of 16 bits, which Pillow would cut off at 255
        grey = np.asarray(upright)
        upright = Image.fromarray((grey >> 8 if grey.max() > 255 else grey).astype(np.uint8))
    upright = upright.convert("RGBA")
    # Where nothing is, a picture is black.
    black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
    whole = Image.alpha_composite(black, upright).convert("RGB")
    return np.asarray(ImageOps.fit(whole, (size, size)), dtype=np.uint8)


@contextmanager
def _say_what_is_wrong(what: str) -> Iterator[None]:
    """Replace what Pillow says of pictures that cannot be read by `UserError`."""
    Image, _ = _import_pillow()  # noqa: N806
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise UserError(f"{what} is too large a picture") from error
    except Exception as error:  # of damaged files, Pillow raises nearly anything
        if isinstance(error, OSError) and error.errno is not None:
            raise os_error(error, Path(what)) from error
        raise UserError(f"{what} is no picture that can be read") from error


def _find_table(place: Path) -> Path:
    try:
        there = place.exists()
    except OSError as error:  # the name is too long
        raise os_error(error, place) from error
    if not there:
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
        column(choose_column(table, names, None, usual, ""))
        for usual in (PICTURE_COLUMNS, CAPTION_COLUMNS)
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
