"""Figures of others: what is shown says where they come from."""

from __future__ import annotations

from pathlib import Path

from charlm.experiments.comparison import format_markdown
from corpora.scan.splits import SPLITS
from seq.scan import published

RESULTS = Path(__file__).parents[3] / "RESULTS.md"


def test_results_has_the_table_and_says_that_it_was_not_read_in_the_sources() -> None:
    text = RESULTS.read_text(encoding="utf-8")
    table = format_markdown(published.HEADINGS, published.list_others())
    assert table in text
    before = text[: text.index(table)].split("\n\n")[-2]
    assert "not read in the sources" in before
    assert "not read in the sources" in published.NOTE


def test_figures_are_for_splits_that_there_are() -> None:
    assert set(published.HEADINGS[2:]) <= set(SPLITS)
    assert set(published.BEST_OF_LAKE_AND_BARONI) <= set(SPLITS)
    assert all(0 <= share <= 1 for share in published.BEST_OF_LAKE_AND_BARONI.values())
    assert all(one.source[-4:].isdigit() for one in published.OTHERS)
