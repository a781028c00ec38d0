"""The splits of SCAN, beside the official files if there is a mirror."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.scan import official, splits
from corpora.scan.grammar import Pair, pairs


@cache
def loaded(name: str) -> splits.Split:
    """The split, made once: none of the tests changes it."""
    return splits.load(name)


@pytest.mark.wide(2)
@pytest.mark.parametrize("name", splits.SPLITS)
def test_a_split_is_the_official_one(
    name: str,
    official_files: Path,
    read_pairs: Callable[[Path], list[Pair]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHARLM_MIRROR", str(official_files.parent))
    split = splits.load(name)
    assert split.official
    for part in ("train", "test"):
        (path,) = official_files.glob(f"*/tasks_{part}_{name}.txt")
        assert Counter(getattr(split, part)) == Counter(read_pairs(path))


@pytest.mark.wide(3)
@pytest.mark.parametrize("name", splits.SPLITS)
def test_a_split_parts_the_commands(name: str) -> None:
    train, test, every = set(loaded(name).train), set(loaded(name).test), set(pairs())
    assert not train & test
    assert train | test <= every
    assert len(test) == len(loaded(name).test)
    if not name.startswith("template"):
        assert train | test == every


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
    split = loaded(name)
    assert (len(split.train), len(split.test)) == SIZES[name]


def test_long_translations_are_held_out() -> None:
    split = loaded("length")
    assert max(len(pair.actions) for pair in split.train) == 22
    assert min(len(pair.actions) for pair in split.test) == 24


@pytest.mark.parametrize("primitive", ["jump", "turn left"])
def test_a_primitive_is_learned_alone_and_tested_in_company(primitive: str) -> None:
    split = loaded(f"addprim_{primitive.replace(' ', '_')}")
    with_it = [pair for pair in split.train if primitive in " ".join(pair.command)]
    assert {" ".join(pair.command) for pair in with_it} == {primitive}
    assert len(with_it) / len(split.train) == pytest.approx(0.1, abs=1e-4)
    assert all(primitive in " ".join(pair.command) for pair in split.test)


@pytest.mark.parametrize(
    "template", ["around right", "jump around right", "opposite right", "right"]
)
def test_a_template_is_held_out(template: str) -> None:
    split = loaded(f"template_{template.replace(' ', '_')}")
    rest = template.removeprefix("jump ")
    verbs = ["walk", "look", "run", "jump"] if rest == template else ["jump"]
    held_out = [f" {verb} {rest} " for verb in verbs]
    for pairs_, tested in ((split.train, False), (split.test, True)):
        for pair in pairs_:
            command = f" {' '.join(pair.command)} "
            assert any(phrase in command for phrase in held_out) == tested
            assert f" turn {rest} " not in command


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


def test_without_the_network_there_is_a_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "fetch_entry", lambda *_, **__: pytest.fail("asks the network"))
    split = splits.load_at_hand("simple")
    assert not split.official
    assert (len(split.train), len(split.test)) == SIZES["simple"]
    assert splits.load_at_hand("addprim_jump") == splits.load("addprim_jump")
    with pytest.raises(UserError, match="no split 'jump'"):
        splits.load_at_hand("jump")


def test_files_of_the_cache_or_a_mirror_are_at_hand(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"IN: jump OUT: I_JUMP\n"
    digest = hashlib.sha256(data).hexdigest()
    monkeypatch.setattr(official, "_SHA256", {"train": digest, "test": digest})
    monkeypatch.setattr(official, "REPOSITORY", server.url)
    for part in ("train", "test"):
        server.pages[f"/simple_split/tasks_{part}_simple.txt"] = (200, data, None)
    assert not official.is_at_hand("test")
    splits.load("simple")
    assert splits.load_at_hand("simple").official  # of the cache
    monkeypatch.setenv("CHARLM_CACHE", str(tmp_path / "empty"))
    assert not splits.load_at_hand("simple").official
    for part in ("train", "test"):
        file = tmp_path / "mirror" / "scan" / "simple_split" / f"tasks_{part}_simple.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    monkeypatch.setenv("CHARLM_MIRROR", str(tmp_path / "mirror"))
    assert splits.load_at_hand("simple").test == (Pair(("jump",), ("I_JUMP",)),)


def test_an_unknown_split_is_named() -> None:
    with pytest.raises(UserError, match="no split 'jump'; splits are simple, length, addprim_jump"):
        splits.load("jump")
