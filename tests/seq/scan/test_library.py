"""A loaded translator, and what it says of commands."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands_of_scan import put, request
from training_helpers import start, trained

from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.grammar import ACTIONS, Pair, pairs
from seq.scan import library


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translator") / "run"
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        trained(start(request(folder, epochs=4)))
    return folder


@pytest.mark.parametrize("width", [1, 4])
def test_a_translation_tells_what_was_thought(run: Path, width: int) -> None:
    translator = library.load(str(run), device="cpu")
    found = translator.translate("jump left twice", width=width)
    assert len(found) == width
    for one in found:
        assert one.command == ("jump", "left", "twice")
        assert one.symbols == (*ACTIONS, "<end>")
        assert len(one.steps) == len(one.actions) + one.ended
        assert one.probabilities.shape == (len(one.steps), 7)
        np.testing.assert_allclose(one.probabilities.sum(1), 1, atol=1e-5)
        said = [one.symbols.index(symbol) for symbol in one.steps]
        own = np.log(one.probabilities[range(len(said)), said]).sum()
        assert one.log_prob == pytest.approx(own, abs=1e-4)
        assert one.attention is not None
        assert one.attention.shape == (len(one.steps), 3)
        np.testing.assert_allclose(one.attention.sum(1), 1, atol=1e-5)
    assert found[0].actions == translator.actions(["jump left twice"])[0] or width > 1
    assert [one.log_prob for one in found] == sorted((o.log_prob for o in found), reverse=True)


def test_without_attention_there_is_none_to_tell(tmp_path: Path) -> None:
    trained(start(request(tmp_path / "run", attention="none", epochs=1)))
    assert library.load(str(tmp_path / "run")).translate("jump")[0].attention is None


@pytest.mark.parametrize(
    ("commands", "line"),
    [(["jump", " "], "an empty command"), (["fly left"], "'fly' at position 0")],
)
def test_what_cannot_be_read_is_refused(run: Path, commands: list[str], line: str) -> None:
    with pytest.raises(UserError, match=line):
        library.load(str(run)).actions(commands)


def test_a_string_is_no_list_of_commands(run: Path) -> None:
    with pytest.raises(TypeError, match="a list of commands"):
        library.load(str(run)).actions("jump")


def test_the_shipped_translator_knows_the_grammar() -> None:
    """All of it but a handful: 4,182 commands of 20,910 it has never seen."""
    random = np.random.default_rng(0)
    every = list(pairs())
    drawn = [every[index] for index in random.choice(len(every), 1500, replace=False)]
    found = library.load().actions([" ".join(pair.command) for pair in drawn])
    right = [said == pair.actions for said, pair in zip(found, drawn, strict=True)]
    assert np.mean(right) > 0.999


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["jump", "walk"], "translate takes one command, not a list; use actions"),
        (("jump",), "translate takes one command, not a list; use actions"),
        (None, "translate takes one command, not None"),
    ],
)
def test_a_translation_is_of_one_command(run: Path, given: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        library.load(str(run), device="cpu").translate(given)


@pytest.mark.parametrize("width", [0, -1, 2.5, True, None, "2", 1001])
def test_a_beam_has_a_whole_width(run: Path, width: Any) -> None:
    with pytest.raises(UserError, match=f"width must lie between 1 and 1000, not {width!r}"):
        library.load(str(run), device="cpu").translate("jump", width=width)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("jump", "actions takes a list of commands, not one command"),
        (5, "actions takes a list of commands, not 5"),
        (["jump", 5], "a command must be a string, not 5"),
    ],
)
def test_actions_are_of_a_list_of_commands(run: Path, given: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        library.load(str(run), device="cpu").actions(given)


def test_the_translator_that_fails_on_purpose_knows_its_verb_only_alone() -> None:
    translator, split = library.load("scan_jump_plain", device="cpu"), splits.load("addprim_jump")

    def count_right(among: Sequence[Pair]) -> int:
        drawn = random.Random(1).sample(among, 100)
        said = translator.actions(" ".join(pair.command) for pair in drawn)
        return sum(one == pair.actions for one, pair in zip(said, drawn, strict=True))

    assert translator.actions(["jump"]) == [("I_JUMP",)]
    assert count_right(split.train) == 100
    assert count_right(split.test) < 5
