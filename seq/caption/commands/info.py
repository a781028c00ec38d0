"""`charlm caption info`: what pictures and captions there are to learn from."""

from __future__ import annotations

from typing import Annotated, Any

from charlm.console.options import INPUT, Json
from charlm.console.program import print_json, printable, stdout
from seq.caption.config import CaptionerConfig, CaptionerTraining

FEW = 5
"""Captions that are shown."""
FREQUENT = 12
"""Words that are shown, the most frequent ones."""


def info(data: Annotated[str, INPUT] = "scenes", /, *, rarest: int = 1, json: Json = False) -> None:
    """Show what there is to learn from: pictures, captions, words, and the splits of scenes.

    `charlm info MODEL` shows a trained captioner.

    Parameters
    ----------
    data
        scenes, or a folder of pictures with captions.txt.
    rarest
        Least times that a word must occur to be known.
    """
    figures = describe_scenes() if data == "scenes" else describe_folder(data, rarest)
    if json:
        print_json(figures)
        return
    console = stdout()
    for name, value in figures.items():
        shown = "; ".join(value) if isinstance(value, list) else value
        text = f"{shown:,}" if isinstance(shown, int) else str(shown)
        console.print(printable(f"{name.replace('_', ' ')}: {text}"), soft_wrap=True)


def describe_scenes() -> dict[str, Any]:
    """Return what the scenes are, as an object for JSON."""
    from corpora.scenes.grammar import PLURALS, RELATIONS, WORDS
    from corpora.scenes.scene import COLORS, KINDS, MOST_SHAPES, SIZE, SIZES
    from corpora.scenes.splits import HELD_COUNTS, HELD_PAIRS

    numbers = ("one", "two", "three")
    return {
        "pictures": f"{SIZE} x {SIZE} pixels, as many as you like, one to {MOST_SHAPES} shapes",
        "shapes": [*KINDS],
        "colors": [*COLORS],
        "sizes": [*SIZES],
        "relations": [*RELATIONS],
        "words": len(WORDS),
        "pairs_never_shows": sorted(f"{color} {PLURALS[kind]}" for color, kind in HELD_PAIRS),
        "counts_never_shows": [
            f"{numbers[number - 1]} {PLURALS[kind]} of one colour"
            for number, kind in sorted(HELD_COUNTS)
        ],
    }


def describe_folder(place: str, rarest: int) -> dict[str, Any]:
    """Return what a folder of pictures with captions holds, as an object for JSON."""
    from seq.caption.data import Source
    from seq.caption.words import FIRST

    data = Source(spec=place, rarest=rarest).read(CaptionerConfig().picture_size)
    assert data.given is not None  # it is no scene
    training = CaptionerTraining()
    said = [caption for captions in data.given.captions for caption in captions]
    words = data.make_vocabulary(training).symbols[len(FIRST) :]
    return {
        "pictures": len(data.given.names),
        "captions": len(said),
        "parts": [
            f"{len(data.part(part, training)):,} for {part}"
            for part in ("training", "validation", "test")
        ],
        "words": len(words),
        "most_frequent": [*words[:FREQUENT]],
        "such_as": said[:FEW],
    }
