"""Tables of one's own: columns, gaps, times, and what is said of them in one line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from corpora.errors import UserError
from corpora.known.fetch import Unavailable
from corpora.series.load import load_series
from corpora.series.own import read_series
from corpora.series.times import parse_times


def table(text: str, name: str = "own.csv") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_numbers_are_read_and_other_columns_are_left_alone() -> None:
    spec = table("date;place;temp;rain\n2024-01-01;A;1.5;3\n2024-01-02;B;-2;4\n")
    found = read_series(Path(spec))
    assert found.columns == ("temp", "rain")
    assert found.values.tolist() == [[1.5, 3], [-2, 4]]
    assert found.times == ("2024-01-01", "2024-01-02")


@pytest.mark.parametrize("suffix", [".jsonl", pytest.param(".parquet", marks=pytest.mark.long)])
def test_other_formats_hold_the_same(suffix: str) -> None:
    rows = [{"t": n, "y": float(n) if n != 2 else None} for n in range(5)]
    path = Path(f"own{suffix}")
    if suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)))
    else:
        import pandas

        pandas.DataFrame(rows).to_parquet(path)
    found = load_series(str(path), fill="linear")
    assert found.columns == ("y",)
    assert found.values[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert found.known[:, 0].tolist() == [True, True, False, True, True]


def test_filling_keeps_what_is_known_and_the_one_with_last_looks_at_nothing_later() -> None:
    spec = table('y\nNA\n1\n""\nnan\n4\n7\n.\n')
    said: list[str] = []
    last = load_series(spec, fill="last", notice=said.append)
    line = load_series(spec, fill="linear")
    assert last.values[:, 0].tolist() == [1, 1, 1, 1, 4, 7, 7]
    assert line.values[:, 0].tolist() == [1, 1, 2, 3, 4, 7, 7]
    assert said == [
        "4 of 7 values of own are filled; they are read, but no figure counts how well they are "
        "forecast"
    ]
    later = load_series(table('y\nNA\n1\n""\nnan\n400\n7\n.\n'), fill="last")
    assert np.array_equal(later.values[:4], last.values[:4])


def test_gaps_without_filling_are_refused_in_one_line() -> None:
    why = r"2 of 4 values of 'y' in own are missing, the first one in row 2.*--fill"
    with pytest.raises(UserError, match=why):
        load_series(table("y\n1\n-\n3\n-\n"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("date,y\n2024-01-02,1\n2024-01-01,2\n", r"must ascend; row 2 \(2024-01-01\)"),
        ("date,y\n2024-01-02,1\nmonday,2\n", "row 2: 'monday' is no time"),
        ("date,y\n1/2/2024,1\n1/3/2024,2\n", "row 1: '1/2/2024' is no time"),
        ("date,y\n31.02.2024,1\n", "row 1: '31.02.2024' is no time"),
        ("y\n", "holds no row"),
        ("y\n1\nx7\n", "column 'y', row 2: 'x7' is not a number"),
        ("t;y\n1;2,5\n", "row 1: '2,5' is not a number; write numbers with a decimal point"),
        ("a,b\nx,y\n", "has no column of numbers; it has a, b"),
        ("y,y\n1,2\n", "has no column of numbers"),
        ("date,y\n2024-01-01,1\n5,2\n", "both dates and numbers"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        load_series(table(text))


def test_a_wanted_column_must_be_there_and_hold_numbers() -> None:
    spec = table("a,b\n1,x\n2,3\n")
    with pytest.raises(UserError, match="column 'b', row 1: 'x' is not a number"):
        load_series(spec, columns=["b"])
    with pytest.raises(UserError, match="has no column 'c'; it has a, b"):
        load_series(spec, columns=["c"])


def test_rows_that_are_left_out_are_said_and_put_in() -> None:
    spec = table("date,y\n20240101,1\n20240102,2\n20240105,5\n20240106,6\n20240107,7\n")
    said: list[str] = []
    found = load_series(spec, notice=said.append)
    assert len(found) == 5
    assert "2 rows of own.csv are left out (steps of 1 to 3 days, mostly 1)" in said[0]
    filled = load_series(spec, fill="linear")
    assert filled.values[:, 0].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert filled.times is not None
    assert filled.times[2:5] == ("", "", "20240105")
    assert filled.known[:, 0].tolist() == [True, True, False, False, True, True, True]


def test_months_are_regular_and_odd_steps_are_said() -> None:
    months = [f"{2000 + n // 12}-{n % 12 + 1:02}-01" for n in range(30)]
    times = parse_times(months, "t")
    steps = times.count_steps()
    assert times.unit == "months"
    assert steps is not None
    assert set(steps.tolist()) == {1}
    said: list[str] = []
    load_series(table("time,y\n0,1\n1,2\n2.5,3\n3.5,4\n4.5,5\n"), notice=said.append)
    assert said == [
        "the times of own.csv are not regular (steps of 1 to 1.5, mostly 1); its rows are taken "
        "for equally far apart"
    ]


def test_a_known_series_is_verified(tmp_path: Path) -> None:
    folder = tmp_path / "mirror" / "series"
    folder.mkdir()
    (folder / "sunspots.csv").write_text('"YEAR","SUNACTIVITY"\n1700,6\n')
    with pytest.raises(UserError, match="is not the expected text of series_sunspots"):
        load_series("sunspots")


def test_a_known_series_that_is_nowhere_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from corpora.known import fetch
    from corpora.known.download import DownloadFailed

    def fail(*_: object) -> None:
        raise DownloadFailed("no connection")

    monkeypatch.setattr(fetch, "download", fail)
    with pytest.raises(Unavailable, match="series_co2 is not in the mirror"):
        load_series("co2", fill="last")


def test_a_series_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UserError, match="there is no file and no series 'sun'; series are sines"):
        load_series("sun")


def test_the_digest_tells_values_columns_and_gaps_apart() -> None:
    found = [
        load_series(table(text), fill="last").digest
        for text in ("y\n1\n2\n2\n", "y\n1\n2\n3\n", "z\n1\n2\n2\n", "y\n1\n2\nNA\n")
    ]
    assert len(set(found)) == 4


def test_a_day_may_be_written_in_several_ways() -> None:
    forms = ["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ"]
    days = [date(2001, 12, 25) + timedelta(days=number) for number in range(12)]
    for form in forms:
        found = parse_times([day.strftime(form) for day in days], "own.csv")
        assert found.unit == "days"
        assert np.diff(found.positions).tolist() == [1.0] * 11
