"""Where a run finds its corpus again."""

from __future__ import annotations

from pathlib import Path

import pytest

from charlm.runs.place import find_again, recall_place, record_place


def test_it_is_found_where_it_was_named_and_else_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "book.txt").write_text("words")
    monkeypatch.chdir(tmp_path)
    record = record_place("book.txt")
    assert find_again(record) == "book.txt"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert Path(find_again(record)) == tmp_path / "book.txt"


@pytest.mark.parametrize("name", ["9" * 5000, "a\0b", "no such file"])
def test_a_name_that_no_file_can_have_lies_nowhere(name: str) -> None:
    assert record_place(name) == {"spec": name}
    assert recall_place({"spec": name, "path": name}) == name
