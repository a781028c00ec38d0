"""What a run cannot be resumed from, and what cannot change, is a line."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from training_helpers import (
    STEPS_PER_PASS,
    assert_refused,
    last_step,
    refusals_of_flipped_bits,
    request,
    resume,
    start,
    train,
    trained,
    trained_until,
)

from charlm.runs.files import LAST, VOCABULARY
from charlm.training.events import Saved
from corpora.errors import UserError

END = 2 * STEPS_PER_PASS


def test_what_has_changed_is_refused(text: Path) -> None:
    run = Path("run")
    trained_until(20, start, request(text, run))
    written = text.read_text()
    for other in (written + "x", written[:-1], written.swapcase()):
        text.write_text(other)
        assert_refused(run, "has changed")
    text.unlink()
    assert_refused(run, "there is no file")
    moved = text.with_name("moved.txt")
    moved.write_text(written)
    trained(resume(run, corpus=str(moved)))
    assert last_step(run) == END


def damage_digit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def damage_all(path: Path) -> None:
    path.write_bytes(b"\x80\x04")


@pytest.mark.parametrize("file", [LAST, "config.json", VOCABULARY])
@pytest.mark.parametrize("damage", [damage_end, damage_all, Path.unlink])
def test_damage_is_refused(text: Path, file: str, damage: Callable[[Path], None]) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    damage(run / file)
    assert_refused(run, re.escape("run" if file == LAST else file))


def test_a_single_wrong_bit_is_refused(text: Path) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    damage_digit(run / LAST)
    assert_refused(run, "damaged")


def test_the_vocabulary_of_another_run_is_refused(text: Path) -> None:
    run, other = Path("run"), Path("other")
    trained_until(1, start, request(text, run))
    more = text.with_name("more.txt")
    more.write_text(text.read_text() + "0123456789")
    trained_until(1, start, request(more, other))
    shutil.copy(other / VOCABULARY, run / VOCABULARY)
    assert_refused(run, re.escape("vocabulary.json does not belong to the checkpoint"))


@pytest.mark.parametrize("file", ["config.json", VOCABULARY])
def test_a_harmed_description_is_refused_or_changes_nothing(text: Path, file: str) -> None:
    """What the training depends on stands in the checkpoint as well, under its checksum."""
    run = Path("run")
    trained_until(5, start, request(text, run))
    refusals_of_flipped_bits(run, file, 200)


def test_two_processes_do_not_train_in_one_folder(text: Path) -> None:
    run = Path("run")
    with start(request(text, run)) as training:
        for event in training.events():
            if isinstance(event, Saved):
                break
        assert_refused(run, "another process is training")
    trained(resume(run))


def test_a_run_that_never_saved_says_so_and_can_be_begun_anew(text: Path) -> None:
    run = Path("run")
    with start(request(text, run)) as training:
        next(iter(training.events()))
    assert_refused(run, "ended before its first save; remove it and train anew")
    with (
        pytest.raises(UserError, match="remove it, or name another --out"),
        start(request(text, run)),
    ):
        pass
    shutil.rmtree(run)
    trained(start(request(text, run)))
    assert last_step(run) == END


@pytest.mark.long
def test_options_that_would_change_the_training_are_refused(text: Path) -> None:
    trained_until(1, start, request(text, Path("run")))
    process = train("--resume", "run", "--hidden-size", "12", folder=Path.cwd())
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    assert err == "charlm: --hidden-size cannot change while a training is resumed\n"
