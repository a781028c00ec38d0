"""Load a captioner by shipped name, run folder or file, and describe pictures with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import torch

from charlm.arrays import Singles
from charlm.runs.registry import CAPTIONER
from charlm.training.config import Device, Precision
from charlm.training.device import autocast
from corpora.pictures import take_picture
from corpora.scenes.drawing import Pictures
from corpora.short_repr import ShortRepr
from corpora.text.vocabulary import Vocabulary
from seq.batches import pad
from seq.beam import check_width
from seq.caption.config import CaptionerConfig
from seq.caption.model import Captioner
from seq.caption.task import batch_rows, find_rules
from seq.caption.words import decode, read_vocabulary, to_text
from seq.decoding import beam_search, greedy_search, inspect
from seq.model_file import open_model
from seq.padding import END

DEFAULT_CAPTIONER = "scenes"


@dataclass(frozen=True)
class Caption(ShortRepr):
    """A caption of a picture, and where each of its words looks."""

    words: tuple[str, ...]
    """The words; a comma is one as well."""
    ended: bool
    """Whether the caption ends with the end. Otherwise it reached the greatest length."""
    log_prob: float
    """Log-probability of the whole caption, the end included, in nats."""
    probabilities: Singles
    """Probability of each word, given the words before it, and of the end, (T,)."""
    attention: Singles | None
    """Where each word looks, and the end: a weight for each cell of the grid, (T, G, G), rows from
    the top; the weights of a word sum to one. None without attention."""

    @property
    def text(self) -> str:
        """The caption as people write it."""
        return to_text(self.words)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.text)}</p>"


@dataclass(frozen=True)
class PictureCaptioner(ShortRepr):
    """A loaded captioner. It keeps no state between calls."""

    name: str
    """Name of the model, to show to people."""
    vocabulary: Vocabulary
    """Its words, after a few symbols with a meaning of their own."""
    model: Captioner
    """The network, on `device`."""
    device: torch.device
    precision: Precision
    """Arithmetic of the layers: fp32 or bf16."""

    @property
    def size(self) -> int:
        """Width and height of the pictures that it looks at, in pixels."""
        return self.model.config.picture_size

    def describe(self, picture: Any, *, width: int = 1) -> list[Caption]:
        """Return the most probable captions of a picture, the best first.

        Args:
            picture: path of a file; or a picture of Pillow; or an array of uint8, (H, W, 3) in red,
                green and blue from 0 to 255, rows from the top. Its middle square is made `size`
                pixels wide and high, which needs Pillow unless it is so already.
            width: width of the beam, and greatest number of captions, from 1 to 1,000. 1 is greedy
                search.

        Raises:
            UserError: the picture has another shape or type, or the width is wrong.
        """
        return self.describe_all([picture], width=width)[0]

    def describe_all(self, pictures: Iterable[Any], *, width: int = 1) -> list[list[Caption]]:
        """Return the captions of many pictures, a list or an array (N, H, W, 3); see `describe`."""
        given = [
            take_picture(one, self.size, f"picture {n:,}") for n, one in enumerate(pictures, 1)
        ]
        check_width(width)
        found: list[list[Caption]] = []
        for rows in batch_rows(len(given)):
            found += self._describe_batch(np.stack([given[row] for row in rows]), width)
        return found

    def captions(self, pictures: Iterable[Any]) -> list[str]:
        """Return only the text of the likeliest caption of each picture, by greedy search.

        Raises:
            UserError: a picture has another shape or type.
        """
        return [captions[0].text for captions in self.describe_all(pictures)]

    def _describe_batch(self, pictures: Pictures, width: int) -> list[list[Caption]]:
        rules, decoder = find_rules(self.model.config), self.model.decoder
        with torch.inference_mode(), autocast(self.device, self.precision):
            memory = self.model.look(torch.from_numpy(pictures).to(self.device))
            if width == 1:
                written = [[ids] for ids in greedy_search(decoder, memory, rules)]
            else:
                beams = beam_search(decoder, memory, rules, width)
                written = [[one.ids for one in beam] for beam in beams]
            rows = [row for row, several in enumerate(written) for _ in several]
            flat = [np.array(ids) for several in written for ids in several]
            ids, lengths = pad(flat)
            many = memory.select(torch.tensor(rows, device=self.device))
            chances, weights = inspect(decoder, many, rules, ids.to(self.device))
            own = chances.gather(2, ids.to(self.device)[..., None])[..., 0].float().cpu().numpy()
        maps = None if weights is None else weights.float().cpu().numpy()
        found: list[list[Caption]] = [[] for _ in written]
        for column, (row, length) in enumerate(zip(rows, lengths.tolist(), strict=True)):
            looked = None if maps is None else maps[:length, column]
            found[row].append(self._make(flat[column].tolist(), own[:length, column], looked))
        return found

    def _make(self, ids: Iterable[int], chances: Singles, weights: Singles | None) -> Caption:
        ids, grid = [*ids], self.model.config.grid
        with np.errstate(divide="ignore"):  # a chance too small for a number is 0
            log_prob = float(np.log(chances).sum())
        return Caption(
            words=decode(self.vocabulary, ids),
            ended=ids[-1] == END,
            log_prob=log_prob,
            probabilities=chances,
            attention=None if weights is None else weights.reshape(-1, grid, grid),
        )


def load(
    name: str = DEFAULT_CAPTIONER, *, device: Device = "auto", precision: Precision = "fp32"
) -> PictureCaptioner:
    """Load a captioner by shipped name, run folder or `.safetensors` file.

    Args:
        name: a shipped name (`scenes`), a run folder or a file.
        device: device to compute on.
        precision: fp32 gives the same figures in any batch, to 1e-5. bf16 is faster on some
            processors and gives figures close to these.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """

    def build(config: object, vocabulary: str) -> tuple[Vocabulary, Captioner]:
        words = read_vocabulary(vocabulary)
        return words, Captioner(CaptionerConfig.from_json(config), len(words))

    found = open_model(name, CAPTIONER, build, device, precision)
    return PictureCaptioner(found.name, found.about, found.model, found.device, found.precision)
