"""`charlm caption draw`: draw scenes, with the sentences that say them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.commands.inside.output import DescribedPng
from charlm.console.options import Json
from charlm.console.program import notice, print_json, stdout
from corpora.errors import UserError
from corpora.scenes.splits import Part, Split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpora.scenes.drawing import Pictures
    from corpora.scenes.scene import Scene

MOST = 100_000
"""Most scenes of a call. A larger number is a slip of the hand."""
MOST_ON_SHEET = 60
"""Most scenes of a PNG file."""
GAP = 2
"""Columns between two scenes in the terminal."""


def draw(
    count: int = 3,
    /,
    *,
    split: Split = "random",
    part: Part = "test",
    seed: int = 1,
    start: int = 0,
    png: DescribedPng = None,
    folder: Annotated[Path | None, Parameter(name="--out")] = None,
    json: Json = False,
) -> None:
    """Draw scenes, with the sentences that are true of them.

    Parameters
    ----------
    count
        How many.
    split
        How scenes are divided; see `charlm caption train --help`.
    part
        Which part: those for training, for choosing the best model, or for the test.
    seed
        Seed of the scenes.
    start
        Number of the first one.
    png
        Draw them on a sheet, each with a caption, into this PNG file.
    folder
        Write each as a PNG file into this folder, with captions.txt (needs the extra pictures):
        `charlm caption train FOLDER` reads such a folder.
    """
    if not 1 <= count <= MOST:
        raise UserError(f"the number of scenes must lie between 1 and {MOST:,}, not {count:,}")
    if seed < 0 or start < 0:
        raise UserError("--seed and --start cannot be negative")
    if png is not None and count > MOST_ON_SHEET:
        raise UserError(f"a sheet has room for {MOST_ON_SHEET} scenes, not {count:,}")
    from corpora.scenes.drawing import draw_scenes
    from corpora.scenes.grammar import describe
    from corpora.scenes.splits import find_scene

    scenes = [find_scene(split, part, seed, start + number) for number in range(count)]
    captions = [describe(scene) for scene in scenes]
    if folder is not None:
        from corpora.pictures import write_captioned

        write_captioned(folder, draw_scenes(scenes), captions)
        notice(f"written: {count:,} picture{'s' * (count > 1)} and captions.txt in {folder}")
    elif json:
        print_json({"scenes": [*map(to_json, scenes, captions)]})
    elif png is None:
        _show(draw_scenes(scenes), captions)
    if png is not None:
        from charlm.drawing.picture import save_picture
        from seq.caption.figure import draw_sheet

        save_picture(draw_sheet(draw_scenes(scenes), [said[0] for said in captions]), png)
        notice(f"written: {png}")


def to_json(scene: Scene, captions: Sequence[str]) -> dict[str, object]:
    """Return a scene and its captions as an object for JSON."""
    shapes = [
        {"kind": one.kind, "color": one.color, "size": one.size, "box": list(one.box)}
        for one in scene.shapes
    ]
    return {"shapes": shapes, "captions": list(captions)}


def _show(pictures: Pictures, captions: Sequence[Sequence[str]]) -> None:
    """Print pictures one under another, each with its captions beside it."""
    from rich.table import Table
    from rich.text import Text

    from charlm.drawing.blocks import draw_blocks, shrink

    console = stdout()
    color = console.color_system is not None and not console.no_color
    size = pictures.shape[2]
    for picture, said in zip(pictures, captions, strict=True):
        fitting = picture if console.width >= size + GAP + 30 else shrink(picture, 2)
        grid = Table.grid(padding=(0, GAP))
        grid.add_column(no_wrap=True)
        grid.add_column()
        blocks = Text("\n", no_wrap=True).join(draw_blocks(fitting, color=color))
        grid.add_row(blocks, Text("\n".join(said)))
        console.print(grid)
        console.print()
