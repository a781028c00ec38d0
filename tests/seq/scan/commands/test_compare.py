"""`charlm scan compare` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import flags
from commands_of_scan import put, shape, training, translator_flags
from refusals import refusals

from charlm.runs.files import MODEL
from seq.scan.comparison import list_variants
from seq.scan.config import PairsConfig

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]


def test_a_comparison(charlm: Charlm, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "other")
    given = flags(shape(), training(epochs=1))
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
        own = [flag for flag in translator_flags(**changes) if not flag.startswith("--attention")]
        return ["scan", "compare", "tiny", "--attention", "none", "--out", "out", *own]

    assert charlm(*command(epochs=1)).code == 0
    assert "has batch_size 8, not 4" in refused(*command(epochs=1, batch_size=4))
    assert "has hidden_size 12, not 14" in refused(*command(epochs=1, hidden_size=14))


@refusals(
    """
                   | which splits?
    tiny --seeds 0 | --seeds must lie between
    smple          | there is no split 'smple'
    tiny --ideas swap                        | swap
    tiny --ideas swaps --longest-made -1     | longest_made must lie between 0
    tiny --ideas both --made-share 1         | made_share must lie between 0 and 0.95
    """
)
def test_what_compare_cannot_do_is_a_line(
    refused: Refused, arguments: list[str], line: str
) -> None:
    assert line in refused("scan", "compare", *arguments)


def without_attention(**changes: Any) -> list[str]:
    wanted = flags(shape(), training(epochs=1, **changes))
    return [flag for flag in wanted if not flag.startswith("--attention")]


def test_ideas_are_compared_in_one_table(charlm: Charlm, refused: Refused, company: None) -> None:
    given = ["--out", "out", *without_attention()]
    command = ["scan", "compare", "tiny", "--ideas", "plain", "swaps", "--longest-made", "0", "1"]
    assert charlm(*command, "--made-share", "0.25", *given).code == 0
    rows = json.loads(Path("out/compare.json").read_text())
    assert [(row["ideas"], row["longest_made"]) for row in rows] == [
        ("plain", 0), ("swaps", 0), ("swaps", 1),
    ]  # fmt: skip
    assert [row["test_made"] for row in rows] == [0, pytest.approx(2 / 3), 0]
    for row in rows:
        shares = row["test_made"], 1 - row["test_made"]
        parts = zip(row["on_made"] or (0,), row["on_not_made"] or (0,), strict=True)
        whole = [sum(a * b for a, b in zip(part, shares, strict=True)) for part in parts]
        assert row["exact_match"] == pytest.approx(whole)
    recorded = json.loads(Path("out/tiny-scaled_dot-swaps-1/config.json").read_text())["corpus"]
    assert (recorded["ideas"], recorded["made_share"]) == ("swaps", 0.25)
    table = Path("out/compare.md").read_text()
    assert "| test made | on made | on not made |" in table
    assert "| tiny | swaps ≤ 1 |" in table
    assert "not read in the sources" in table
    # The plain runs are those of a comparison of attention, which looks as it always did.
    before = Path("out/tiny-scaled_dot-1", MODEL).stat().st_mtime_ns
    assert charlm("scan", "compare", "tiny", *given).code == 0
    assert Path("out/tiny-scaled_dot-1", MODEL).stat().st_mtime_ns == before
    assert "| tiny | none |" in Path("out/compare.md").read_text()
    assert "made" not in Path("out/compare.md").read_text()
    # Other pairs do not mix with runs that are there.
    assert "has made_share 0.25, not 0.5" in refused(*command[:3], "--ideas", "swaps", *given)
    other = ["--attention", "scaled_dot", "--validation", "longest"]
    assert "has validation 'random', not 'longest'" in refused(*command[:3], *other, *given)


def test_where_all_is_plain_a_limit_adds_no_row() -> None:
    plain, swaps = PairsConfig(made_share=0.2), PairsConfig(ideas="swaps", validation="longest")
    found = list_variants(("none", "dot"), (plain, swaps, swaps), (0, 5))
    assert [variant.name_folder("length", 3) for variant in found] == [
        "length-none-3", "length-none-swaps-3", "length-none-swaps-5-3",
        "length-dot-3", "length-dot-swaps-3", "length-dot-swaps-5-3",
    ]  # fmt: skip
    assert all(variant.pairs.validation == "longest" for variant in found[1:3])
