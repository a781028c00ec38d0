"""Series, pictures, forecasters and captioners to harm; see `fuzz_readers`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from scene_helpers import request as scene_request
from series_helpers import request as series_request

import seq
from charlm.training.request import Request
from corpora.pictures import read_captioned, read_picture, write_captioned
from corpora.series.load import load_series
from seq.caption.library import PictureCaptioner
from seq.caption.trained_on import find_trained_on as find_pictures
from seq.forecast.library import SeriesForecaster
from seq.forecast.trained_on import find_trained_on

Ask = Callable[[], object]


def of_seq() -> Iterator[tuple[str, Request, Ask]]:
    """Yield name, training and use of a forecaster and of a captioner."""
    yield "series", series_request(Path("runs/series"), "lorenz", attention="dot"), ask_series
    yield "pictures", scene_request(Path("runs/pictures")), ask_pictures


def ask_series() -> None:
    model = seq.load("runs/series")
    assert isinstance(model, SeriesForecaster)
    rows = np.ones((model.model.config.context, len(model.columns.names)))
    model.forecast(rows)
    model.look(rows)
    find_trained_on("runs/series").read("series", model.columns.names)


def ask_pictures() -> None:
    model = seq.load("runs/pictures")
    assert isinstance(model, PictureCaptioner)
    model.describe(np.zeros((model.size, model.size, 3), dtype=np.uint8), width=2)
    find_pictures("runs/pictures").source.read(model.size)


def of_other_tables() -> Iterator[tuple[Path, str, list[Ask]]]:
    """Yield tables of numbers, captions, and pictures, with what reads them."""
    series = Path("s.csv")
    series.write_text(
        "\n".join(["date,a,b", *(f"2001-01-{n:02},{n * 0.5},{n}" for n in range(1, 31))])
    )
    objects = Path("s.jsonl")
    objects.write_text("\n".join(json.dumps({"year": n, "a": 1e3 / (n + 1)}) for n in range(30)))
    write_captioned(Path("own"), np.full((3, 8, 8, 3), 99, dtype=np.uint8), [("a dog",)] * 3)
    captions, picture = Path("own/captions.txt"), Path("own/Images/000001.png")
    for place in (series, objects):
        asks: list[Ask] = [lambda path=place: load_series(str(path), fill="last")]  # type: ignore[misc]
        yield place, "lines" if place is objects else "bytes", asks
    yield captions, "bytes", [lambda: read_captioned(Path("own"), 8)]
    yield picture, "bytes", [lambda: read_captioned(Path("own"), 8)]
    for suffix in ("jpg", "gif", "bmp", "webp", "tiff", "ppm"):
        other = Path(f"one.{suffix}")
        Image.fromarray(np.arange(768, dtype=np.uint8).reshape(16, 16, 3)).save(other)
        yield other, "bytes", [lambda path=other: read_picture(path, 8)]  # type: ignore[misc]
