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


def test_grey_of_sixteen_bits_is_scaled_and_not_cut_off() -> None:
    grey = np.linspace(0, 65535, 64).reshape(8, 8).astype(np.uint16)
    Image.fromarray(grey).save("deep.png")
    assert np.array_equal(read_picture(Path("deep.png"), 8)[..., 1], grey >> 8)


def test_odd_pictures_are_read_or_refused_in_one_line() -> None:
    frames = [Image.fromarray(one[:30]) for one in PICTURES]
    frames[0].save("moving.gif", save_all=True, append_images=frames[1:])
    Image.new("CMYK", (9, 5), (0, 255, 255, 0)).save("print.jpg")
    Image.new("RGB", (1, 1), (255, 0, 0)).save("dot.png")
    Image.new("RGB", (1, 3000), (255, 0, 0)).save("thin.bmp")
    for name in ("moving.gif", "print.jpg", "dot.png", "thin.bmp"):
        found = read_picture(Path(name), 8)
        assert found.shape == (8, 8, 3)
        assert name == "moving.gif" or (found[..., 0] > 250).all()
    Path("program.eps").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    Path("empty.png").write_bytes(b"")
    for name in ("program.eps", "empty.png"):
        with pytest.raises(UserError, match=f"^{name} is no picture that can be read$"):
            read_picture(Path(name), 8)


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
    for name in ("../whole.png", str(whole.resolve())):
        table.write_text(f"image,caption\n{name},a dog\n")
        with pytest.raises(UserError, match=r"names .*whole\.png, which does not lie beside it"):
            read_captioned(Path("empty"), 8)
    table.write_text(f"image,caption\n{'x' * 5000}.png,a dog\n")
    with pytest.raises(UserError, match=r"names x{100}…, and there is no such picture"):
        read_captioned(Path("empty"), 8)
    table.write_text("image,caption\n")
    with pytest.raises(UserError, match="holds no caption"):
        read_captioned(Path("empty"), 8)
    table.write_text("name,words\na.png,a dog\n")
    with pytest.raises(UserError, match="has no column 'image'"):
        read_captioned(Path("empty"), 8)
