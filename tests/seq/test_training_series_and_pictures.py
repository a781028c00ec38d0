"""`seq.train_forecaster` and `seq.train_captioner`, from what a program has, names and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_helpers import QUICK
from scene_helpers import SCENES, captioner_flags
from scene_helpers import shape as captioner_shape
from scene_helpers import training as captioner_training
from series_helpers import SIGNAL, forecaster_flags
from series_helpers import shape as forecaster_shape
from series_helpers import training as forecaster_training
from training_helpers import result

import seq
from charlm.training.events import Event, Step
from corpora.errors import UserError
from corpora.pictures import write_captioned
from corpora.scenes.drawing import draw_scenes
from corpora.scenes.grammar import describe
from corpora.scenes.scene import make_scene
from corpora.series.load import load_series

pytestmark = pytest.mark.long

VALUES = load_series("noisy_seasons", length=160).values[:, 0]
MADE = [make_scene(1, number) for number in range(40)]
PICTURES, CAPTIONS = draw_scenes(MADE), [describe(scene) for scene in MADE]


def interrupt(event: Event) -> None:
    if isinstance(event, Step) and event.step == 10:
        raise KeyboardInterrupt


def asked(*configs: Any, **changes: Any) -> dict[str, Any]:
    """What the helpers' requests ask for, as settings."""
    found: dict[str, Any] = {"progress": "off"}
    for config in configs:
        found |= config.replace(QUICK).to_json()
    return found | changes


def forecaster(*data: Any, **changes: Any) -> Any:
    small = asked(forecaster_shape(), forecaster_training(), SIGNAL, **changes)
    return seq.train_forecaster(*data, **small)


def captioner(*data: Any, **changes: Any) -> Any:
    return seq.train_captioner(
        *data, **asked(captioner_shape(), captioner_training(), SCENES, **changes)
    )


def test_numbers_train_what_the_command_trains(charlm: Callable[..., Any]) -> None:
    Path("own.csv").write_text("value\n" + "".join(f"{one!r}\n" for one in VALUES.tolist()))
    command = ("forecast", "train", "own.csv", "--out", "command", *forecaster_flags())
    assert charlm(*command).code == 0
    wanted = result(Path("command")).tensors
    other = {"value": VALUES, "other": -VALUES}
    runs = [
        forecaster(VALUES, out="array"),
        forecaster(VALUES.tolist(), out="list"),
        forecaster(other, target="value", out="columns"),
        forecaster("own.csv", out="file"),
    ]
    assert all(result(run.run).tensors == wanted for run in runs)
    found = runs[0]
    assert found.model.forecast(VALUES).point.shape == (4,)
    assert len(found.history.losses) == 2
    both = forecaster(other, target="other", inputs=["value"], out="both").model
    assert both.columns.names == ("other", "value")


def test_a_made_series_trains_what_the_command_trains(charlm: Callable[..., Any]) -> None:
    command = ("forecast", "train", "lorenz", "--out", "command", *forecaster_flags())
    assert charlm(*command).code == 0
    wanted = result(Path("command")).tensors
    named = forecaster("lorenz", out="name")
    given = forecaster(load_series("lorenz", length=160, columns=["x"]), out="series")
    assert result(named.run).tensors == result(given.run).tensors == wanted


def test_an_interrupted_forecaster_goes_on_exactly(
    charlm: Callable[..., Any], refused: Callable[..., str]
) -> None:
    cut = forecaster(VALUES, out="cut", progress=interrupt, batch_size=8)
    assert cut.interrupted
    for command in (
        ("train", "--resume", "cut"),
        ("predict", "--model", "cut"),
        ("evaluate", "cut"),
    ):
        assert "came from Python" in refused("forecast", *command)
    ended = seq.train_forecaster(VALUES, resume="cut", progress="off")
    assert result(ended.run) == result(forecaster(VALUES, out="whole", batch_size=8).run)
    with pytest.raises(UserError, match="has changed"):
        seq.train_forecaster(VALUES[1:], resume="cut", progress="off")
    with pytest.raises(UserError, match="target cannot change"):
        seq.train_forecaster(VALUES, target="value", resume="cut", progress="off")
    Path("own.csv").write_text("value\n" + "".join(f"{one!r}\n" for one in VALUES.tolist()))
    assert charlm("forecast", "predict", "own.csv", "--model", "cut").code == 0
    assert charlm("forecast", "evaluate", "cut", "--data", "own.csv").code == 0
    assert charlm("forecast", "train", "own.csv", "--resume", "cut", "--epochs", "3").code == 0


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        ((), {}, "which series"),
        (("absent.csv",), {}, "no file and no series"),
        (({"a": [1, 2], "b": [3, 4]},), {}, r"several columns of numbers \(a, b\)"),
        (([1.0] * 50,), {"target": "b"}, "no column 'b'"),
        (([1.0] * 5,), {}, "5 rows are too few"),
        (([1.0, None] * 80,), {}, "80 of 160 values of 'value' in series are missing"),
        ((VALUES,), {"layers": 2}, "no setting 'layers'"),
        ((VALUES,), {"horizon": 0}, "horizon must lie between"),
    ],
)
def test_what_no_forecaster_can_be_trained_on(
    data: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        seq.train_forecaster(*data, progress="off", **given)
    assert not Path("runs").exists()


def test_pictures_train_what_the_command_trains(charlm: Callable[..., Any]) -> None:
    import pandas
    from PIL import Image

    write_captioned(Path("own"), PICTURES, CAPTIONS)
    command = ("caption", "train", "own", "--out", "command", *captioner_flags())
    assert charlm(*command).code == 0
    wanted = result(Path("command")).tensors
    files = sorted(Path("own/Images").iterdir())
    rows = [(str(file), one) for file, some in zip(files, CAPTIONS, strict=True) for one in some]
    frame = pandas.DataFrame(rows, columns=["image", "caption"])
    runs = [
        captioner(PICTURES, CAPTIONS, out="array"),
        captioner([Image.fromarray(one) for one in PICTURES], CAPTIONS, out="Pillow"),
        captioner(files, CAPTIONS, out="files"),
        captioner(frame, out="frame"),
        captioner("own", out="folder"),
    ]
    assert all(result(run.run).tensors == wanted for run in runs)
    (found,) = runs[0].model.describe(files[0])
    assert found.attention is not None


def test_scenes_train_what_the_command_trains(charlm: Callable[..., Any]) -> None:
    assert charlm("caption", "train", "--out", "command", *captioner_flags(epochs=1)).code == 0
    found = captioner("scenes", out="scenes", epochs=1)
    assert result(found.run).tensors == result(Path("command")).tensors
    assert seq.train_captioner(resume=found.run, epochs=2, progress="off").reason == "finished"
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        seq.train_captioner(PICTURES, CAPTIONS, resume=found.run, progress="off")


def test_an_interrupted_captioner_goes_on_exactly(
    charlm: Callable[..., Any], refused: Callable[..., str]
) -> None:
    cut = captioner(PICTURES, CAPTIONS, out="cut", progress=interrupt, batch_size=4)
    assert cut.interrupted
    for command in (("train", "--resume", "cut"), ("evaluate", "cut")):
        assert "came from Python" in refused("caption", *command)
    ended = seq.train_captioner(PICTURES, CAPTIONS, resume="cut", progress="off")
    assert result(ended.run) == result(captioner(PICTURES, CAPTIONS, out="whole", batch_size=4).run)
    with pytest.raises(UserError, match="has changed"):
        seq.train_captioner(PICTURES, CAPTIONS[::-1], resume="cut", progress="off")
    write_captioned(Path("own"), PICTURES, CAPTIONS)
    assert charlm("caption", "evaluate", "cut", "--data", "own").code == 0
    assert charlm("caption", "train", "own", "--resume", "cut", "--epochs", "3").code == 0


def test_a_path_that_comes_again_is_the_same_picture() -> None:
    from seq.caption.given import take_pictures

    found = take_pictures(
        ["a.png", Path("b.png"), Path("a.png")], ["a dog", ["a cat", ""], "a pup"]
    )
    assert found.names == ("a.png", "b.png")
    assert found.captions == (("a dog", "a pup"), ("a cat",))


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        ((), {}, "which pictures"),
        (("a.png", ["a dog"]), {}, "one picture alone"),
        (("nowhere",), {}, "no folder nowhere"),
        ((PICTURES,), {}, "without captions"),
        ((PICTURES, CAPTIONS[1:]), {}, "40 pictures, but 39 captions"),
        ((PICTURES, "a dog"), {}, "captions must be a list"),
        ((PICTURES, [" "] * 40), {}, "no captions to learn from"),
        ((PICTURES, [3] * 40), {}, "the captions of picture 1 must be a list, not 3"),
        ((PICTURES, [["a", None]] * 40), {}, r"a caption must be a string, not None \(picture 1\)"),
        (([None, *PICTURES[1:]], CAPTIONS), {}, "picture 1 must be a path, .* not NoneType"),
        ((PICTURES.astype(float), CAPTIONS), {}, r"picture 1 must be .* not float64 \(48, 48, 3\)"),
        ((["gone.png"], ["a dog"]), {}, r"cannot read gone\.png"),
        ((PICTURES[:1], CAPTIONS[:1]), {}, r"too few pictures \(1\)"),
        ((PICTURES, CAPTIONS), {"rarest": 1000}, "no word of the captions occurs 1,000 times"),
        ((PICTURES, ["!?"] * 40), {}, "hold no word"),
        ((PICTURES, CAPTIONS), {"rarest": 0}, "--rarest must be 1 or more, not 0"),
        ((PICTURES, CAPTIONS), {"picture_size": 20}, "a multiple of 8"),
        ((PICTURES,), {"captions": CAPTIONS}, "as the second argument"),
        ((PICTURES, CAPTIONS), {"layers": 2}, "no setting 'layers'"),
    ],
)
def test_what_no_captioner_can_be_trained_on(
    data: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        seq.train_captioner(*data, progress="off", **given)
    assert not Path("runs").exists()
    assert np.array_equal(PICTURES, draw_scenes(MADE))
