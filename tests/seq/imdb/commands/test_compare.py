"""`charlm imdb compare` as people call it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import signalled
from refusals import refusals
from review_helpers import genres
from reviews import reviews, write_csv
from training_helpers import result

from charlm.training.log import read_events
from seq.imdb import library
from seq.imdb.task import Classification

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]

COMPARED = ("rnn50", "rnn100")
QUICK = ("--epochs=2", "--batch-size=8", "--warmup-steps=2", "--device=cpu")


@pytest.fixture
def compare(charlm: Charlm, file: Path) -> Charlm:
    """Compare two presets on reviews of one's own."""
    write_csv(Path("test.csv"), reviews(20, seed=1))
    own = ("--data=own.csv", "--test=test.csv", "--out=both", *QUICK)

    def call(*arguments: str, presets: tuple[str, ...] = COMPARED) -> Any:
        return charlm("imdb", "compare", *presets, *own, *arguments)

    return call


def test_a_comparison_is_written_and_printed(compare: Charlm, charlm: Charlm) -> None:
    ended = compare()
    assert ended.code == 0
    rows = json.loads(Path("both/compare.json").read_text())
    assert [row["preset"] for row in rows] == list(COMPARED)
    for name, row in zip(COMPARED, rows, strict=True):
        tested = charlm("imdb", "evaluate", f"both/{name}", "test.csv", "--json")
        assert json.loads(tested.out)["accuracy"] == row["test_accuracy"]
        counts = library.load(f"both/{name}").model.parameter_counts()
        assert sum(counts.values()) == row["embedding_parameters"] + row["other_parameters"]
        evaluated = [e for e in read_events(Path("both", name)) if e["event"] == "evaluated"]
        assert row["epochs_to_best"] in [event["epoch"] for event in evaluated]
        assert row["seconds_per_epoch"] > 0
        for shown in (ended.out, Path("both/compare.md").read_text()):
            assert f"{row['test_accuracy']:.2%}" in shown
            assert f"{row['other_parameters']:,}" in shown
    assert Path("both/compare.png").read_bytes().startswith(b"\x89PNG")
    # All is there: nothing is trained again, and standard output is JSON.
    again = compare("--json")
    assert (again.code, json.loads(again.out)) == (0, {"rows": rows})


@pytest.mark.wide
@pytest.mark.parametrize("step", [9, 20])
def test_a_comparison_that_was_stopped_goes_on(
    compare: Charlm, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """In the first training, in the second."""
    with monkeypatch.context() as patch:
        signalled(patch, Classification, step)
        ended = compare("--json")
    assert (ended.code, ended.out) == (130, "")
    assert "the same command goes on" in ended.err
    assert not Path("both/compare.json").exists()
    assert compare("--json").code == 0
    shutil.copytree("both", "in two")
    shutil.rmtree("both")
    assert compare("--json").code == 0
    for name in COMPARED:
        assert result(Path("in two", name)) == result(Path("both", name))


def test_what_is_too_short_to_be_timed_is_not(compare: Charlm) -> None:
    ended = compare("--json", "--validation-share=0.9", presets=("rnn50",))
    assert ended.code == 0
    (row,) = json.loads(ended.out, parse_constant=pytest.fail)["rows"]
    assert row["seconds_per_epoch"] is None
    assert "| – |" in Path("both/compare.md").read_text()


def test_a_run_with_other_settings_or_texts_is_not_taken_for_this_one(
    compare: Charlm, refused: Refused
) -> None:
    assert compare(presets=("rnn50",)).code == 0
    write_csv(Path("other.csv"), reviews(60, seed=2))
    asked = ("imdb", "compare", "rnn50", "--test=test.csv", "--out=both", *QUICK)
    assert "has seed 1, not 2; name another" in refused(*asked, "--data=own.csv", "--seed=2")
    assert "has spec 'own.csv', not 'other.csv'" in refused(*asked, "--data=other.csv")


@refusals(
    """
                                           | which presets? name some of rnn100
    vast                                   | there is no preset 'vast'
    ../rnn50                               | there is no preset '../rnn50'
    rnn50 pretrained                       | pretrained is trained in two steps
    rnn50 --data=own.csv                   | --test
    rnn50 --data=nowhere --test=own.csv    | 'nowhere'
    rnn50 --data=own.csv --test=nowhere    | 'nowhere'
    rnn50 --data=own.csv --test=genres.csv | 'crime' is none of the classes
    rnn50 --data=own.csv --test=imdb       | own.csv tells bad, good apart
    rnn50 --nope                           | --nope
    """
)
def test_what_compare_cannot_do_is_a_line_before_anything_is_trained(
    refused: Refused, file: Path, arguments: list[str], line: str
) -> None:
    write_csv(Path("genres.csv"), genres(9))
    assert line in refused("imdb", "compare", *arguments, *QUICK)
    assert not Path("runs").exists()


def test_rows_stay_whole_in_a_narrow_terminal(
    compare: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    ended = compare(presets=("rnn50",))
    page = Path("both/compare.md").read_text().splitlines()
    for row in (page[0], *page[2:]):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert any(re.split(r"  +", line.strip()) == cells for line in ended.out.splitlines()), (
            cells
        )
