"""Captioners in the hand of a Python user: what they write, and what they refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from scene_helpers import shape

from corpora.errors import UserError
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.scene import make_scene
from seq.caption.library import PictureCaptioner
from seq.caption.model import Captioner
from seq.caption.words import make_scene_vocabulary

PICTURES = draw_scenes([make_scene(4, number) for number in range(4)])


def made(**changes: Any) -> PictureCaptioner:
    torch.manual_seed(3)
    words = make_scene_vocabulary()
    model = Captioner(shape(**changes), len(words)).eval()
    with torch.no_grad():  # so that words differ from picture to picture, and captions end
        model.decoder.output.weight.mul_(6)
    return PictureCaptioner("made", words, model, torch.device("cpu"), "fp32")


def test_many_pictures_are_described_as_one_by_one() -> None:
    captioner = made()
    for width in (1, 3):
        together = captioner.describe_all(PICTURES, width=width)
        for picture, found in zip(PICTURES, together, strict=True):
            alone = captioner.describe(picture, width=width)
            assert [one.words for one in alone] == [one.words for one in found]
            for one, other in zip(alone, found, strict=True):
                assert one.attention is not None
                assert other.attention is not None
                assert np.allclose(one.attention, other.attention, atol=1e-5)
                assert one.log_prob == pytest.approx(other.log_prob, abs=1e-4)


def test_a_caption_says_how_likely_it_is_and_where_it_looks() -> None:
    for found in made().describe(PICTURES[0], width=4):
        steps = len(found.words) + found.ended
        assert found.probabilities.shape == (steps,)
        assert found.log_prob == pytest.approx(np.log(found.probabilities).sum(), abs=1e-5)
        assert found.attention is not None
        assert found.attention.shape == (steps, 6, 6)
        assert np.allclose(found.attention.sum(axis=(1, 2)), 1, atol=1e-5)


def test_a_beam_is_sorted_and_finds_nothing_less_likely_than_its_own_last() -> None:
    found = made().describe(PICTURES[1], width=5)
    chances = [one.log_prob for one in found]
    assert chances == sorted(chances, reverse=True)
    assert len({one.words for one in found}) == len(found) == 5


def test_without_attention_a_caption_looks_nowhere() -> None:
    captioner = made(attention="none")
    assert captioner.describe(PICTURES[0])[0].attention is None
    assert len(captioner.captions(PICTURES)) == 4


def test_a_picture_is_the_same_in_any_form() -> None:
    captioner, picture = made(), PICTURES[2]
    (wanted,) = captioner.describe(picture)
    whole = Image.fromarray(picture)
    whole.save("one.png")
    large = np.asarray(whole.resize((96, 96), Image.Resampling.NEAREST))
    clear = np.concatenate([picture, np.full((48, 48, 1), 255, dtype=np.uint8)], axis=2)
    forms = ["one.png", Path("one.png"), whole, torch.from_numpy(picture.copy()), clear]
    for found in captioner.describe_all(forms):
        assert found[0].words == wanted.words
        assert np.allclose(found[0].probabilities, wanted.probabilities, atol=1e-5)
    assert captioner.describe(large)[0].words
    assert captioner.describe(picture[..., 0])[0].words


def test_what_it_cannot_look_at_is_said() -> None:
    captioner = made()
    for picture, what in [
        (PICTURES[0].astype(float), r"float64 \(48, 48, 3\)"),
        (PICTURES[0].transpose(2, 0, 1), r"uint8 \(3, 48, 48\)"),
        (PICTURES[0][:0], r"uint8 \(0, 48, 3\)"),
        (None, "NoneType"),
    ]:
        with pytest.raises(UserError, match=f"picture 1 must be a path, .* not {what}"):
            captioner.describe(picture)
    for width in (0, 1001, True, 2.5):
        with pytest.raises(UserError, match="width must lie between 1 and 1000"):
            captioner.describe(PICTURES[0], width=width)  # type: ignore[arg-type]
