"""The captioner: batches, attention, and gradients down to the pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from scene_helpers import shape

from corpora.errors import UserError
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.scene import make_scene
from seq.caption.config import CaptionerConfig
from seq.caption.model import Captioner
from seq.layers.pictures import PictureEncoder

PICTURES = torch.from_numpy(draw_scenes([make_scene(1, number) for number in range(5)]))
WORDS = torch.randint(3, 20, (7, 5), generator=torch.Generator().manual_seed(1))

KINDS: dict[str, dict[str, Any]] = {
    "fed": {},
    "not fed": {"input_feeding": False, "attention": "scaled_dot"},
    "two layers": {"cell": "lstm", "num_layers": 2},
    "none": {"attention": "none", "cell": "lstm"},
}


def made(**changes: Any) -> Captioner:
    torch.manual_seed(1)
    model = Captioner(shape(**changes), 20)
    return model.eval()


def decoded(model: Captioner, pictures: torch.Tensor, words: torch.Tensor) -> Any:
    memory = model.look(pictures)
    logits, _, weights = model.decoder(words, memory.final, memory)
    return logits, weights


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_in_a_batch_gives_what_it_gives_by_itself(kind: str) -> None:
    model = made(**KINDS[kind])
    with torch.inference_mode():
        together, looked = decoded(model, PICTURES, WORDS)
        for row in range(len(PICTURES)):
            rows = slice(row, row + 1)
            alone, weights = decoded(model, PICTURES[rows], WORDS[:, rows])
            torch.testing.assert_close(alone, together[:, rows], atol=1e-5, rtol=1e-5)
            if looked is not None:
                torch.testing.assert_close(weights, looked[:, rows], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", ["fed", "not fed", "two layers"])
def test_the_weights_of_a_word_sum_to_one(kind: str) -> None:
    _, weights = decoded(made(**KINDS[kind]), PICTURES, WORDS)
    assert weights.shape == (7, 5, 36)
    assert (weights >= 0).all()
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(7, 5))


def test_without_attention_there_are_no_weights() -> None:
    assert decoded(made(attention="none"), PICTURES, WORDS)[1] is None


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_goes_through_the_encoder_to_its_first_layer(kind: str) -> None:
    model = made(**KINDS[kind])
    decoded(model, PICTURES, WORDS)[0].logsumexp(dim=2).mean().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert without in ([], ["squeeze.bias"])
    assert model.encoder.layers[0].weight.grad.abs().max() > 1e-9  # type: ignore[union-attr]


@pytest.mark.parametrize("around", [0, 1, 2])
def test_a_cell_of_the_grid_sees_the_pixels_around_it(around: int) -> None:
    """Pixels that are further away move it through the norms alone, which are left out here."""
    torch.manual_seed(2)
    encoder = PictureEncoder(16, 6, around)
    encoder.norms = torch.nn.ModuleList(torch.nn.Identity() for _ in encoder.norms)
    pixels = PICTURES[:1].float().requires_grad_()
    encoder(pixels)[3 * 6 + 2].square().sum().backward()
    assert pixels.grad is not None
    rows, columns = pixels.grad[0].any(dim=2).nonzero(as_tuple=True)
    top, left, more = 24, 16, 8 + 8 * around
    assert (rows.min(), rows.max() + 1) == (max(top - more, 0), min(top + more + 1, 48))
    assert (columns.min(), columns.max() + 1) == (max(left - more, 0), min(left + more + 1, 48))


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(UserError, match="picture_size must be a multiple of 8, not 50"):
        CaptionerConfig(picture_size=50)
    with pytest.raises(UserError, match="channels must be a multiple of 16, not 40"):
        CaptionerConfig(channels=40)


def test_other_sizes_of_pictures_make_other_grids() -> None:
    model = made(picture_size=24)
    small = torch.from_numpy(np.zeros((2, 24, 24, 3), dtype=np.uint8))
    assert model.look(small).states.shape == (9, 2, 16)
