"""Training a captioner: that it learns, and that it resumes exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scene_helpers import request, shape, training
from training_helpers import last_step, result, resume, start, trained, trained_until

from charlm.training.distributed import World
from charlm.training.events import Evaluated, Sampled
from corpora.errors import UserError
from corpora.pictures import write_captioned
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.grammar import describe
from corpora.scenes.scene import make_scene
from seq.caption.examples import GivenExamples, MadeExamples
from seq.caption.library import load
from seq.caption.model import Captioner
from seq.caption.task import Captioning
from seq.caption.trained_on import find_trained_on
from seq.caption.words import make_scene_vocabulary

pytestmark = pytest.mark.long

KINDS: dict[str, dict[str, Any]] = {
    "attention": {"dropout": 0.2, "penalty": 0.5, "guide": 0.5, "captions": 2},
    "not fed": {"input_feeding": False, "attention": "scaled_dot", "cell": "lstm"},
    "none": {"attention": "none", "num_layers": 2, "dropout": 0.2},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_captioner_resumes_exactly(tmp_path: Path, kind: str) -> None:
    """Before the first step, in a pass, and between passes."""
    whole, run = tmp_path / "whole", tmp_path / "cut"
    trained(start(request(whole, **KINDS[kind])))
    trained_until(0, lambda **hooks: start(request(run, **KINDS[kind]), **hooks))
    for step in (1, 2, 3):
        trained_until(step, resume, run)
        assert last_step(run) == step
    trained(resume(run))
    assert result(run) == result(whole)


def test_a_captioner_learns(tmp_path: Path) -> None:
    events = trained(start(request(tmp_path / "run", epochs=3, scenes=240, hidden_size=32)))
    losses = [event.metrics["loss"] for event in events if isinstance(event, Evaluated)]
    assert losses[-1] < losses[0] - 0.1
    assert any(isinstance(event, Sampled) and "as it is: a" in event.text for event in events)


def test_a_captioner_learns_a_few_pictures_by_heart() -> None:
    shown = MadeExamples("random", "training", 1, 6).take(np.arange(6))
    own = GivenExamples(shown.pictures, [some[:1] for some in shown.captions])
    torch.manual_seed(1)
    words = make_scene_vocabulary()
    model = Captioner(shape(hidden_size=32, limit=20), len(words))
    world = World(device=torch.device("cpu"))
    task = Captioning(model, words, own, own, training(captions=1), precision="fp32", world=world)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(100):
        optimizer.zero_grad()
        loss = task.loss(model, next(task.batches(0, 0)), torch.Generator())
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2
    assert task.evaluate()["accuracy"] == 1.0
    assert task.sample(3).count("a ") >= 2


def write_own(folder: Path, count: int = 30, seed: int = 1) -> None:
    scenes = [make_scene(seed, number) for number in range(count)]
    write_captioned(folder, draw_scenes(scenes), [describe(scene) for scene in scenes])


def test_own_pictures_are_trained_on_and_known_again(tmp_path: Path) -> None:
    own, run = tmp_path / "own", tmp_path / "run"
    write_own(own)
    trained(start(request(run, str(own), epochs=1, picture_size=24)))
    captioner = load(str(run), device="cpu")
    assert captioner.size == 24
    assert captioner.describe(np.zeros((24, 24, 3), dtype=np.uint8))[0].attention is not None
    about = find_trained_on(str(run))
    data = about.source.read(24)
    sizes = {p: len(data.part(p, about.training)) for p in ("training", "validation", "test")}  # type: ignore[arg-type]
    assert sizes == {"training": 24, "validation": 3, "test": 3}
    moved = tmp_path / "moved"
    own.rename(moved)
    trained(resume(run, changes={"epochs": 2}, spec=str(moved)))
    (moved / "captions.txt").unlink()
    for picture in (moved / "Images").iterdir():
        picture.unlink()
    write_own(moved, seed=2)
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        trained(resume(run, spec=str(moved)))
