"""Where on the grid the shapes lie that the words of a caption name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charlm.arrays import Floats, Singles
from corpora.scenes.reader import judge
from corpora.scenes.scene import SIZE, Scene


def cover_cells(scene: Scene, shapes: Sequence[int], grid: int) -> Floats:
    """Return the share of each cell of a grid that lies in the boxes of these shapes, (G, G).

    Args:
        scene: the scene.
        shapes: numbers of its shapes.
        grid: G.
    """
    pixels = np.zeros((SIZE, SIZE))
    for number in shapes:
        left, top, right, bottom = scene.shapes[number].box
        pixels[top:bottom, left:right] = 1
    cell = SIZE // grid
    found: Floats = pixels.reshape(grid, cell, grid, cell).mean(axis=(1, 3))
    return found


def find_targets(words: Sequence[str], scene: Scene, grid: int) -> Singles:
    """Return where attention should lie at each word of a true caption, and at the end after it.

    Args:
        words: the caption, T - 1 words.
        scene: what it is a caption of.
        grid: G.

    Returns:
        Weights over the cells, (T, G²): the boxes of what the word's phrase names, and a sum of 1;
        zeros for words that name nothing.
    """
    targets = np.zeros((len(words) + 1, grid * grid), dtype=np.float32)
    verdict = judge(words, scene)
    if verdict.sentence is not None:
        for phrase, shapes in zip(verdict.sentence.phrases, verdict.shapes, strict=False):
            cover = cover_cells(scene, shapes, grid).ravel()
            targets[phrase.start : phrase.end] = cover / cover.sum()
    return targets
