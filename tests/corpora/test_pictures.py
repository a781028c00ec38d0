"""Pictures of one's own: what is read, and what is said of what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from corpora.errors import UserError
from corpora.pictures import read_captioned, read_picture, write_captioned

PICTURES = np.random.default_rng(1).integers(0, 256, (3, 48, 48, 3)).astype(np.uint8)
CAPTIONS = [("a dog, running", "A dog"), ('a "red" ball',), ("two cats",)]


def test_what_is_written_is_read_again() -> None:
    write_captioned(Path("own"), PICTURES, CAPTIONS)
    found = read_captioned(Path("own"), 48)
    assert np.array_equal(found.pictures, PICTURES)
    assert found.captions == tuple(CAPTIONS)
    by_table = read_captioned(Path("own/captions.txt"), 48)
    assert by_table.digest == found.digest
    assert read_captioned(Path("own"), 24).pictures.shape == (3, 24, 24, 3)
    with pytest.raises(UserError, match="holds captions already"):
        write_captioned(Path("own"), PICTURES, CAPTIONS)


def test_the_middle_of_a_picture_of_any_mode_is_read() -> None:
    wide = Image.new("L", (90, 30), 0)
    wide.paste(200, (30, 0, 60, 30))
    wide.save("wide.png")
    middle = read_picture(Path("wide.png"), 16)
    assert (middle[:, 2:-2] == 200).all()
    assert (middle > 180).all()
    Image.new("RGBA", (8, 8), (255, 255, 255, 0)).save("clear.png")
    assert (read_picture(Path("clear.png"), 8) == 0).all()
    turned = Image.new("RGB", (8, 8), (0, 0, 0))
    turned.paste((255, 0, 0), (0, 0, 8, 4))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    turned.save("turned.png", exif=exif)
    assert read_picture(Path("turned.png"), 8)[-1, 0].tolist() == [255, 0, 0]


def test_what_cannot_be_read_is_a_line() -> None:
    Path("no.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"no\.png is no picture"):
        read_picture(Path("no.png"), 8)
    whole = Path("whole.png")
    Image.fromarray(PICTURES[0]).save(whole)
    Path("half.png").write_bytes(whole.read_bytes()[:2000])
    with pytest.raises(UserError, match=r"half\.png is no picture"):
        read_picture(Path("half.png"), 8)
    with pytest.raises(UserError, match="there is no folder nowhere"):
        read_captioned(Path("nowhere"), 8)
    Path("empty").mkdir()
    with pytest.raises(UserError, match=r"empty holds no captions\.txt"):
        read_captioned(Path("empty"), 8)
    table = Path("empty/captions.txt")
    table.write_text("image,caption\ngone.png,a dog\n")
    with pytest.raises(UserError, match=r"names gone\.png, and there is no such picture"):
        read_captioned(Path("empty"), 8)
    table.write_text("image,caption\n")
    with pytest.raises(UserError, match="holds no caption"):
        read_captioned(Path("empty"), 8)
    table.write_text("name,words\na.png,a dog\n")
    with pytest.raises(UserError, match="has no column 'image'"):
        read_captioned(Path("empty"), 8)
