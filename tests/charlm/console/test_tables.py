"""Tables in which no name is broken, however narrow the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from charlm.console.tables import folded, print_table

LONG = "runs/" + "a-very-long-name-" * 4 + "of a run"


def shown(table: Table, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    print_table(console, table)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def table_of(*rows: tuple[str | Text, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for index, heading in enumerate(["name", "figure", "about"]):
        table.add_column(heading, justify="right" if index == 1 else "left")
    for row in rows:
        table.add_row(*row)
    return table


@pytest.mark.parametrize("width", [10, 30, 80, 300])
@pytest.mark.parametrize("name", [LONG, Text(LONG), "名前" * 30, "[red]x[/red] :smile:"])
def test_names_stay_whole(width: int, name: str | Text) -> None:
    lines = shown(table_of((name, "1,234", "run"), ("b", "5", "")), width)
    assert len(lines) == 3
    assert lines[1].startswith(f"{name}  ")
    assert lines[1].endswith("1,234  run")
    assert lines[2].startswith("b ")


def test_lines_have_no_blanks_at_their_end() -> None:
    lines = shown(table_of(("a", "1", LONG), ("b", "2", "")), 30)
    assert lines[2] == "b          2"


@pytest.mark.parametrize("width", [30, 60])
def test_what_may_be_folded_takes_several_lines_of_the_room_that_is_left(width: int) -> None:
    words = " ".join(["word"] * 30)
    lines = shown(table_of(("name", "1", folded(words))), width)
    assert max(map(len, lines)) <= max(width, len("name  figure  ") + 20)
    assert sum(line.count("word") for line in lines) == 30
    assert len(shown(table_of(("name", "1", folded(words))), 200)) == 2


def test_no_heading_is_shown_where_the_table_has_none() -> None:
    table = table_of(("a", "1", "x"))
    table.show_header = False
    assert shown(table, 30) == ["a  1  x"]


def test_control_characters_are_replaced_and_columns_stay_aligned() -> None:
    lines = shown(table_of(("a\x1b[31m", "1", "x"), ("bbbbbb", "2", "y")), 80)
    assert lines[1].startswith("a�[31m")
    assert lines[1].index("x") == lines[2].index("y")
