"""What is seen of a decoder is what torch computes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from commands_of_scan import put, request
from refusals import refusals
from training_helpers import start, trained

from charlm.generation.cells import FIELDS
from corpora.errors import UserError
from seq.batches import pad
from seq.padding import START
from seq.scan.inside import SHOWN, CommandTrace, trace_command
from seq.scan.library import CommandTranslator, load

COMMAND = "jump left twice"
Once = Callable[..., Path]


def make(once: Once, cell: str, layers: int, attention: str, **more: Any) -> Path:
    def train(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            put(patch)
            changes: dict[str, Any] = {"cell": cell, "num_layers": layers, "attention": attention}
            changes |= more
            trained(start(request(folder / "run", epochs=1, **changes)))

    extra = "".join(f"-{name}" for name in more)
    return once(f"translator-{cell}-{layers}-{attention}{extra}", train) / "run"


@pytest.fixture(
    params=[("lstm", 1, "scaled_dot"), ("gru", 2, "none"), ("rnn", 2, "additive")],
    ids=lambda param: f"{param[0]}-{param[1]}-{param[2]}",
)
def translator(once: Once, request: pytest.FixtureRequest) -> CommandTranslator:
    return load(str(make(once, *request.param)), device="cpu")


@pytest.fixture
def run(once: Once) -> Path:
    return make(once, "lstm", 1, "scaled_dot")


def step_by_step(translator: CommandTranslator, found: CommandTrace) -> list[Any]:
    """The state of torch's decoder after each step."""
    decoder = translator.model.decoder
    ids, lengths = pad([translator.languages.encode_command(COMMAND.split())])
    states = []
    with torch.inference_mode():
        memory = translator.model.encode(ids, lengths)
        state, symbol = memory.final, START
        for action in found.translation.steps:
            _, state, _ = decoder(torch.tensor([[symbol]]), state, memory)
            states.append(state)
            symbol = translator.languages.target.index(action)
    return states


def test_states_are_those_of_torch(translator: CommandTranslator) -> None:
    found = trace_command(translator, COMMAND)
    cell, layers = translator.model.config.cell, translator.model.config.num_layers
    assert set(found.fields) == set(FIELDS[cell])
    for step, state in enumerate(step_by_step(translator, found)):
        for layer in range(layers):
            parts = state[layer] if cell == "lstm" else (state[layer],)
            for name, part in zip(("hidden", "cell"), parts, strict=False):
                np.testing.assert_allclose(
                    found.fields[name][step, layer], part[0, 0].numpy(), atol=1e-5
                )


def test_states_are_those_of_torch_with_input_feeding(once: Once) -> None:
    sizes = {"input_feeding": True, "encoder_hidden_size": 9}
    run = make(once, "lstm", 2, "dot", **sizes)
    test_states_are_those_of_torch(load(str(run), device="cpu"))


def test_the_translation_is_the_usual_one(translator: CommandTranslator) -> None:
    found, (usual,) = trace_command(translator, COMMAND), translator.translate(COMMAND)
    assert found.translation.steps == usual.steps
    rows = found.records()
    assert [row["action"] for row in rows] == list(usual.steps)
    for number, row in enumerate(rows):
        expected = None if usual.attention is None else usual.attention[number].tolist()
        assert row["attention"] == (expected and pytest.approx(expected))


def test_units_are_chosen_by_how_they_move(translator: CommandTranslator) -> None:
    found = trace_command(translator, COMMAND)
    assert len(found.units) == SHOWN
    every = found.top(1000, "variance", "hidden")
    variances = [found.fields["hidden"][:, *unit].var() for unit in every]
    assert variances == sorted(variances, reverse=True)
    assert len(set(every)) == found.fields["hidden"][0].size
    chosen = found.select(((0, 3), (0, 1)), "hidden")
    np.testing.assert_array_equal(chosen.values, found.fields["hidden"][:, 0, [3, 1]])


def test_what_the_decoder_does_not_have_is_refused(run: Path) -> None:
    found = trace_command(load(str(run), device="cpu"), COMMAND)
    for units, of, line in (
        (((1, 0),), None, "no layer 2"),
        (((0, 12),), None, "no unit 12"),
        (((0, 0),), "reset", "have no 'reset'"),
    ):
        with pytest.raises(UserError, match=line):
            found.select(units, of)


def test_the_command_shows_steps_and_attention(charlm: Any, run: Path) -> None:
    asked = ("inside", "trace", run, COMMAND, "--layer", "1", "--unit", "2", "5", "--of", "forget")
    ended = charlm(*asked, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    expected = trace_command(load(str(run), device="cpu"), COMMAND)
    assert data["records"] == expected.select(((0, 2), (0, 5)), "forget").records()
    assert (data["of"], data["command"]) == ("forget", COMMAND.split())
    shown = charlm(*asked, "--png", "new/a.png", "--html", "new/a.html")
    assert shown.code == 0
    assert shown.out.splitlines()[0].split() == ["1.2", "1.5", *COMMAND.split()]
    assert "forget of 2 units" in shown.out
    assert Path("new/a.png").read_bytes().startswith(b"\x89PNG")
    assert "attention" in Path("new/a.html").read_text(encoding="utf-8")


def test_attention_that_does_not_fit_beside_the_units_comes_below(
    charlm: Any, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    ended = charlm("inside", "trace", run, COMMAND)
    assert "attention, in hundredths" in ended.out


@refusals(
    """
    fly                              | 'fly'
    ""                               | an empty command
    jump --of effect                 | effects are computed for models of characters only
    jump --layer 2                   | no layer 2
    jump --layer 1 --unit 12         | no unit 12
    jump --of reset                  | have no 'reset'
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], run: Path, arguments: list[str], line: str
) -> None:
    assert line in refused("inside", "trace", run, *arguments)
