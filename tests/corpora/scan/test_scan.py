"""The grammar of SCAN and its splits, beside the official files where a mirror has them."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpora.errors import UserError
from corpora.places import mirror_dir
from corpora.scan import official, splits
from corpora.scan.grammar import (
    ACTIONS,
    LONGEST_ACTIONS,
    LONGEST_COMMAND,
    WORDS,
    NotACommand,
    Pair,
    continuations,
    interpret,
    pairs,
)

# Asked at import, before a fixture hides it from the tests.
MIRROR = mirror_dir()
SCAN = MIRROR / "scan" if MIRROR is not None and (MIRROR / "scan").is_dir() else None
beside_a_mirror = pytest.mark.skipif(SCAN is None, reason="needs the official files in a mirror")

EVERY = list(pairs())
COMMANDS = {" ".join(pair.command): pair.actions for pair in EVERY}
BEGINNINGS = {" ".join(pair.command[:size]) for pair in EVERY for size in range(9)}

few = settings(derandomize=True, deadline=None, max_examples=200)


def read(path: Path) -> list[Pair]:
    return [official.pair_of(line) for line in path.read_text().splitlines()]


@beside_a_mirror
def test_the_grammar_makes_the_official_pairs() -> None:
    assert SCAN is not None
    assert set(EVERY) == set(read(SCAN / "tasks.txt"))


@beside_a_mirror
@pytest.mark.parametrize("name", splits.SPLITS)
def test_a_split_is_the_official_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SCAN is not None
    monkeypatch.setenv("CHARLM_MIRROR", str(MIRROR))
    split = splits.load(name)
    assert split.official
    for part in ("train", "test"):
        (path,) = SCAN.glob(f"*/tasks_{part}_{name}.txt")
        assert Counter(getattr(split, part)) == Counter(read(path))


def test_the_grammar_makes_each_of_its_commands_once() -> None:
    assert len(EVERY) == len(COMMANDS) == 20_910
    assert max(len(pair.command) for pair in EVERY) == LONGEST_COMMAND
    assert max(len(pair.actions) for pair in EVERY) == LONGEST_ACTIONS
    assert {word for pair in EVERY for word in pair.command} == set(WORDS)
    assert {action for pair in EVERY for action in pair.actions} == set(ACTIONS)


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        ("jump", "JUMP"),
        ("jump left", "LEFT JUMP"),
        ("turn opposite right", "RIGHT RIGHT"),
        ("jump around right", "RIGHT JUMP RIGHT JUMP RIGHT JUMP RIGHT JUMP"),
        ("turn around left", "LEFT LEFT LEFT LEFT"),
        ("turn left twice", "LEFT LEFT"),
        ("jump opposite left and walk thrice", "LEFT LEFT JUMP WALK WALK WALK"),
        ("run after look right twice", "RIGHT LOOK RIGHT LOOK RUN"),
    ],
)
def test_what_commands_ask_for(command: str, actions: str) -> None:
    named = {"LEFT": "I_TURN_LEFT", "RIGHT": "I_TURN_RIGHT"}
    assert interpret(command) == tuple(named.get(a, f"I_{a}") for a in actions.split())


@few
@given(st.sampled_from(EVERY))
def test_reading_is_the_reverse_of_making(pair: Pair) -> None:
    assert interpret(" ".join(pair.command)) == pair.actions


@few
@given(st.sampled_from(sorted(BEGINNINGS)))
def test_what_can_follow_is_what_does_follow_in_some_command(beginning: str) -> None:
    words, whole = continuations(beginning)
    assert set(words) == {word for word in WORDS if f"{beginning} {word}".strip() in BEGINNINGS} | {
        word for word in WORDS if f"{beginning} {word}" in COMMANDS
    }
    assert whole == (beginning in COMMANDS)


@few
@given(st.lists(st.sampled_from([*WORDS, "jmp", "Walk", "é"]), max_size=10).map(" ".join))
def test_any_words_are_a_command_or_break_where_it_is_said(said: str) -> None:
    if said in COMMANDS:
        assert interpret(said) == COMMANDS[said]
        return
    with pytest.raises(NotACommand) as caught:
        interpret(said)
    words, position = said.split(), caught.value.position
    before = " ".join(words[:position])
    assert before in BEGINNINGS | {*COMMANDS}
    assert set(caught.value.expected) == set(continuations(before)[0])
    if position < len(words):
        assert words[position] not in caught.value.expected
        assert repr(words[position]) in str(caught.value)
    else:
        assert before not in COMMANDS


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("", "an empty command: as word 1 there could stand turn, walk, look, run or jump"),
        ("turn", "not complete: as word 2 after 'turn' there could stand opposite, around, left"),
        ("jump twise", "'twise' is no word of SCAN (did you mean twice?): as word 2 after 'jump'"),
        ("jump twice thrice", "'thrice' cannot stand here: as word 3 after 'twice' there could "
         "stand and, after or the end"),
        ("run and walk thrice look", "as word 5 after 'thrice' there could stand the end"),
    ],
)  # fmt: skip
def test_what_is_said_of_what_is_no_command(said: str, line: str) -> None:
    with pytest.raises(NotACommand) as caught:
        interpret(said)
    assert line in str(caught.value)


def test_no_command_begins_with_what_breaks() -> None:
    with pytest.raises(NotACommand, match="'twice' cannot stand here"):
        continuations("walk twice twice and")


@pytest.mark.parametrize("name", splits.SPLITS)
def test_a_split_parts_the_commands(name: str) -> None:
    split = splits.load(name)
    train, test = Counter(split.train), Counter(split.test)
    assert not set(train) & set(test)
    assert set(train) | set(test) <= set(EVERY)
    assert set(test.values()) == {1}
    if not name.startswith("template"):
        assert set(train) | set(test) == set(EVERY)


SIZES = {
    "simple": (16_728, 4_182),
    "length": (16_990, 3_920),
    "addprim_jump": (14_670, 7_706),
    "addprim_turn_left": (21_890, 1_208),
    "template_around_right": (15_225, 4_476),
    "template_jump_around_right": (18_528, 1_173),
    "template_opposite_right": (15_225, 4_476),
    "template_right": (15_225, 4_476),
}


@pytest.mark.parametrize("name", splits.SPLITS)
def test_the_sizes_are_those_of_the_papers(name: str) -> None:
    split = splits.load(name)
    assert (len(split.train), len(split.test)) == SIZES[name]


def test_long_translations_are_held_out() -> None:
    split = splits.load("length")
    assert max(len(pair.actions) for pair in split.train) == 22
    assert min(len(pair.actions) for pair in split.test) == 24


@pytest.mark.parametrize("primitive", ["jump", "turn left"])
def test_a_primitive_is_learned_alone_and_tested_in_company(primitive: str) -> None:
    split = splits.load(f"addprim_{primitive.replace(' ', '_')}")
    with_it = [pair for pair in split.train if primitive in " ".join(pair.command)]
    assert {" ".join(pair.command) for pair in with_it} == {primitive}
    assert len(with_it) / len(split.train) == pytest.approx(0.1, abs=1e-4)
    assert all(primitive in " ".join(pair.command) for pair in split.test)


@pytest.mark.parametrize(
    ("name", "verbs", "rest"),
    [
        ("around_right", "walk look run jump", "around right"),
        ("jump_around_right", "jump", "around right"),
        ("opposite_right", "walk look run jump", "opposite right"),
        ("right", "walk look run jump", "right"),
    ],
)
def test_a_template_is_held_out(name: str, verbs: str, rest: str) -> None:
    split = splits.load(f"template_{name}")
    held_out = [f" {verb} {rest} " for verb in verbs.split()]
    for pairs_, tested in ((split.train, False), (split.test, True)):
        for pair in pairs_:
            command = f" {' '.join(pair.command)} "
            assert any(phrase in command for phrase in held_out) == tested
            assert f" turn {rest} " not in command


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "REPOSITORY", "http://127.0.0.1:9")


@pytest.mark.usefixtures("unreachable")
def test_where_the_official_draw_cannot_be_had_another_one_says_so() -> None:
    said: list[str] = []
    split = splits.load("simple", notice=said.append)
    assert not split.official
    assert len(said) == 1
    assert "A draw of 80 % and 20 % by a fixed seed" in said[0]
    again = splits.load("simple")
    assert (split.train, split.test) == (again.train, again.test)
    # It is a draw: the share of a kind of command is about the same in both parts.
    shares = [
        np.mean(["after" in pair.command for pair in part]) for part in (split.train, split.test)
    ]
    assert abs(shares[0] - shares[1]) < 0.03


@pytest.mark.usefixtures("unreachable")
def test_a_file_that_is_not_the_official_one_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mirror" / "scan" / "simple_split" / "tasks_train_simple.txt"
    file.parent.mkdir(parents=True)
    file.write_text("IN: jump OUT: I_WALK\n")
    with pytest.raises(UserError, match="not the expected text of scan_simple_train"):
        splits.load("simple")


def test_the_official_draw_comes_from_the_network_once(
    server: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    parts = {"train": EVERY[:20], "test": EVERY[20:25]}
    digests = {}
    for part, some in parts.items():
        lines = [f"IN: {' '.join(p.command)} OUT: {' '.join(p.actions)}\n" for p in some]
        data = "".join(lines).encode()
        digests[part] = hashlib.sha256(data).hexdigest()
        server.pages[f"/simple_split/tasks_{part}_simple.txt"] = (200, data, None)  # type: ignore[attr-defined]
    monkeypatch.setattr(official, "REPOSITORY", server.url)  # type: ignore[attr-defined]
    monkeypatch.setattr(official, "_SHA256", digests)
    for _ in range(2):
        split = splits.load("simple")
        assert (split.train, split.test) == (tuple(parts["train"]), tuple(parts["test"]))
        assert split.official
    assert len(server.requests) == 2  # type: ignore[attr-defined]


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(UserError, match="no split 'jump'; splits are simple, length, addprim_jump"):
        splits.load("jump")
