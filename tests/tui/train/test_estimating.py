"""What a training will take is found out from the very request that its command makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corpora.errors import UserError
from tui.train import estimating, sources
from tui.train.estimate import Estimate, Speeds, format_count, make_estimate, make_key
from tui.train.estimating import answer
from tui.train.form import Form
from tui.train.tasks import load_task

SMALL = {"hidden_size": "8", "num_layers": "1", "batch_size": "4"}


def ask(form: Form, *, measure: bool = False) -> dict[str, Any]:
    return answer({"task": form.task.name, "form": form.to_json(), "measure": measure})


def make(task: str, **typed: str) -> Form:
    form = Form(load_task(task))
    for name, value in {**SMALL, **typed}.items():
        form.set(name, value)
    return form


def test_a_text_is_estimated_as_it_will_be_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "MEASURE_FOR", 0.05)
    form = make("text", window="32", embedding_size="4")
    found = ask(form, measure=True)
    symbols = int(found["data"].split("·")[1].split()[0])
    gates = 4 * (8 * (4 + 8) + 2 * 8)  # one LSTM layer of 8 on an embedding of 4
    assert found["parameters"] == symbols * 4 + gates + symbols * 9
    assert found["units"] == found["steps"] * 4 * 32
    assert found["speed"] > 0
    estimate = make_estimate(form, found, Speeds())
    assert estimate.seconds == pytest.approx(25 * found["units"] / found["speed"])
    assert estimate.origin == "measured"


def test_reviews_and_commands_are_estimated() -> None:
    Path("mine.csv").write_text("text,label\n" + "good film,yes\nbad film,no\n" * 50)
    form = make("reviews")
    form.source = "mine.csv"
    found = ask(form)
    assert (found["data"], found["units"], found["unit"]) == ("100 texts · no, yes", 90, "texts")
    form = make("commands")
    form.source = "length"
    found = ask(form)
    assert found["data"].endswith(" commands")
    assert found["parameters"] > 0
    assert "speed" not in found


def test_pairs_series_and_pictures_are_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "MEASURE_FOR", 0.05)
    Path("mine.tsv").write_text("".join(f"say w{n}\tW{n}\n" for n in range(50)))
    form = Form(load_task("pairs"), source="mine.tsv")
    found = ask(form, measure=True)
    assert (found["data"], found["unit"]) == ("50 pairs", "commands")
    assert found["units"] == 48  # a twentieth is held out
    assert found["speed"] > 0
    rows = "".join(f"{n},{n % 7},{n % 5}\n" for n in range(300))
    Path("mine.csv").write_text(f"time,heat,wind\n{rows}")
    form = Form(load_task("series"), source="mine.csv")
    for name, value in (("target", "heat"), ("inputs", "wind"), ("hidden_size", "8")):
        form.set(name, value)
    found = ask(form, measure=True)
    assert found["data"] == "300 rows · heat, wind"
    assert found["units"] == 210 - 48 - 24 + 1  # origins with their context and horizon
    assert found["speed"] > 0
    form = Form(load_task("pictures"))
    for name, value in (("scenes", "96"), ("hidden_size", "8"), ("channels", "16")):
        form.set(name, value)
    found = ask(form, measure=True)
    assert (found["data"], found["units"]) == ("96 scenes a pass, drawn by rule", 96)
    assert found["speed"] > 0


@pytest.mark.parametrize(
    ("task", "source", "typed", "said"),
    [
        ("text", "nowhere", {}, "no file, folder or corpus called 'nowhere'"),
        ("text", "short.txt", {}, "too few for one batch"),
        ("reviews", "short.txt", {}, "short.txt"),
        ("text", "sample", {"hidden_size": "0"}, "hidden_size must lie"),
        ("pairs", "short.txt", {}, "short.txt, line 1"),
        ("series", "two.csv", {}, "name the one to forecast"),
        ("series", "two.csv", {"target": "c"}, "'c'"),
        ("series", "sines", {"attention": "dot", "strategy": "direct"}, "attention needs"),
        ("pictures", "short.txt", {}, "short.txt"),
    ],
)
def test_what_would_be_refused_is_said(
    task: str, source: str, typed: dict[str, str], said: str
) -> None:
    Path("short.txt").write_text("short")
    Path("two.csv").write_text("a,b\n" + "1,2\n" * 50)
    form = Form(load_task(task))
    for name, value in typed.items():
        form.set(name, value)
    form.source = source
    assert said in ask(form)["error"]


def test_nothing_is_downloaded_for_an_estimate(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sources, "mirror_dir", lambda: None)
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "cache"))
    for task, source in (
        ("text", "war_and_peace"),
        ("reviews", "imdb"),
        ("commands", "simple"),
        ("series", "sunspots"),
    ):
        form = make(task)
        form.source = source
        assert ask(form) == {"data": estimating.LATER}


def test_large_data_is_not_read_for_an_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST_DATA", 1000)
    Path("texts").mkdir()
    for number in range(3):
        Path(f"texts/{number}.txt").write_text("a" * 500)
    form = make("text")
    form.source = "texts"
    assert "show at the start" in ask(form)["error"]


def test_speeds_of_earlier_runs_are_preferred() -> None:
    form = Form(load_task("text"))
    made = form.make_configs()
    found = {"parameters": 149000, "units": 1000, "speed": 10.0}
    from tui.train.estimate import make_speed_key

    speeds = Speeds()
    speeds.remember(
        make_speed_key("charlm", made.model.to_json(), made.training.to_json()), 100.0, "mine"
    )
    again = Speeds.from_json(speeds.known)
    estimate = make_estimate(form, found, again)
    assert estimate.format() == "≈ 4:10 (as mine) · 149k parameters"
    form.set("max_minutes", "2")
    assert make_estimate(form, found, again).format().startswith("≈ 2:00 (your limit)")
    assert Speeds.from_json({"x": [1, 2], "y": [-1.0, "n"], "z": 3}).known == {}
    assert Estimate().format() == ""
    assert [format_count(n) for n in (12, 1500, 2.8e6, 7e9)] == ["12", "1.5k", "2.8M", "7G"]


def test_only_what_matters_is_estimated_anew() -> None:
    form = Form(load_task("text"))
    key = make_key(form)
    for name, value in (("epochs", "3"), ("learning_rate", "0.1"), ("seed", "5")):
        form.set(name, value)
    assert make_key(form) == key
    form.set("window", "32")
    assert make_key(form) != key
    form.set("window", "x")
    with pytest.raises(UserError):
        make_key(form)
