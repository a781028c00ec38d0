"""`charlm caption describe`: say what a picture shows, and where each word looks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from charlm.commands.inside.output import DescribedPng
from charlm.console.options import COMPUTING, INPUT, ComputingOptions, Json, Model
from charlm.console.program import notice, print_json, printable, stdout
from corpora.errors import UserError
from corpora.scenes.splits import Split
from seq.beam import check_width

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.scenes.drawing import Pictures
    from corpora.scenes.scene import Scene
    from seq.caption.library import Caption

TILE = 16
"""Columns of a map in the terminal, or a few more."""


def describe(
    picture: Annotated[str | None, INPUT] = None,
    /,
    *,
    model: Model = "scenes",
    number: int = 4,
    split: Split = "random",
    seed: int = 1,
    beam: int = 1,
    maps: bool = True,
    png: DescribedPng = None,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Say in words what a picture shows, and show where each word looks.

    In the terminal, two pixels stand in each character. Each word has a map: the picture, lit where
    the word looks.

    Parameters
    ----------
    picture
        A picture (.png, .jpg, …; needs the extra pictures); by default a scene that no training
        has seen.
    number
        Which scene of the test part, from 0 on.
    split
        Whose test part.
    seed
        Seed of the scenes.
    beam
        Width of the beam search; 1 takes the likeliest word at each step.
    maps
        Show where each word looks.
    png
        Draw picture and maps into this PNG file as well.
    """
    check_width(beam, "--beam")
    if number < 0 or seed < 0:
        raise UserError("--number and --seed cannot be negative")
    from corpora.scenes.drawing import draw_scenes
    from corpora.scenes.splits import find_scene
    from seq.caption.library import load

    captioner = load(model, **vars(computing))
    scene = None
    if picture is None:
        scene = find_scene(split, "test", seed, number)
        pixels = draw_scenes([scene])[0]
    else:
        from corpora.pictures import read_picture

        pixels = read_picture(Path(picture), captioner.size)
    found = captioner.describe(pixels, width=beam)
    if json:
        about: dict[str, Any] = {"model": model, "picture": picture}
        if scene is not None:
            about |= {"split": split, "seed": seed, "number": number}
        print_json({**about, "captions": [to_json(one, scene) for one in found]})
    else:
        _show(stdout(), pixels, found, scene, maps)
    if png is not None:
        from charlm.drawing.picture import save_picture
        from seq.caption.figure import draw_looks

        save_picture(draw_looks(pixels, found[0]), png)
        notice(f"written: {png}")


def to_json(caption: Caption, scene: Scene | None) -> dict[str, Any]:
    """Return a caption as an object for JSON, with whether it is true if that can be decided."""
    made: dict[str, Any] = {
        "caption": caption.text,
        "words": list(caption.words),
        "ended": caption.ended,
        "log_prob": caption.log_prob,
        "probabilities": caption.probabilities.tolist(),
        "attention": None if caption.attention is None else caption.attention.tolist(),
    }
    if scene is not None:
        from corpora.scenes.reader import judge

        verdict = judge(caption.words, scene)
        made |= {"true": verdict.true, "why": verdict.why}
    return made


def _show(
    console: Console,
    pixels: Pictures,
    found: list[Caption],
    scene: Scene | None,
    maps: bool,
) -> None:
    """Print a picture, its captions, and where the words of the first one look."""
    from rich.text import Text

    from charlm.drawing.blocks import draw_blocks, draw_maps, shrink

    color = console.color_system is not None and not console.no_color
    fitting = shrink(pixels, -(-len(pixels) // max(2, min(console.width, 64))))
    console.print(Text("\n", no_wrap=True).join(draw_blocks(fitting, color=color)))
    for caption in found:
        judged = f"  ({judge_in_words(caption, scene)})" if scene is not None else ""
        chance = f"  {caption.log_prob:.2f} nats"
        console.print(Text(printable(caption.text), "bold") + Text(judged + chance), soft_wrap=True)
    attention = found[0].attention
    if not maps or attention is None:
        return
    labels = [*found[0].words, "(end)"][: len(attention)]
    small = shrink(pixels, max(1, len(pixels) // TILE))
    console.print()
    pairs = [*zip(labels, attention, strict=True)]
    console.print(draw_maps(small, pairs, console.width, color=color))


def judge_in_words(caption: Caption, scene: Scene) -> str:
    """Return whether a caption is true of a scene, and why not."""
    from corpora.scenes.reader import judge

    verdict = judge(caption.words, scene)
    return "true" if verdict.true else f"not true: {verdict.why}"
