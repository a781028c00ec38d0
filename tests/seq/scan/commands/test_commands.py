"""`charlm scan` as people call it."""

import json
import math
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_helpers import flags, signalled
from commands_of_scan import put, request, shape, tiny, training
from training_helpers import start, trained

from charlm.runs.files import MODEL
from corpora.scan.grammar import interpret
from seq.scan import library
from seq.scan.task import Translation

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)


def options(**changes: Any) -> list[str]:
    return flags(shape(), training(), **changes)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two translators that have learned their 44 commands, with and without attention."""
    folder = tmp_path_factory.mktemp("runs")
    wanted = {"hidden_size": 48, "embedding_size": 16, "dropout": 0.0, "epochs": 40}
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        for kind in ("scaled_dot", "none"):
            opened = start(request(folder / kind, attention=kind, **wanted))
            trained(opened)
    return {kind: folder / kind for kind in ("scaled_dot", "none")}


def test_the_command_is_the_library_and_says_what_to_do_next(charlm: Charlm) -> None:
    trained(start(request(Path("library"))))
    ended = charlm("scan", "train", "--split", "tiny", "--out", "a run", *options())
    assert ended.code == 0
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    line = next(line for line in ended.out.splitlines() if line.startswith("translate with: "))
    again = charlm(*shlex.split(line.removeprefix("translate with: charlm ")))
    assert again.code == 0
    assert "probability" in again.out


def test_a_run_is_named_after_split_and_attention(charlm: Charlm) -> None:
    wanted = options(epochs=1, attention="cosine")
    assert charlm("scan", "train", "--split", "tiny", *wanted).code == 0
    assert Path("runs/scan-tiny-cosine", MODEL).exists()


def test_a_stopped_training_is_resumed_as_it_says(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert charlm("scan", "train", "--split", "tiny", "--out", "whole", *options()).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, Translation, 6)
        ended = charlm("scan", "train", "--split", "tiny", "--out", "cut", *options())
    assert ended.code == 130
    line = next(line for line in ended.out.splitlines() if line.startswith("resume with: "))
    command = shlex.split(line.removeprefix("resume with: "))
    assert command[:4] == ["python", "-m", "seq.scan", "train"]
    assert charlm("scan", *command[3:]).code == 0
    assert Path("cut", MODEL).read_bytes() == Path("whole", MODEL).read_bytes()


def test_translations_are_told_with_their_maps(charlm: Charlm, runs: dict[str, Path]) -> None:
    command = " ".join(tiny().train[0].command)
    ended = charlm("scan", "translate", command, "--model", runs["scaled_dot"])
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].split() == [*tiny().train[0].actions]
    assert lines[2].split() == command.split()
    rows = [line.split()[0] for line in lines[3:] if line[:1] in ("I", "<")]
    assert rows == [*tiny().train[0].actions, "<end>"]
    assert lines[-1].endswith("right")
    assert re.search("[░▒▓█]", ended.out)
    plain = charlm("scan", "translate", command, "--model", runs["none"])
    assert plain.code == 0
    assert not re.search("[░▒▓█]", plain.out)


def test_a_beam_shows_all_that_it_holds(charlm: Charlm, runs: dict[str, Path]) -> None:
    ended = charlm("scan", "translate", "jump", "--beam", "3", "--model", runs["scaled_dot"])
    shares = [float(share) for share in re.findall(r"^([\d.]+)%", ended.out, re.MULTILINE)]
    assert len(shares) == 3
    assert shares == sorted(shares, reverse=True)


def test_json_has_all_figures(charlm: Charlm, runs: dict[str, Path]) -> None:
    model = ["--model", str(runs["scaled_dot"]), "--json"]
    ended = charlm("scan", "translate", "Jump  LEFT", *model, "--beam", "2")
    (found,) = map(json.loads, ended.out.splitlines())
    assert found["command"] == "jump left"
    assert found["right"] == (tuple(found["actions"]) == interpret("jump left"))
    assert len(found["beam"]) == 2
    assert found["log_prob"] == pytest.approx(found["beam"][0]["log_prob"], abs=1e-4)
    attention = np.array(found["attention"])
    assert attention.shape == (len(found["steps"]), 2)
    np.testing.assert_allclose(attention.sum(1), 1, atol=1e-5)
    said = [row[step] for row, step in zip(found["probabilities"], found["steps"], strict=True)]
    assert math.prod(said) == pytest.approx(math.exp(found["log_prob"]), rel=1e-3)


def test_many_commands_come_on_standard_input(charlm: Charlm, runs: dict[str, Path]) -> None:
    commands = [" ".join(pair.command) for pair in tiny().train[:5]]
    said = "\n".join(["", *commands]).encode()
    ended = charlm("scan", "translate", "--model", runs["scaled_dot"], stdin=said)
    found = library.load(str(runs["scaled_dot"])).actions(commands)
    assert ended.out.splitlines() == [
        f"{command}: {' '.join(actions)}" for command, actions in zip(commands, found, strict=True)
    ]


@pytest.mark.parametrize("color", [False, True])
def test_the_weights_are_shown_in_hundredths(
    charlm: Charlm, runs: dict[str, Path], monkeypatch: pytest.MonkeyPatch, color: bool
) -> None:
    if color:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("COLORTERM", "truecolor")
    ended = charlm("scan", "attention", "walk", "turn left", "--model", runs["scaled_dot"])
    assert ended.code == 0
    assert ("\x1b[" in ended.out) == color
    plain = re.sub(r"\x1b\[[\d;]*m", "", ended.out)
    first, second = plain.split("\n\n")
    assert first.splitlines()[0].split() == ["walk"]
    for line in first.splitlines()[2:]:
        assert line.split()[1:] == ["100"]
    for line in second.splitlines()[2:]:
        weights = [0 if cell == "·" else int(cell) for cell in line.split()[1:]]
        assert abs(sum(weights) - 100) <= 1


def test_two_test_commands_are_drawn_where_none_is_given(
    charlm: Charlm, runs: dict[str, Path]
) -> None:
    shown = charlm("scan", "attention", "--json", "--model", runs["scaled_dot"])
    drawn = [json.loads(line)["command"] for line in shown.out.splitlines()]
    assert len(set(drawn)) == 2
    assert set(drawn) <= {" ".join(pair.command) for pair in tiny().test}


def test_maps_are_drawn_as_a_picture(charlm: Charlm, runs: dict[str, Path]) -> None:
    for name, command in (("one", ["translate", "jump"]), ("two", ["attention"])):
        ended = charlm("scan", *command, "--png", f"{name}.png", "--model", runs["scaled_dot"])
        assert (ended.code, ended.err) == (0, f"written: {name}.png\n")
        assert Path(f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_exact_match_is_counted_by_length(charlm: Charlm, runs: dict[str, Path]) -> None:
    ended = charlm("scan", "evaluate", runs["scaled_dot"], "--json")
    found = json.loads(ended.out)
    assert (found["split"], found["commands"]) == ("tiny", 10)
    assert found["right"] + len(found["mistakes"]) == 10
    assert found["exact_match"] == found["right"] / 10
    assert sum(group["commands"] for group in found["by_length"]) == 10
    wrong = {mistake["command"] for mistake in found["mistakes"]}
    for mistake in found["mistakes"]:
        assert mistake["wanted"] == " ".join(interpret(mistake["command"])) != mistake["said"]
    assert wrong <= {" ".join(pair.command) for pair in tiny().test}
    shown = charlm("scan", "evaluate", runs["scaled_dot"], "--errors", "0").out
    assert f"{found['right']} of 10 right" in shown
    assert "not  " not in shown


def test_sizes_are_those_of_the_model_that_is_trained(charlm: Charlm, runs: Any) -> None:
    given = flags(shape(hidden_size=48, embedding_size=16))
    found = json.loads(charlm("scan", "info", "--json", *given).out)
    assert found["vocabulary"] == {"source": 14, "target": 9}
    for kind, run in runs.items():
        counted = json.loads(charlm("info", run, "--json").out)["parameters"]["total"]
        assert sum(found["parameters"][kind].values()) == counted
    assert "without attention" in charlm("scan", "info").out


def test_models_and_info_know_translators(charlm: Charlm) -> None:
    assert charlm("scan", "train", "--split", "tiny", *options(epochs=1)).code == 0
    assert "translator" in charlm("models").out
    shown = charlm("info", "runs/scan-tiny-scaled_dot").out
    assert "I_JUMP" in shown
    assert "thrice" in shown


def test_a_comparison(charlm: Charlm, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "other")
    given = flags(shape(), training(epochs=2))
    given = [flag for flag in given if not flag.startswith("--attention")]
    command = ["scan", "compare", "tiny", "other", "--seeds", "2", "--out", "out", *given]
    ended = charlm(*command, "--attention", "none", "--attention", "dot")
    assert ended.code == 0
    rows = json.loads(Path("out/compare.json").read_text())
    assert [(row["split"], row["attention"]) for row in rows] == [
        ("tiny", "none"), ("tiny", "dot"), ("other", "none"), ("other", "dot"),
    ]  # fmt: skip
    assert all(len(row["exact_match"]) == 2 for row in rows)
    assert Path("out/compare.md").read_text().count("\n") == 2 + len(rows)
    for name in ("tiny", "other"):
        assert Path(f"out/{name}.png").read_bytes().startswith(b"\x89PNG")
    before = Path("out/tiny-dot-2", MODEL).read_bytes()
    again = charlm(*command, "--attention", "none", "--attention", "dot", "--json")
    assert json.loads(again.out)["rows"] == [
        {**row, "minutes": pytest.approx(row["minutes"], abs=0.1)} for row in rows
    ]
    assert Path("out/tiny-dot-2", MODEL).read_bytes() == before


def test_other_settings_do_not_mix_with_runs_that_are_there(
    charlm: Charlm, refused: Refused
) -> None:

    def command(**changes: Any) -> list[str]:
        own = [flag for flag in options(**changes) if not flag.startswith("--attention")]
        return ["scan", "compare", "tiny", "--attention", "none", "--out", "out", *own]

    assert charlm(*command(epochs=1)).code == 0
    assert "has batch_size 8, not 4" in refused(*command(epochs=1, batch_size=4))
    assert "has hidden_size 12, not 14" in refused(*command(epochs=1, hidden_size=14))


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["train", "--split", "simpel"], "there is no split 'simpel'; splits are simple, length"),
        (["train", "--hidden-size", "7"], "hidden_size must be even, not 7"),
        (["train", "--attention", "luong"], "luong"),
        (["train", "--resume", "nowhere"], "nowhere"),
        (["train", "--resume", "nowhere", "--split", "length"], "leave out --"),
        (["train", "--resume", "nowhere", "--dropout", "0.5"], "--dropout cannot change"),
        (["translate", "jump twise"], "'twise' is no word of SCAN (did you mean twice?)"),
        (["translate", "turn"], "the command is not complete"),
        (["translate"], "there is no command"),
        (["translate", "jump", "--beam", "0"], "--beam must lie between 1 and"),
        (["translate", "jump", "--model", "nowhere"], "there is no model 'nowhere'"),
        (["evaluate", "nowhere"], "there is no model 'nowhere'"),
        (["compare"], "which splits?"),
        (["compare", "tiny", "--seeds", "0"], "--seeds must lie between"),
        (["compare", "smple"], "there is no split 'smple'"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(refused: Refused, command: list[str], line: str) -> None:
    assert line in refused("scan", *command)


def test_what_needs_attention_says_so(refused: Refused, runs: dict[str, Path]) -> None:
    model = ["--model", runs["none"]]
    assert "without attention" in refused("scan", "attention", "jump", *model)
    said = refused("scan", "translate", "jump", "--json", *model, "--png", "map.png")
    assert "a translator without attention" in said
    assert not Path("map.png").exists()


def test_a_model_of_another_kind_is_refused(
    refused: Refused, good_or_bad: Path, runs: dict[str, Path]
) -> None:
    said = refused("scan", "translate", "jump", "--model", good_or_bad)
    assert "holds a model of kind 'classifier', not 'translator'" in said
    said = refused("imdb", "classify", "jump", "--model", runs["none"])
    assert "holds a model of kind 'translator', not 'classifier'" in said
